#include "sound_files/decoder.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/clock.hpp"
#include "files/file.hpp"

namespace frontdesk::sound_files {
namespace {

using base::ErrorCode;

constexpr std::size_t kMostBytes =
    static_cast<std::size_t>(kLongestSeconds + 1) * kRate * sizeof(audio::Sample) + sizeof(Trailer);
constexpr std::size_t kPiece = 1U << 20U;

tl::unexpected<base::Error> refused(std::string message) {
  return base::fail(ErrorCode::invalid_argument, "sound_files", std::move(message));
}

tl::unexpected<base::Error> cannot(const char* doing) {
  return base::fail(ErrorCode::unavailable, "sound_files",
                    std::string("cannot ") + doing + ": " + std::strerror(errno) + "; try again", base::Retry::later);
}

/// A running child. Killed and waited for when it goes.
class Process {
 public:
  explicit Process(pid_t id) : id_(id) {}
  ~Process() {
    if (id_ > 0) (void)end(true);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  /// Its status, as waitpid has it.
  int end(bool kill_it) {
    if (kill_it) (void)::kill(id_, SIGKILL);
    int status = 0;
    while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = -1;
    return status;
  }

 private:
  pid_t id_;
};

base::Result<files::Descriptor> memory_file(std::span<const std::uint8_t> bytes) {
  files::Descriptor file(::memfd_create("sound", MFD_CLOEXEC));
  if (file.get() < 0) return cannot("make room for the file");
  for (std::size_t at = 0; at < bytes.size();) {
    const auto written = ::write(file.get(), bytes.data() + at, bytes.size() - at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return cannot("make room for the file");
    at += static_cast<std::size_t>(written);
  }
  if (::lseek(file.get(), 0, SEEK_SET) != 0) return cannot("make room for the file");
  return file;
}

/// With the file and the pipe, and nothing else: no other descriptor, an empty environment.
base::Result<pid_t> start(const Child& child, int input, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  std::string name = "frontdesk";
  auto arguments = child.arguments;
  std::vector<char*> argv{name.data()};
  for (auto& each : arguments) argv.push_back(each.data());
  argv.push_back(nullptr);
  char* environment[] = {nullptr};
  pid_t id = 0;
  errno = ::posix_spawn(&id, child.program.c_str(), &actions, &attributes, argv.data(), environment);
  const bool started = errno == 0;
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (!started) return cannot("start the process that reads sound files");
  return id;
}

/// Until the child closes its end; nullopt: it took too long or sent too much.
std::optional<std::vector<std::uint8_t>> read_answer(int pipe, base::Instant until) {
  std::vector<std::uint8_t> bytes;
  for (;;) {
    const auto left = base::to_ms(until - base::monotonic_now());
    if (left <= 0 || bytes.size() > kMostBytes) return std::nullopt;
    pollfd ready{pipe, POLLIN, 0};
    const int count = ::poll(&ready, 1, static_cast<int>(left));
    if (count < 0 && errno != EINTR) return std::nullopt;
    if (count <= 0) continue;
    const auto before = bytes.size();
    bytes.resize(before + kPiece);
    const auto got = ::read(pipe, bytes.data() + before, kPiece);
    bytes.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return bytes;
    if (got < 0 && errno != EINTR && errno != EAGAIN) return std::nullopt;
  }
}

base::Result<Sound> sound_of(std::span<const std::uint8_t> answer, Format format) {
  const std::string name(name_of(format));
  Trailer trailer;
  if (answer.size() < sizeof trailer) return refused("this " + name + " file is damaged: save it again and send that");
  std::memcpy(&trailer, answer.data() + (answer.size() - sizeof trailer), sizeof trailer);
  const auto samples = (answer.size() - sizeof trailer) / sizeof(audio::Sample);
  if (trailer.magic != kTrailerMagic) return refused("this " + name + " file is damaged: save it again and send that");
  switch (static_cast<Outcome>(trailer.outcome)) {
    case Outcome::decoded:
      break;
    case Outcome::too_long:
      return refused("the recording is longer than " + std::to_string(kLongestSeconds / 60) +
                     " minutes: send the best part of it");
    case Outcome::strange_rate:
      return refused("the file has " + std::to_string(trailer.rate) +
                     " samples a second: save it with 16,000 to 48,000");
    case Outcome::too_many_channels:
      return refused("the file has " + std::to_string(trailer.channels) + " channels: save it as mono or stereo");
    default:
      return refused("this " + name + " file is damaged or empty: save it again and send that");
  }
  if (samples == 0) return refused("there is no sound in this file");
  Sound sound;
  sound.samples.resize(samples);
  std::memcpy(sound.samples.data(), answer.data(), samples * sizeof(audio::Sample));
  sound.format = format;
  sound.rate = static_cast<int>(trailer.rate);
  sound.channels = static_cast<int>(trailer.channels);
  const auto frames = static_cast<double>(std::max<std::uint64_t>(trailer.frames, 1));
  sound.clipped = std::min(1.0, static_cast<double>(trailer.clipped) / frames);
  return sound;
}

}  // namespace

base::Result<Sound> decode(std::span<const std::uint8_t> file, const Child& child) {
  if (file.empty()) return refused("the file is empty");
  const auto format = format_of(file);
  if (!is_read(format)) {
    const auto what = format == Format::unknown ? std::string("this is no sound file that is known here")
                                                : std::string(name_of(format)) + " files are not read here";
    return refused(what + ": send " + std::string(kFormatsRead));
  }
  auto input = memory_file(file);
  if (!input) return tl::unexpected(input.error());
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return cannot("make a pipe");
  const files::Descriptor reading(ends[0]);
  files::Descriptor writing(ends[1]);
  const auto until = base::monotonic_now() + child.deadline;
  const auto id = start(child, input->get(), writing.get());
  if (!id) return tl::unexpected(id.error());
  Process process(*id);
  writing = files::Descriptor();
  const auto answer = read_answer(reading.get(), until);
  const int status = process.end(!answer);
  if (!answer || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
    return base::fail(ErrorCode::resource_exhausted, "sound_files",
                      "reading this file takes too long: send a shorter one, or another format");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
    return base::fail(ErrorCode::unavailable, "sound_files",
                      "this system does not let a process be limited (seccomp): sound files are not read");
  return sound_of(*answer, format);
}

}  // namespace frontdesk::sound_files
