#include "store/backup/backup.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "store/backup/file_copy.hpp"
#include "store/backup/table_copy.hpp"
#include "store/folder_lock.hpp"
#include "store/migrations.hpp"

namespace frontdesk::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPartial = ".partial";
constexpr std::size_t kLongestManifest = 1U << 30U;

/// Of the data folder: what belongs to this machine, is a secret, or is copied in another way.
bool is_left_out(const std::string& path) {
  const auto first = path.substr(0, path.find('/'));
  return first == "lock" || first == "machine" || first == "master.key" || first == "backups" || first == "cache" ||
         first.starts_with(store::kDatabaseFile) || path.ends_with(kPartial);
}

struct Seen {
  std::uint64_t bytes = 0;
  fs::file_time_type changed;
  friend bool operator==(const Seen&, const Seen&) = default;
};

/// Regular files below `folder`, by relative path.
std::map<std::string, Seen> files_below(const fs::path& folder) {
  std::map<std::string, Seen> found;
  std::error_code error;
  for (auto at = fs::recursive_directory_iterator(folder, error); !error && at != fs::recursive_directory_iterator();
       at.increment(error)) {
    std::error_code gone;
    if (!at->is_regular_file(gone) || at->is_symlink(gone)) continue;
    const auto path = at->path().lexically_relative(folder).generic_string();
    if (!is_safe_path(path)) continue;
    const Seen seen{at->file_size(gone), at->last_write_time(gone)};
    if (!gone) found[path] = seen;
  }
  return found;
}

/// To be read only. SQLite leaves no journal beside a file that it is told nobody writes to.
base::Result<std::unique_ptr<store::Connection>> open_copy(const fs::path& file) {
  std::string escaped;
  for (const char c : file.string())
    escaped += c == '%' ? "%25" : c == '?' ? "%3f" : c == '#' ? "%23" : std::string(1, c);
  return store::open_sqlite("file:" + escaped + "?immutable=1", store::OpenMode::read_only);
}

class Maker {
 public:
  Maker(const store::Location& from, fs::path to) : from_(from), to_(std::move(to)) {}

  base::Status run() {
    // Files before the database, so that what is deleted meanwhile is in the backup still; and again after it, so that
    // what has come or grown meanwhile is too.
    if (auto done = copy_new_files(); !done) return done;
    if (auto done = copy_database(); !done) return done;
    if (auto done = copy_new_files(); !done) return done;
    auto database = hash_of(to_ / store::kDatabaseFile);
    if (!database) return tl::unexpected(database.error());
    entries_[std::string(store::kDatabaseFile)] = *database;
    return find_missing();
  }

  Manifest manifest(base::UtcTime now) const {
    Manifest manifest{now, {}};
    for (const auto& [path, entry] : entries_) manifest.entries.push_back({path, entry.bytes, entry.sha256});
    return manifest;
  }
  std::vector<std::string> missing;

 private:
  base::Status copy_new_files() {
    for (const auto& [path, seen] : files_below(from_.folder)) {
      const auto before = seen_.find(path);
      if (is_left_out(path) || (before != seen_.end() && before->second == seen)) continue;
      auto copied = copy_hashed(from_.folder / path, to_ / path);
      if (!copied && copied.error().code == base::ErrorCode::not_found) continue;  // deleted meanwhile
      if (!copied) return tl::unexpected(copied.error());
      entries_[path] = *copied;
      seen_[path] = seen;
    }
    return {};
  }

  base::Status copy_database() {
    auto source = store::open_connection(from_, store::OpenMode::read_only);
    if (!source) return tl::unexpected(source.error());
    if (!from_.shared()) return store::copy_sqlite(**source, to_ / store::kDatabaseFile);
    auto target = store::open_database(to_);
    if (!target) return tl::unexpected(target.error());
    const auto tables = tables_in_order(**target);
    if (!tables) return tl::unexpected(tables.error());
    if (auto copied = copy_tables(**source, **target, *tables); !copied) return copied;
    return (*target)->run_script("PRAGMA journal_mode = DELETE");  // one file alone
  }

