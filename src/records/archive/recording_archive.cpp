#include "records/archive/recording_archive.hpp"

#include <pthread.h>

#include <algorithm>
#include <fstream>
#include <vector>

#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "crypto/encoding.hpp"
#include "files/file.hpp"
#include "store/call_writer.hpp"
#include "vault/sealed_head.hpp"

namespace frontdesk::archive {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDomain = "archive";
constexpr const char* kRecordings = "recordings";
constexpr std::string_view kPartial = ".partial";
constexpr std::string_view kSealed = ".sealed";
constexpr int kMostCopies = 3;  // of one whose head is rewrapped meanwhile
constexpr std::int64_t kSecondMs = 1000;
constexpr std::int64_t kHourMs = 3600 * kSecondMs;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr std::int64_t kLookAgainMs = 60 * kSecondMs;  // at what is kept, or has no row
constexpr std::int64_t kKeepFetchedMs = kHourMs;
constexpr std::chrono::seconds kFetchPatience{30};  // for others' fetches

class FileSource final : public blobs::Source {
 public:
  explicit FileSource(const fs::path& path) : file_(path, std::ios::binary) {}
  bool good() const { return file_.good(); }
  base::Result<std::string> read(std::size_t room) override {
    std::string bytes(room, '\0');
    file_.read(bytes.data(), static_cast<std::streamsize>(room));
    if (file_.bad()) return base::fail(base::ErrorCode::unavailable, kDomain, "cannot read a recording");
    bytes.resize(static_cast<std::size_t>(file_.gcount()));
    return bytes;
  }

 private:
  std::ifstream file_;
};

/// "recordings/2026-11/call_x.wav.sealed": call_x.
std::string call_of(const std::string& recording) {
  const auto name = fs::path(recording).filename().string();
  return name.substr(0, name.find('.'));
}

/// What is in a folder that holds blobs by key.
std::vector<std::string> recordings_below(const fs::path& folder) {
  std::vector<std::string> found;
  std::error_code error;
  for (auto at = fs::recursive_directory_iterator(folder / kRecordings, error);
       !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    std::error_code gone;
    if (at->symlink_status(gone).type() != fs::file_type::regular) continue;
    auto key = at->path().lexically_relative(folder).generic_string();
    if (blobs::valid_key(key)) found.push_back(std::move(key));
  }
  return found;
}

struct Call {
  bool over = false;
  bool in_bucket = false;
  base::UtcTime ended_at;
  std::string organisation;
  std::int64_t duration_ms = 0;
};

/// nullopt: no call has this recording.
base::Result<std::optional<Call>> call_with(store::Connection& connection, const std::string& recording) {
  const auto rows = connection.run(
      "SELECT status, ended_at, organisation, duration_ms, (SELECT COUNT(*) FROM recordings WHERE call = calls.id AND "
      "path = calls.recording AND place = 's3') FROM calls WHERE id = ? AND recording = ?",
      {call_of(recording), recording});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return std::nullopt;
  const auto& row = rows->front();
  return Call{row.text(0) != "in_progress",
              row.integer(4) > 0,
              {row.maybe_integer(1).value_or(0)},
              row.text(2),
              row.integer(3)};
}

base::Status note_arrival(store::Connection& connection, const std::string& recording, const Call& call,
                          const blobs::Written& written, const vault::Bytes& head) {
  const fs::path path(recording);
  const bool sealed = path.extension() == ".sealed";
  const auto format = (sealed ? path.stem() : path).extension().string();
  const auto id = call_of(recording);
  const auto master_key = vault::master_key_of_head(head);
  if (auto gone = connection.write("DELETE FROM recordings WHERE call = ? AND path = ?", {id, recording}); !gone)
    return gone;
  return connection.write(
      "INSERT INTO recordings (id, organisation, call, place, path, format, sealed, bytes, sha256, duration_ms, "
      "created_at, head, master_key) VALUES (?, ?, ?, 's3', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {base::new_id("rec"), call.organisation, id, recording, format.empty() ? format : format.substr(1),
       std::int64_t{sealed}, static_cast<std::int64_t>(written.size), crypto::hex(written.sha256), call.duration_ms,
       call.ended_at.unix_ms, crypto::hex(head), master_key ? vault::to_text(*master_key) : std::string()});
}

}  // namespace

