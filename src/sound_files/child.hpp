// The limited process that decodes a foreign sound file: what reads the bytes of a stranger is not the program that
// holds the keys. It is started with the file as its standard input (a memory file) and answers on its standard output;
// before it looks at a byte it gives up memory, processor time, files and, by a filter of system calls (seccomp(2)),
// everything but reading what it has and writing its answer: no file can be opened, no socket made, no program run.
#pragma once
#include <cstddef>
#include <cstdint>

namespace frontdesk::sound_files {

inline constexpr int kRate = 24'000;                              ///< samples a second of what comes out
inline constexpr int kLongestSeconds = 30 * 60;                   ///< what is longer is refused
inline constexpr std::uint64_t kChildMemory = 256ULL << 20U;      ///< bytes of its own
inline constexpr std::uint64_t kChildAddresses = 1024ULL << 20U;  ///< with the libraries
inline constexpr std::uint64_t kChildCpuSeconds = 40;

/// After `kMostSamples` samples comes this, as it lies in memory: reader and writer are one program.
struct Trailer {
  std::uint32_t magic = 0;
  std::uint32_t outcome = 0;  ///< an Outcome
  std::uint32_t rate = 0;     ///< of the file
  std::uint32_t channels = 0;
  std::uint64_t frames = 0;   ///< of the file
  std::uint64_t clipped = 0;  ///< frames at full scale
};
inline constexpr std::uint32_t kTrailerMagic = 0x46445346;

enum class Outcome : std::uint32_t { decoded, unreadable, too_long, strange_rate, too_many_channels };

/// The answer is 16-bit mono samples at kRate, then a Trailer. Returns the exit code.
int run_child();

/// Its hidden command of the program.
inline constexpr const char* kChildCommand = "decode-sound";

}  // namespace frontdesk::sound_files
