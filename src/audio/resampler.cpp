#include "audio/resampler.hpp"

#include <speex/speex_resampler.h>

#include <algorithm>

#include "base/assert.hpp"

namespace frontdesk::audio {
namespace {

constexpr int kQuality = 3;
constexpr std::size_t kChunk = 4096;

}  // namespace

struct Resampler::State {
  SpeexResamplerState* speex = nullptr;
  int from = 0;
  int to = 0;
  ~State() {
    if (speex != nullptr) speex_resampler_destroy(speex);
  }
};

Resampler::Resampler(int from_rate, int to_rate) : state_(std::make_unique<State>()) {
  FRONTDESK_ASSERT(from_rate >= 1000 && from_rate <= 192000 && to_rate >= 1000 && to_rate <= 192000);
  state_->from = from_rate;
  state_->to = to_rate;
  int error = RESAMPLER_ERR_SUCCESS;
  state_->speex = speex_resampler_init(1, static_cast<spx_uint32_t>(from_rate), static_cast<spx_uint32_t>(to_rate),
                                       kQuality, &error);
  FRONTDESK_ASSERT(state_->speex != nullptr && error == RESAMPLER_ERR_SUCCESS);
}

Resampler::~Resampler() = default;
Resampler::Resampler(Resampler&&) noexcept = default;
Resampler& Resampler::operator=(Resampler&&) noexcept = default;

void Resampler::reset() {
  speex_resampler_reset_mem(state_->speex);
}

void Resampler::process(PcmView in, Pcm& out) {
  while (!in.empty()) {
    const auto chunk = in.first(std::min(in.size(), kChunk));
    auto consumed = static_cast<spx_uint32_t>(chunk.size());
    auto produced = static_cast<spx_uint32_t>(
        chunk.size() * static_cast<std::size_t>(state_->to) / static_cast<std::size_t>(state_->from) + 16);
    const auto start = out.size();
    out.resize(start + produced);
    speex_resampler_process_int(state_->speex, 0, chunk.data(), &consumed, out.data() + start, &produced);
    out.resize(start + produced);
    in = in.subspan(consumed);
    if (consumed == 0 && produced == 0) break;
  }
}

Pcm resample(PcmView in, int from_rate, int to_rate) {
  if (from_rate == to_rate) return Pcm(in.begin(), in.end());
  const auto wanted = (in.size() * static_cast<std::size_t>(to_rate) + static_cast<std::size_t>(from_rate) / 2) /
                      static_cast<std::size_t>(from_rate);
  SpeexResamplerState* speex = nullptr;
  int error = RESAMPLER_ERR_SUCCESS;
  speex = speex_resampler_init(1, static_cast<spx_uint32_t>(from_rate), static_cast<spx_uint32_t>(to_rate), kQuality,
                               &error);
  FRONTDESK_ASSERT(speex != nullptr);
  const auto delay = static_cast<std::size_t>(speex_resampler_get_input_latency(speex));
  speex_resampler_skip_zeros(speex);
  Pcm padded(in.begin(), in.end());
  padded.resize(in.size() + 2 * delay + 16, 0);
  Pcm out(wanted + samples_for(50, to_rate) + 64);
  auto consumed = static_cast<spx_uint32_t>(padded.size());
  auto produced = static_cast<spx_uint32_t>(out.size());
  speex_resampler_process_int(speex, 0, padded.data(), &consumed, out.data(), &produced);
  speex_resampler_destroy(speex);
  out.resize(wanted, 0);
  return out;
}

}  // namespace frontdesk::audio