base::Status put_head(store::Connection& connection, const std::string& recording, const fs::path& file) {
  const auto rows = connection.run("SELECT head FROM recordings WHERE path = ? AND place = 's3'", {recording});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty() || rows->front().text(0).empty()) return {};
  const auto head = crypto::from_hex(rows->front().text(0));
  if (!head) return base::fail(base::ErrorCode::data_loss, kDomain, "the head of a recording was changed");
  std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
  out.write(reinterpret_cast<const char*>(head->data()), static_cast<std::streamsize>(head->size()));
  if (out.flush()) return {};
  return base::fail(base::ErrorCode::unavailable, kDomain, "cannot write " + file.string(), base::Retry::later);
}

RecordingArchive::RecordingArchive(blobs::BlobStore& bucket, store::Pool::Open connections, ArchiveOptions options)
    : bucket_(bucket), options_(std::move(options)), pool_(std::move(connections)) {}

base::Result<std::unique_ptr<RecordingArchive>> RecordingArchive::open(blobs::BlobStore& bucket,
                                                                       store::Pool::Open connections,
                                                                       ArchiveOptions options,
                                                                       std::function<void()> stop_bucket) {
  std::unique_ptr<RecordingArchive> self(new RecordingArchive(bucket, std::move(connections), std::move(options)));
  spool::SpoolOptions spooling;
  spooling.folder = self->options_.data_folder / kSpoolFolder;
  spooling.as_it_is = true;  // sealed already, unless the owner wants them in the clear
  spooling.most_bytes = self->options_.most_waiting;
  spooling.keep_free = self->options_.keep_free;
  spooling.backoff = self->options_.backoff;
  if (self->options_.head)
    spooling.on_the_way = [](const std::string& key, std::uint64_t offset, std::string& bytes) {
      if (key.ends_with(kSealed)) vault::blank_head(offset, bytes);
    };
  spooling.sent = [raw = self.get()](const std::string& key, const blobs::Written& written) {
    return raw->arrived(key, written);
  };
  auto spool = spool::SpooledStore::open(bucket, std::move(spooling), std::move(stop_bucket));
  if (!spool) return tl::unexpected(spool.error());
  self->spool_ = std::move(*spool);
  self->thread_ = std::thread([raw = self.get()] { raw->run(); });
  pthread_setname_np(self->thread_.native_handle(), "archive");
  return self;
}

RecordingArchive::~RecordingArchive() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void RecordingArchive::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    look(base::wall_now());
    tell();
    lock.lock();
    changed_.wait_for(lock, options_.look_every, [this] { return stopping_; });
  }
}

void RecordingArchive::tell() {
  const auto now = problem();
  if (now == told_ || !options_.tell) return;
  told_ = now;
  options_.tell(now);
}

void RecordingArchive::look(base::UtcTime now) {
  base::Status trouble;
  for (const auto& recording : recordings_below(options_.data_folder)) {
    const auto next = next_look_.find(recording);
    if (next != next_look_.end() && now < next->second) continue;
    trouble = take(recording, now);
    // Where one finds no room or no database, the next finds none either.
    if (!trouble) break;
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
  }
  if (auto forgotten = forget_old(now); trouble && !forgotten) trouble = forgotten;
  clear_cache(now);
  const std::lock_guard lock(mutex_);
  problem_ = trouble ? std::string() : trouble.error().message;
}

/// What is to be done with a file of data/recordings.
base::Status RecordingArchive::take(const std::string& recording, base::UtcTime now) {
  base::Result<std::optional<Call>> call;
  {
    auto connection = pool_.take();
    if (!connection) return tl::unexpected(connection.error());
    call = call_with(**connection, recording);
  }
  if (!call) return tl::unexpected(call.error());
  if (*call && !(*call)->over) return {};
  const auto keep_until = *call ? (*call)->ended_at.unix_ms + options_.keep_local_hours * kHourMs : 0;
  const bool keep = !*call || now.unix_ms < keep_until;
  if (keep) next_look_[recording] = {now.unix_ms + kLookAgainMs};
  if (!*call) return {};  // its row may wait for the database; nobody may throw away what nobody has seen
  std::error_code error;
  if ((*call)->in_bucket) {
    if (!keep && fs::remove(options_.data_folder / recording, error)) next_look_.erase(recording);
    return {};
  }
  if (!spool_->waits(recording))
    if (auto done = put(recording); !done) {
      next_look_.erase(recording);
      return done;
    }
  if (options_.keep_local_hours > 0) return {};  // it goes once the bucket has it
  const std::lock_guard moving(moving_);
  if (spool_->head(recording)) fs::remove(options_.data_folder / recording, error);
  return {};
}

