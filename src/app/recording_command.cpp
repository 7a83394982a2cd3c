#include "app/recording_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>

#include "app/call_words.hpp"
#include "app/key_command.hpp"
#include "app/recording_keys.hpp"
#include "media/recording/call_recording.hpp"
#include "store/call_log.hpp"

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
  const auto log = open_call_log(options.data);
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

}  // namespace

void add_recording_command(CLI::App& app, RecordingOptions& options) {
  auto* command = app.add_subcommand("recording", "Take recordings out, or change the key they are sealed with");
  command->require_subcommand(1);
  command->add_option("--data", options.data, "Folder of the database and the recordings (default: ./data)");
  auto* take_out = command->add_subcommand("export", "Write a call's recording to a file that any player plays");
  take_out->fallthrough();
  take_out->add_option("call", options.call, "The call's id, or \"last\"")->required();
  take_out->add_option("file", options.file, "Where to: call.wav, or call.ogg if it is Opus")->required();
  auto* rotate = command->add_subcommand("rotate-key", "The same as frontdesk key rotate");
  rotate->fallthrough();
}

int recording_command(const RecordingOptions& options) {
  return options.call.empty() ? rotate_master_key(options.data) : export_recording(options);
}

}  // namespace frontdesk::app
