#include "sound_files/child.hpp"

#include <sndfile.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include "audio/resampler.hpp"
#include "sound_files/confinement.hpp"

namespace frontdesk::sound_files {
namespace {

constexpr int kMostChannels = 8;
constexpr int kLowestRate = 4000;
constexpr int kHighestRate = 192'000;
constexpr sf_count_t kBlock = 4096;  // frames
constexpr float kFullScale = 0.999F;
constexpr int kInput = 0;
constexpr int kOutput = 1;

bool write_all(const void* data, std::size_t size) {
  const auto* at = static_cast<const char*>(data);
  while (size > 0) {
    const auto written = ::write(kOutput, at, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    at += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

class Converter {
 public:
  Converter(int rate, int channels) : channels_(static_cast<std::size_t>(channels)) {
    if (rate != kRate) resampler_.emplace(rate, kRate);
  }

  /// Mixes the channels; what is no number is silence.
  audio::PcmView convert(std::span<const float> interleaved) {
    mono_.clear();
    for (std::size_t at = 0; at + channels_ <= interleaved.size(); at += channels_) {
      float sum = 0;
      bool clipped = false;
      for (std::size_t c = 0; c < channels_; ++c) {
        const float sample = interleaved[at + c];
        if (!std::isfinite(sample)) continue;
        clipped = clipped || std::fabs(sample) >= kFullScale;
        sum += std::clamp(sample, -1.0F, 1.0F);
      }
      if (clipped) ++clipped_;
      mono_.push_back(static_cast<audio::Sample>(std::lround(sum / static_cast<float>(channels_) * 32767.0F)));
    }
    if (!resampler_) return mono_;
    out_.clear();
    resampler_->process(mono_, out_);
    return out_;
  }
  std::uint64_t clipped() const { return clipped_; }

 private:
  std::size_t channels_;
  std::optional<audio::Resampler> resampler_;
  audio::Pcm mono_, out_;
  std::uint64_t clipped_ = 0;
};

/// What the header claims of its length is not believed: what is there is read.
Outcome decode(SNDFILE* file, const SF_INFO& info, Trailer& trailer) {
  trailer.rate = static_cast<std::uint32_t>(std::max(info.samplerate, 0));
  trailer.channels = static_cast<std::uint32_t>(std::max(info.channels, 0));
  if (info.samplerate < kLowestRate || info.samplerate > kHighestRate) return Outcome::strange_rate;
  if (info.channels < 1 || info.channels > kMostChannels) return Outcome::too_many_channels;
  const auto most = static_cast<std::uint64_t>(info.samplerate) * kLongestSeconds;
  Converter converter(info.samplerate, info.channels);
  std::vector<float> block(static_cast<std::size_t>(kBlock * info.channels));
  for (;;) {
    const auto frames = sf_readf_float(file, block.data(), kBlock);
    if (frames <= 0) break;
    trailer.frames += static_cast<std::uint64_t>(frames);
    if (trailer.frames > most) return Outcome::too_long;
    const auto pcm = converter.convert({block.data(), static_cast<std::size_t>(frames * info.channels)});
    if (!write_all(pcm.data(), pcm.size_bytes())) _exit(1);
  }
  trailer.clipped = converter.clipped();
  return trailer.frames == 0 ? Outcome::unreadable : Outcome::decoded;
}

}  // namespace

int run_child() {
  if (!confine_this_process()) _exit(2);
  Trailer trailer;
  trailer.magic = kTrailerMagic;
  SF_INFO info{};
  SNDFILE* file = sf_open_fd(kInput, SFM_READ, &info, 0);
  const auto outcome = file == nullptr ? Outcome::unreadable : decode(file, info, trailer);
  trailer.outcome = static_cast<std::uint32_t>(outcome);
  _exit(write_all(&trailer, sizeof trailer) ? 0 : 1);  // nothing is left to tidy up, and little is allowed
}

}  // namespace frontdesk::sound_files