base::Status RecordingArchive::put(const std::string& recording) {
  const std::lock_guard moving(moving_);
  for (int copy = 1;; ++copy) {
    FileSource source(options_.data_folder / recording);
    if (!source.good()) return {};  // it was erased meanwhile
    if (const auto written = spool_->put(recording, source, {}); !written) return tl::unexpected(written.error());
    const auto whole = copied_whole(recording);
    if (whole || copy == kMostCopies) return whole;
  }
}

/// The original's head may be rewrapped while it is copied.
base::Status RecordingArchive::copied_whole(const std::string& recording) const {
  if (!options_.head || !recording.ends_with(kSealed)) return {};
  if (const auto original = options_.head(options_.data_folder / recording); !original) return {};
  const auto copy = options_.head(options_.data_folder / kSpoolFolder / "blobs" / recording);
  if (copy || copy.error().code != base::ErrorCode::data_loss) return {};  // it may have been sent already
  return tl::unexpected(copy.error());
}

/// Once an hour; the file first, so that nothing is left without a row.
base::Status RecordingArchive::forget_old(base::UtcTime now) {
  if (options_.keep_days <= 0 || now.unix_ms - forgot_at_.unix_ms < kHourMs) return {};
  auto connection = pool_.take();
  if (!connection) return tl::unexpected(connection.error());
  store::CallWriter writer(**connection, options_.machine);
  for (;;) {
    const auto old = writer.recordings_before({now.unix_ms - options_.keep_days * kDayMs});
    if (!old) return tl::unexpected(old.error());
    for (const auto& [call, recording] : *old) {
      if (auto gone = forget(recording); !gone) return gone;
      if (auto noted = writer.recording_forgotten(call); !noted) return noted;
      if (auto row = (*connection)->write("DELETE FROM recordings WHERE call = ?", {call}); !row) return row;
    }
    if (old->empty()) break;
  }
  forgot_at_ = now;
  return {};
}

/// On the spool's thread: the bucket has it. False if the call was erased meanwhile, perhaps on another machine.
base::Result<bool> RecordingArchive::arrived(const std::string& recording, const blobs::Written& written) {
  vault::Bytes head;
  if (options_.head && recording.ends_with(kSealed)) {
    auto found = options_.head(options_.data_folder / kSpoolFolder / "blobs" / recording);
    if (!found) return tl::unexpected(found.error());
    head = std::move(*found);
  }
  auto connection = pool_.take();
  if (!connection) return tl::unexpected(connection.error());
  bool wanted = false;
  const auto noted = (*connection)->transaction([&]() -> base::Status {
    const auto call = call_with(**connection, recording);
    if (!call) return tl::unexpected(call.error());
    wanted = call->has_value();
    return wanted ? note_arrival(**connection, recording, **call, written, head) : base::Status();
  });
  if (!noted) return tl::unexpected(noted.error());
  return wanted;
}

base::Status RecordingArchive::forget(const std::string& recording) {
  const std::lock_guard moving(moving_);
  const auto removed = remove_here(options_.data_folder, recording);
  if (!removed) return tl::unexpected(removed.error());
  return spool_->remove(recording);
}

std::string RecordingArchive::problem() const {
  const auto status = spool_->status();
  const std::lock_guard lock(mutex_);
  if (!problem_.empty()) return problem_;
  if (status.waiting == 0 || (status.last_error.empty() && !status.alarm)) return {};
  const auto percent = options_.most_waiting == 0 ? 100 : status.bytes * 100 / options_.most_waiting;
  return std::to_string(status.waiting) + " recordings wait in data/spool, which is " + std::to_string(percent) +
         " % full: " + (status.last_error.empty() ? "they come faster than they can be sent" : status.last_error);
}