  base::Status find_missing() {
    const auto copy = open_copy(to_ / store::kDatabaseFile);
    if (!copy) return tl::unexpected(copy.error());
    std::string last;
    while (true) {
      const auto rows = (*copy)->run(
          "SELECT id, recording FROM calls WHERE recording <> '' AND id > ? AND NOT EXISTS (SELECT 1 FROM recordings "
          "WHERE call = calls.id AND path = calls.recording AND place = 's3') ORDER BY id LIMIT 1000",
          {last});
      if (!rows) return tl::unexpected(rows.error());
      if (rows->empty()) return {};
      for (const auto& row : *rows)
        if (!entries_.contains(row.text(1)) && !entries_.contains("spool/blobs/" + row.text(1)))
          missing.push_back(row.text(1));
      last = rows->back().text(0);
    }
  }

  const store::Location& from_;
  const fs::path to_;
  std::map<std::string, Entry> entries_;
  std::map<std::string, Seen> seen_;
};

Summary summary_of(const Manifest& manifest) {
  Summary summary;
  summary.files = manifest.entries.size();
  summary.made_at = manifest.made_at;
  for (const auto& entry : manifest.entries) summary.bytes += entry.bytes;
  return summary;
}

base::Result<Manifest> manifest_in(const fs::path& backup) {
  std::error_code error;
  const auto size = fs::file_size(backup / kManifestFile, error);
  if (error || size > kLongestManifest)
    return base::fail(base::ErrorCode::data_loss, "backup",
                      backup.string() + " is not a whole backup: it has no manifest. Name the folder that backup made");
  std::ifstream file(backup / kManifestFile, std::ios::binary);
  return read_manifest(std::string(std::istreambuf_iterator<char>(file), {}));
}

tl::unexpected<base::Error> damaged(const std::string& path, const std::string& how) {
  return base::fail(base::ErrorCode::data_loss, "backup", path + " " + how + ": use another backup");
}

base::Status check_files(const fs::path& backup, const Manifest& manifest) {
  std::set<std::string> listed{std::string(kManifestFile)};
  for (const auto& entry : manifest.entries) {
    listed.insert(entry.path);
    auto found = hash_of(backup / entry.path);
    if (!found && found.error().code == base::ErrorCode::not_found) return damaged(entry.path, "is missing");
    if (!found) return tl::unexpected(found.error());
    if (found->bytes != entry.bytes || found->sha256 != entry.sha256) return damaged(entry.path, "was changed");
  }
  for (const auto& [path, seen] : files_below(backup))
    if (!listed.contains(path)) return damaged(path, "does not belong to it");
  return listed.contains(std::string(store::kDatabaseFile)) ? base::Status() : damaged("the database", "is missing");
}

base::Status check_database(const fs::path& file) {
  const auto connection = open_copy(file);
  if (!connection) return tl::unexpected(connection.error());
  if (auto checked = store::check_sqlite(**connection, true); !checked) return checked;
  const auto state = store::schema_state(**connection);
  if (!state) return tl::unexpected(state.error());
  return {};
}

base::Status restore_file(const fs::path& backup, const Entry& entry, const fs::path& to) {
  const auto copied = copy_hashed(backup / entry.path, to);
  if (!copied) return tl::unexpected(copied.error());
  if (copied->sha256 == entry.sha256) return {};
  return damaged(entry.path, "changed while it was read");
}

base::Status restore_files(const fs::path& backup, const Manifest& manifest, const fs::path& folder) {
  for (const auto& entry : manifest.entries) {
    if (entry.path == store::kDatabaseFile) continue;
    if (auto done = restore_file(backup, entry, folder / entry.path); !done) return done;
  }
  return {};
}

const Entry& database_entry(const Manifest& manifest) {
  return *std::find_if(manifest.entries.begin(), manifest.entries.end(),
                       [](const auto& each) { return each.path == store::kDatabaseFile; });
}

/// Under another name first: the folder has a database only when it has everything.
base::Status restore_local(const fs::path& backup, const Manifest& manifest, const store::Location& to) {
  const auto waiting = fs::path(to.file().string() + std::string(kPartial));
  if (auto done = restore_file(backup, database_entry(manifest), waiting); !done) return done;
  std::error_code error;
  fs::rename(waiting, to.file(), error);
  if (error) return base::fail(base::ErrorCode::unavailable, "backup", "cannot rename " + waiting.string());
  sync_folder(to.folder);
  return {};
}

