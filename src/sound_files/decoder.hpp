// Foreign sound files to samples, by a limited process (child.hpp). Blocks until that has ended, at most kDeadline.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "audio/pcm.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "sound_files/child.hpp"
#include "sound_files/format.hpp"

namespace frontdesk::sound_files {

inline constexpr base::Duration kDeadline = base::seconds(60);

struct Sound {
  audio::Pcm samples;  ///< mono, at kRate
  Format format = Format::unknown;
  int rate = 0;  ///< of the file
  int channels = 0;
  double clipped = 0;  ///< share of the file's frames that reach full scale, 0 to 1

  double seconds() const { return static_cast<double>(samples.size()) / kRate; }
};

/// The program that is the child: this one under another command, unless tests name another.
struct Child {
  std::filesystem::path program = "/proc/self/exe";
  std::vector<std::string> arguments{kChildCommand};
  base::Duration deadline = kDeadline;
};

/// invalid_argument: no file that is read, damaged, or too long, with what to do; resource_exhausted: it took more time
/// or memory than it may; unavailable: the process could not be started.
base::Result<Sound> decode(std::span<const std::uint8_t> file, const Child& child);

}  // namespace frontdesk::sound_files
