#include "app/key_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/database_location.hpp"
#include "app/key_rotation.hpp"
#include "base/clock.hpp"
#include "base/iso_time.hpp"
#include "store/database.hpp"
#include "store/folder_lock.hpp"
#include "vault/rotation/sealed_heads.hpp"
#include "vault/secrets/data_keys.hpp"

namespace frontdesk::app {
namespace {

constexpr std::size_t kDateLetters = 10;  // of "2026-11-23T..."

int complain(const base::Error& error) {
  std::fprintf(stderr, "frontdesk: %s\n", error.message.c_str());
  return 1;
}

std::filesystem::path file_of(const std::string& data) {
  return std::filesystem::path(data) / vault::kMasterKeyFile;
}

std::string date_of(base::UtcTime time) {
  return base::iso_time(time).substr(0, kDateLetters);
}

base::Result<vault::KeyRing> ring_of_file(const std::string& data) {
  if (!master_keys_of_environment().empty())
    return base::fail(
        base::ErrorCode::failed_precondition, "vault",
        "FRONTDESK_MASTER_KEY is set: put the new key behind the old one there, with a space between, and "
        "start the program again");
  return vault::KeyRing::load(file_of(data));
}

/// The id of the new key.
base::Result<std::string> make_key(const std::string& data) {
  auto ring = ring_of_file(data);
  if (!ring) return tl::unexpected(ring.error());
  if (auto made = ring->rotate(file_of(data), "made " + date_of(base::wall_now())); !made)
    return tl::unexpected(made.error());
  return ring->ids().back();
}

int new_key(const std::string& data) {
  const auto id = make_key(data);
  if (!id) return complain(id.error());
  std::printf(
      "the new master key %s is in %s; keep a copy of that file elsewhere.\nA running program uses it within 10 s"
      " and wraps everything by it; otherwise run frontdesk key rewrap.\n",
      id->c_str(), file_of(data).c_str());
  return 0;
}

int rewrap(const std::string& data) {
  auto ring = ring_of_file(data);
  if (!ring) return complain(ring.error());
  const auto machine = store::machine_name(data);
  if (!machine) return complain(machine.error());
  const auto connection = store::open_database(database_location(data));
  if (!connection) return complain(connection.error());
  const auto newest = ring->ids().back();
  const auto done =
      rewrap_all([&](const auto& work) { return work(**connection); }, std::make_shared<const vault::KeyRing>(*ring),
                 data, *machine, base::wall_now(), [] { return base::Status(); });
  if (!done) return complain(done.error());
  std::printf("%lld data keys and %lld files are wrapped by %s now\n", static_cast<long long>(done->data_keys),
              static_cast<long long>(done->files), newest.c_str());
  if (done->lost == 0) return 0;
  std::fprintf(stderr, "frontdesk: %lld things cannot be opened by any key that is here, the first: %s\n",
               static_cast<long long>(done->lost), done->first_lost.c_str());
  return 1;
}

/// Everything that needs a key, counted now; other machines' files as they last counted them.
base::Result<rotation::Counts> count_uses(store::Connection& connection, const std::string& data) {
  auto counts = rotation::count_files(sealed_folders(data));
  if (!counts) return counts;
  const auto machine = store::machine_name(data);
  if (!machine) return tl::unexpected(machine.error());
  const auto data_keys = secrets::DataKeys::master_keys(connection);
  if (!data_keys) return tl::unexpected(data_keys.error());
  const auto elsewhere = rotation::files_elsewhere(connection, *machine);
  if (!elsewhere) return tl::unexpected(elsewhere.error());
  const auto heads = rotation::count_heads(connection);
  if (!heads) return tl::unexpected(heads.error());
  for (const auto& more : {*data_keys, *elsewhere, *heads})
    for (const auto& [id, count] : more) (*counts)[id] += count;
  return counts;
}

int list(const std::string& data) {
  auto ring = MasterKeys::open(data, master_keys_of_environment());
  if (!ring) return complain(ring.error());
  const auto connection = store::open_connection(database_location(data), store::OpenMode::read_only);
  if (!connection) return complain(connection.error());
  const auto counts = count_uses(**connection, data);
  if (!counts) return complain(counts.error());
  const auto known = rotation::known(**connection, (*ring)->ring()->ids(), base::wall_now());
  if (!known) return complain(known.error());
  bool missing = false;
  for (const auto& key : *known) {
    const auto count = counts->find(key.id);
    const auto needed = count == counts->end() ? 0 : count->second;
    const char* state = key.newest   ? "wraps what is new"
                        : key.here   ? (needed > 0 ? "old, still needed" : "old, needed by nothing: take it out")
                        : needed > 0 ? "MISSING: put its line back"
                                     : "taken out";
    missing = missing || (!key.here && needed > 0);
    const auto since = key.first_seen.unix_ms > 0 ? date_of(key.first_seen) : std::string("-");
    std::printf("%s  since %s  wraps %lld  used %lld times  %s\n", key.id.c_str(), since.c_str(),
                static_cast<long long>(needed), static_cast<long long>(key.uses), state);
  }
  return missing ? 1 : 0;
}

int take_out(const KeyOptions& options) {
  const auto ring = ring_of_file(options.data);
  if (!ring) return complain(ring.error());
  const auto connection = store::open_connection(database_location(options.data), store::OpenMode::read_only);
  if (!connection) return complain(connection.error());
  const auto counts = count_uses(**connection, options.data);
  if (!counts) return complain(counts.error());
  if (const auto needed = counts->find(options.id); needed != counts->end() && needed->second > 0) {
    std::fprintf(stderr,
                 "frontdesk: %lld things are still wrapped by %s: wait until the program has rewrapped them, or run "
                 "frontdesk key rewrap\n",
                 static_cast<long long>(needed->second), options.id.c_str());
    return 1;
  }
  if (auto out = vault::KeyRing::take_out(file_of(options.data), options.id); !out) return complain(out.error());
  std::printf("%s is out. Backups from before the rotation still need it: keep it with them.\n", options.id.c_str());
  return 0;
}

}  // namespace

int rotate_master_key(const std::string& data_folder) {
  const auto id = make_key(data_folder);
  if (!id) return complain(id.error());
  std::printf("there is a new master key, %s; keep a copy of %s elsewhere\n", id->c_str(),
              file_of(data_folder).c_str());
  {
    const auto lock = store::FolderLock::take(data_folder);
    if (lock) return rewrap(data_folder);
  }
  std::printf("the program runs: it takes the key on and wraps everything by it; see frontdesk key list\n");
  return 0;
}

void add_key_command(CLI::App& app, KeyOptions& options) {
  auto* command = app.add_subcommand("key", "Master keys: make a new one, see what needs which, take an old one out");
  command->require_subcommand(1);
  command->add_option("--data", options.data, "Folder of the key file (default: ./data)");
  command->add_subcommand("new", "Add a new key to the file; a running program takes it on")->fallthrough();
  command->add_subcommand("list", "The keys by their ids, and how many things each wraps")->fallthrough();
  command->add_subcommand("rotate", "Add a new key and have everything wrapped by it")->fallthrough();
  command->add_subcommand("rewrap", "Wrap everything on this machine by the newest key")->fallthrough();
  auto* out = command->add_subcommand("take-out", "Take a key that nothing needs out of the file");
  out->add_option("id", options.id, "As frontdesk key list shows it")->required();
  out->fallthrough();
}

int key_command(const CLI::App& app, const KeyOptions& options) {
  const auto* command = app.get_subcommand("key");
  if (command->got_subcommand("new")) return new_key(options.data);
  if (command->got_subcommand("rotate")) return rotate_master_key(options.data);
  if (command->got_subcommand("rewrap")) return rewrap(options.data);
  if (command->got_subcommand("take-out")) return take_out(options);
  return list(options.data);
}

}  // namespace frontdesk::app
