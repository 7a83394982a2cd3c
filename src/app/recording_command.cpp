#include "app/recording_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>

#include "app/database_location.hpp"
#include "app/recording_keys.hpp"
#include "media/recording/call_recording.hpp"
#include "store/call_log.hpp"
#include "store/call_writer.hpp"
#include "store/folder_lock.hpp"
#include "vault/secrets/data_keys.hpp"

namespace frontdesk::app {
namespace {

constexpr std::size_t kCopyBytes = 256U << 10U;

int complain(const base::Error& error) {
  std::fprintf(stderr, "frontdesk: %s\n", error.message.c_str());
  return 1;
}

base::Status copy(const recording::RecordingReader& recording, const std::string& file) {
  std::ofstream out(file, std::ios::binary);
  for (std::uint64_t at = 0; at < recording.size();) {
    const auto part = recording.read(at, kCopyBytes);
    if (!part) return tl::unexpected(part.error());
    if (part->empty()) break;
    out << *part;
    at += part->size();
  }
  if (out.flush()) return {};
  return base::fail(base::ErrorCode::unavailable, "recording", "cannot write " + file);
}

/// As it is if the file's name says so, decoded to WAV otherwise.
int export_recording(const RecordingOptions& options) {
  const auto log = store::CallLog::open(database_location(options.data));
  if (!log) return complain(log.error());
  const auto call = (*log)->call(options.call);
  if (!call) return complain(call.error());
  if (call->recording.empty()) {
    std::fprintf(stderr, "frontdesk: %s was not recorded\n", call->id.c_str());
    return 1;
  }
  const auto keys = recording_keys(options.data, false);
  if (!keys) return complain(keys.error());
  const auto recording = recording::open_recording((*log)->data_folder() / call->recording, keys->get());
  if (!recording) return complain(recording.error());
  if (!(*recording)->complete()) std::fprintf(stderr, "frontdesk: the end of this recording is missing\n");
  if (std::filesystem::path(options.file).extension() == (*recording)->extension()) {
    const auto copied = copy(**recording, options.file);
    return copied ? 0 : complain(copied.error());
  }
  const auto sound = recording::read_sound(**recording);
  if (!sound) return complain(sound.error());
  const auto written = audio::write_wav(options.file, *sound);
  return written ? 0 : complain(written.error());
}

/// How many there were; 0 without a database.
base::Result<int> rewrap_data_keys(const std::filesystem::path& folder, const vault::KeyRing& keys) {
  if (!std::filesystem::exists(folder / store::kDatabaseFile)) return 0;
  const auto connection = store::open_database(folder);
  if (!connection) return tl::unexpected(connection.error());
  return secrets::DataKeys(std::make_shared<const vault::KeyRing>(keys)).rewrap(**connection);
}

/// Stopped in the middle, it goes on where it was when it is run again: every key stays in the file.
int rotate_key(const RecordingOptions& options) {
  const std::filesystem::path folder = options.data;
  const auto lock = store::FolderLock::take(folder);
  if (!lock) return complain(lock.error());
  auto keys = vault::KeyRing::load(folder / vault::kMasterKeyFile);
  if (!keys) return complain(keys.error());
  if (auto rotated = keys->rotate(folder / vault::kMasterKeyFile); !rotated) return complain(rotated.error());
  int wrapped = 0;
  int failed = 0;
  std::error_code none;  // no folder: nothing was recorded yet
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / "recordings", none)) {
    if (!entry.is_regular_file() || entry.path().extension() != ".sealed") continue;
    if (const auto done = vault::rewrap_file(entry.path(), *keys, recording::purpose_of(entry.path()))) {
      ++wrapped;
    } else {
      ++failed;
      std::fprintf(stderr, "frontdesk: %s: %s\n", entry.path().c_str(), done.error().message.c_str());
    }
  }
  const auto data_keys = rewrap_data_keys(folder, *keys);
  if (!data_keys) return complain(data_keys.error());
  std::printf(
      "there is a new master key; %d recordings are wrapped by it, %d could not be; of the database's keys %d\n",
      wrapped, failed, *data_keys);
  return failed == 0 ? 0 : 1;
}

}  // namespace

void add_recording_command(CLI::App& app, RecordingOptions& options) {
  auto* command = app.add_subcommand("recording", "Take recordings out, or change the key they are sealed with");
  command->require_subcommand(1);
  command->add_option("--data", options.data, "Folder of the database and the recordings (default: ./data)");
  auto* take_out = command->add_subcommand("export", "Write a call's recording to a file that any player plays");
  take_out->fallthrough();
  take_out->add_option("call", options.call, "The call's id, or \"last\"")->required();
  take_out->add_option("file", options.file, "Where to: call.wav, or call.ogg if it is Opus")->required();
  auto* rotate = command->add_subcommand("rotate-key", "Make a new master key; stop the program before");
  rotate->fallthrough();
}

int recording_command(const RecordingOptions& options) {
  return options.call.empty() ? rotate_key(options) : export_recording(options);
}

}  // namespace frontdesk::app
