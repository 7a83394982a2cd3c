#include "codec/coder.hpp"

// Not <spandsp.h>: it drags in libtiff.
#include <spandsp/telephony.h>
// After telephony.h, which it needs.
#include <spandsp/g722.h>

#include "audio/g711.hpp"
#include "base/assert.hpp"
#include "codec/opus_coder.hpp"

namespace frontdesk::codec {
namespace {

constexpr int kG722BitRate = 64'000;
constexpr int kG722Rate = 16'000;
constexpr std::size_t kMaxPayload = audio::samples_for(kMaxPacketMs, audio::kTelephoneRate);

audio::G711Law law_of(Codec codec) {
  return codec == Codec::pcmu ? audio::G711Law::mu : audio::G711Law::a;
}

class G711Encoder final : public Encoder {
 public:
  explicit G711Encoder(audio::G711Law law) : law_(law) {}
  std::size_t encode(audio::PcmView pcm, std::span<std::uint8_t> out) override {
    if (out.size() < pcm.size()) return 0;
    audio::encode_g711(law_, pcm, out.first(pcm.size()));
    return pcm.size();
  }

 private:
  audio::G711Law law_;
};

class G711Decoder final : public Decoder {
 public:
  explicit G711Decoder(audio::G711Law law) : law_(law) {}
  std::size_t samples_in(std::span<const std::uint8_t> payload) const override {
    return payload.size() <= kMaxPayload ? payload.size() : 0;
  }
  std::size_t decode(std::span<const std::uint8_t> payload, std::span<audio::Sample> out) override {
    if (out.size() < payload.size()) return 0;
    audio::decode_g711(law_, payload, out.first(payload.size()));
    return payload.size();
  }

 private:
  audio::G711Law law_;
};

int g722_options(int rate) {
  return rate == kG722Rate ? 0 : G722_SAMPLE_RATE_8000;
}

template <auto release>
struct Free {
  template <class T>
  void operator()(T* state) const {
    release(state);
  }
};

class G722Encoder final : public Encoder {
 public:
  explicit G722Encoder(int rate)
      : samples_per_byte_(static_cast<std::size_t>(rate / audio::kTelephoneRate)),
        state_(g722_encode_init(nullptr, kG722BitRate, g722_options(rate))) {
    FRONTDESK_ASSERT(state_ != nullptr);
  }
  std::size_t encode(audio::PcmView pcm, std::span<std::uint8_t> out) override {
    if (pcm.size() % samples_per_byte_ != 0 || out.size() < pcm.size() / samples_per_byte_) return 0;
    return static_cast<std::size_t>(g722_encode(state_.get(), out.data(), pcm.data(), static_cast<int>(pcm.size())));
  }

 private:
  std::size_t samples_per_byte_;
  std::unique_ptr<g722_encode_state_t, Free<g722_encode_free>> state_;
};

class G722Decoder final : public Decoder {
 public:
  explicit G722Decoder(int rate) : rate_(rate), state_(g722_decode_init(nullptr, kG722BitRate, g722_options(rate))) {
    FRONTDESK_ASSERT(state_ != nullptr);
  }
  std::size_t samples_in(std::span<const std::uint8_t> payload) const override {
    return payload.size() <= kMaxPayload ? payload.size() * samples_per_byte() : 0;
  }
  std::size_t decode(std::span<const std::uint8_t> payload, std::span<audio::Sample> out) override {
    if (out.size() < payload.size() * samples_per_byte()) return 0;
    return static_cast<std::size_t>(
        g722_decode(state_.get(), out.data(), payload.data(), static_cast<int>(payload.size())));
  }
  void reset() override { g722_decode_init(state_.get(), kG722BitRate, g722_options(rate_)); }

 private:
  std::size_t samples_per_byte() const { return static_cast<std::size_t>(rate_ / audio::kTelephoneRate); }

  int rate_;
  std::unique_ptr<g722_decode_state_t, Free<g722_decode_free>> state_;
};

}  // namespace

bool Decoder::recover(std::span<const std::uint8_t>, std::span<audio::Sample>) {
  return false;
}

bool Decoder::conceal(std::span<audio::Sample>) {
  return false;
}

bool supports(Codec codec, int sample_rate) {
  if (codec == Codec::opus)
    return sample_rate == 8000 || sample_rate == 12'000 || sample_rate == 16'000 || sample_rate == 24'000 ||
           sample_rate == 48'000;
  return sample_rate == audio::kTelephoneRate || (codec == Codec::g722 && sample_rate == kG722Rate);
}

std::unique_ptr<Encoder> make_encoder(Codec codec, int sample_rate) {
  FRONTDESK_ASSERT(supports(codec, sample_rate));
  if (codec == Codec::opus) return make_opus_encoder(sample_rate);
  if (codec == Codec::g722) return std::make_unique<G722Encoder>(sample_rate);
  return std::make_unique<G711Encoder>(law_of(codec));
}

std::unique_ptr<Decoder> make_decoder(Codec codec, int sample_rate) {
  FRONTDESK_ASSERT(supports(codec, sample_rate));
  if (codec == Codec::opus) return make_opus_decoder(sample_rate);
  if (codec == Codec::g722) return std::make_unique<G722Decoder>(sample_rate);
  return std::make_unique<G711Decoder>(law_of(codec));
}

}  // namespace frontdesk::codec
