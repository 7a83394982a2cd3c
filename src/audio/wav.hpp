// RIFF/WAVE files with 16-bit PCM or G.711 samples: test material, prompts and call recordings.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "audio/pcm.hpp"
#include "base/error.hpp"

namespace frontdesk::audio {

struct Wav {
  int rate = kTelephoneRate;
  int channels = 1;
  Pcm samples;  ///< interleaved

  std::size_t frames() const { return channels == 0 ? 0 : samples.size() / static_cast<std::size_t>(channels); }
  /// One channel alone, 0 = left.
  Pcm channel(int index) const;
};

/// Accepts PCM 16-bit, A-law and mu-law, 1 or 2 channels. A data chunk that claims more than the
/// file holds (an interrupted recording) yields what is there.
base::Result<Wav> parse_wav(std::span<const std::uint8_t> bytes);
base::Result<Wav> read_wav(const std::filesystem::path& path);
base::Status write_wav(const std::filesystem::path& path, const Wav& wav);

/// The 44 bytes before `data_bytes` of 16-bit samples: for writers that append.
std::vector<std::uint8_t> wav_header(int rate, int channels, std::uint32_t data_bytes);
inline constexpr std::size_t kWavHeaderBytes = 44;

}  // namespace frontdesk::audio
