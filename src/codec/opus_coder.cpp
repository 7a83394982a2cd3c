#include "codec/opus_coder.hpp"

#include <opus/opus.h>

#include "base/assert.hpp"

namespace frontdesk::codec {
namespace {

constexpr int kComplexity = 1;
constexpr int kWidebandBitRate = 32'000;

template <auto destroy>
struct Destroy {
  template <class T>
  void operator()(T* coder) const {
    destroy(coder);
  }
};

opus_int32 length_of(std::span<const std::uint8_t> payload) {
  return static_cast<opus_int32>(payload.size());
}

class OpusEncoderAt final : public Encoder {
 public:
  explicit OpusEncoderAt(int rate) : coder_(opus_encoder_create(rate, 1, OPUS_APPLICATION_VOIP, nullptr)) {
    FRONTDESK_ASSERT(coder_ != nullptr);
    opus_encoder_ctl(coder_.get(), OPUS_SET_COMPLEXITY(kComplexity));
    opus_encoder_ctl(coder_.get(), OPUS_SET_BITRATE(rate <= 12'000 ? kUsualBitRate : kWidebandBitRate));
    opus_encoder_ctl(coder_.get(), OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
    // libopus spends bits on it only when losses are expected.
    opus_encoder_ctl(coder_.get(), OPUS_SET_INBAND_FEC(1));
    opus_encoder_ctl(coder_.get(), OPUS_SET_PACKET_LOSS_PERC(SendingProfile{}.expected_loss_percent));
  }
  void adapt(const SendingProfile& profile) override {
    opus_encoder_ctl(coder_.get(), OPUS_SET_BITRATE(profile.bit_rate));
    opus_encoder_ctl(coder_.get(), OPUS_SET_PACKET_LOSS_PERC(profile.expected_loss_percent));
  }
  std::size_t encode(audio::PcmView pcm, std::span<std::uint8_t> out) override {
    const int bytes =
        opus_encode(coder_.get(), pcm.data(), static_cast<int>(pcm.size()), out.data(), static_cast<int>(out.size()));
    return bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
  }

 private:
  std::unique_ptr<OpusEncoder, Destroy<opus_encoder_destroy>> coder_;
};

class OpusDecoderAt final : public Decoder {
 public:
  explicit OpusDecoderAt(int rate) : rate_(rate), coder_(opus_decoder_create(rate, 1, nullptr)) {
    FRONTDESK_ASSERT(coder_ != nullptr);
  }
  std::size_t samples_in(std::span<const std::uint8_t> payload) const override {
    if (payload.empty()) return 0;
    const int samples = opus_packet_get_nb_samples(payload.data(), length_of(payload), rate_);
    return samples > 0 ? static_cast<std::size_t>(samples) : 0;
  }
  std::size_t decode(std::span<const std::uint8_t> payload, std::span<audio::Sample> out) override {
    return payload.empty() ? 0 : run(payload, out, false);
  }
  bool recover(std::span<const std::uint8_t> next, std::span<audio::Sample> out) override {
    return fits(out) && !next.empty() && run(next, out, true) == out.size();
  }
  bool conceal(std::span<audio::Sample> out) override { return fits(out) && run({}, out, false) == out.size(); }
  void reset() override { opus_decoder_ctl(coder_.get(), OPUS_RESET_STATE); }

 private:
  std::size_t run(std::span<const std::uint8_t> payload, std::span<audio::Sample> out, bool from_fec) {
    const std::uint8_t* bytes = payload.empty() ? nullptr : payload.data();
    const int samples = opus_decode(coder_.get(), bytes, length_of(payload), out.data(), static_cast<int>(out.size()),
                                    from_fec ? 1 : 0);
    return samples > 0 ? static_cast<std::size_t>(samples) : 0;
  }
  /// Concealment comes in steps of 2.5 ms.
  bool fits(std::span<audio::Sample> out) const {
    return !out.empty() && out.size() % static_cast<std::size_t>(rate_ / 400) == 0;
  }

  int rate_;
  std::unique_ptr<OpusDecoder, Destroy<opus_decoder_destroy>> coder_;
};

}  // namespace

std::unique_ptr<Encoder> make_opus_encoder(int sample_rate) {
  return std::make_unique<OpusEncoderAt>(sample_rate);
}

std::unique_ptr<Decoder> make_opus_decoder(int sample_rate) {
  return std::make_unique<OpusDecoderAt>(sample_rate);
}

}  // namespace frontdesk::codec