base::Result<fs::path> RecordingArchive::find(const std::string& recording) {
  if (!blobs::valid_key(recording))
    return base::fail(base::ErrorCode::not_found, kDomain, "there is no recording of that name");
  if (auto here = find_here(options_.data_folder, recording)) return *here;
  const std::unique_lock fetching(fetching_, kFetchPatience);
  if (!fetching)
    return base::fail(base::ErrorCode::unavailable, kDomain, "other recordings are being fetched: try again soon",
                      base::Retry::later);
  if (auto here = find_here(options_.data_folder, recording)) return *here;
  return fetch(recording);
}

/// By way of a file beside its place, so that no half of it is ever played.
base::Result<fs::path> RecordingArchive::fetch(const std::string& recording) {
  const auto info = spool_->head(recording);
  if (!info && info.error().code == base::ErrorCode::not_found)
    return base::fail(base::ErrorCode::not_found, kDomain,
                      "the recording is not in the bucket: it waits on the machine that took the call, or is gone");
  if (!info) return tl::unexpected(info.error());
  make_room(info->size);
  const auto path = options_.data_folder / kCacheFolder / recording;
  const fs::path partial = path.string() + std::string(kPartial);
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (const auto disk = fs::space(options_.data_folder, error);
      !error && disk.available < options_.keep_free + info->size)
    return base::fail(base::ErrorCode::resource_exhausted, kDomain, "there is no room on the disk to play a recording",
                      base::Retry::later);
  std::ofstream file(partial, std::ios::binary | std::ios::trunc);
  for (std::uint64_t at = 0; at < info->size && file;) {
    const auto part = spool_->get(recording, at, blobs::kLongestRead);
    if (!part) return tl::unexpected(part.error());
    if (part->empty()) break;
    file << *part;
    at += part->size();
  }
  file.close();
  if (!file || fs::file_size(partial, error) != info->size)
    return base::fail(base::ErrorCode::unavailable, kDomain, "a recording could not be fetched whole",
                      base::Retry::later);
  if (auto done = complete(recording, partial); !done) return tl::unexpected(done.error());
  fs::rename(partial, path, error);
  if (error) return base::fail(base::ErrorCode::unavailable, kDomain, "cannot write " + path.string());
  return path;
}

base::Status RecordingArchive::complete(const std::string& recording, const fs::path& file) {
  auto connection = pool_.take();
  if (!connection) return tl::unexpected(connection.error());
  return put_head(**connection, recording, file);
}

/// The longest there goes first. Whoever plays a file goes on playing it.
void RecordingArchive::make_room(std::uint64_t bytes) {
  struct Fetched {
    fs::file_time_type at;
    std::uint64_t size;
    std::string key;
  };
  std::vector<Fetched> all;
  const auto folder = options_.data_folder / kCacheFolder;
  std::error_code error;
  for (const auto& key : recordings_below(folder))
    all.push_back({fs::last_write_time(folder / key, error), fs::file_size(folder / key, error), key});
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  for (const auto& each : all) bytes += each.size;
  for (const auto& each : all) {
    if (bytes <= options_.most_fetched) return;
    fs::remove(folder / each.key, error);
    bytes -= each.size;
  }
}

/// Once a minute: what was fetched long ago, or of a call that was erased, perhaps on another machine.
void RecordingArchive::clear_cache(base::UtcTime now) {
  if (now.unix_ms - cleared_at_.unix_ms < kLookAgainMs) return;
  cleared_at_ = now;
  const std::unique_lock fetching(fetching_, std::try_to_lock);
  if (!fetching) return;  // next time
  const auto folder = options_.data_folder / kCacheFolder;
  const auto longest = fs::file_time_type::clock::now() - std::chrono::milliseconds(kKeepFetchedMs);
  std::error_code error;
  for (const auto& key : recordings_below(folder)) {
    bool old = fs::last_write_time(folder / key, error) < longest || key.ends_with(kPartial);
    if (!old)
      if (auto connection = pool_.take())
        if (const auto call = call_with(**connection, key)) old = !call->has_value();
    if (old) fs::remove(folder / key, error);
  }
}

}  // namespace frontdesk::archive