/// By way of a file that is brought to the newest schema first: the backup may be older than the program.
base::Status restore_shared(const fs::path& backup, const Manifest& manifest, const store::Location& to) {
  const store::Location between(to.folder / ("restore" + std::string(kPartial)));
  std::error_code ignored;
  fs::remove_all(between.folder, ignored);
  if (auto done = restore_file(backup, database_entry(manifest), between.file()); !done) return done;
  auto done = [&]() -> base::Status {
    const auto source = store::open_database(between);
    if (!source) return tl::unexpected(source.error());
    const auto target = store::open_database(to);
    if (!target) return tl::unexpected(target.error());
    const auto tables = tables_in_order(**source);
    if (!tables) return tl::unexpected(tables.error());
    return copy_tables(**source, **target, *tables);
  }();
  fs::remove_all(between.folder, ignored);
  return done;
}

base::Status check_empty(const store::Location& to) {
  const auto full = [](const std::string& what) {
    return base::fail(base::ErrorCode::already_exists, "backup",
                      what + " already holds data: restore into an empty one, then start the program with that");
  };
  if (!to.shared()) return fs::exists(to.file()) ? base::Status(full(to.folder.string())) : base::Status();
  const auto connection = store::open_database(to);
  if (!connection) return tl::unexpected(connection.error());
  const auto rows = (*connection)->run("SELECT (SELECT COUNT(*) FROM calls), (SELECT COUNT(*) FROM organisations)");
  if (!rows) return tl::unexpected(rows.error());
  const bool empty = rows->front().integer(0) == 0 && rows->front().integer(1) <= 1;
  return empty ? base::Status() : base::Status(full("the shared database"));
}

/// Otherwise the next backup would hold this one.
base::Status check_outside(const fs::path& to, const fs::path& folder) {
  std::error_code error;
  const auto below = fs::weakly_canonical(to, error).lexically_relative(fs::weakly_canonical(folder, error));
  if (below.empty() || *below.begin() == ".." || *below.begin() == "backups") return {};
  return base::fail(
      base::ErrorCode::invalid_argument, "backup",
      "a backup does not go into the data folder, where the same disk would take both: name another place");
}

}  // namespace

base::Result<Summary> make(const store::Location& from, const fs::path& to, base::UtcTime now) {
  std::error_code error;
  if (fs::exists(to, error))
    return base::fail(base::ErrorCode::already_exists, "backup", to.string() + " is there already: name a new folder");
  if (auto outside = check_outside(to, from.folder); !outside) return tl::unexpected(outside.error());
  const fs::path partial = to.string() + std::string(kPartial);
  fs::remove_all(partial, error);
  fs::create_directories(partial, error);
  if (error || chmod(partial.c_str(), S_IRWXU) != 0)
    return base::fail(base::ErrorCode::unavailable, "backup", "cannot make the folder " + partial.string());
  Maker maker(from, partial);
  auto done = maker.run();
  const auto manifest = maker.manifest(now);
  if (done) done = write_file(partial / kManifestFile, to_text(manifest));
  if (!done) {
    fs::remove_all(partial, error);
    return tl::unexpected(done.error());
  }
  sync_folder(partial);
  fs::rename(partial, to, error);
  if (error) return base::fail(base::ErrorCode::unavailable, "backup", "cannot rename " + partial.string());
  sync_folder(fs::absolute(to).parent_path());
  auto summary = summary_of(manifest);
  summary.missing = std::move(maker.missing);
  return summary;
}

base::Result<Summary> verify(const fs::path& backup) {
  const auto manifest = manifest_in(backup);
  if (!manifest) return tl::unexpected(manifest.error());
  if (auto checked = check_files(backup, *manifest); !checked) return tl::unexpected(checked.error());
  if (auto checked = check_database(backup / store::kDatabaseFile); !checked) return tl::unexpected(checked.error());
  return summary_of(*manifest);
}

base::Result<Summary> restore(const fs::path& backup, const store::Location& to) {
  const auto verified = verify(backup);
  if (!verified) return verified;
  const auto manifest = manifest_in(backup);
  if (!manifest) return tl::unexpected(manifest.error());
  const auto lock = store::FolderLock::take(to.folder);
  if (!lock) return tl::unexpected(lock.error());
  if (auto empty = check_empty(to); !empty) return tl::unexpected(empty.error());
  if (auto done = restore_files(backup, *manifest, to.folder); !done) return tl::unexpected(done.error());
  auto done = to.shared() ? restore_shared(backup, *manifest, to) : restore_local(backup, *manifest, to);
  if (!done) return tl::unexpected(done.error());
  return verified;
}

}  // namespace frontdesk::backup
