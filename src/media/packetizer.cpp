#include "media/packetizer.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace frontdesk::media {

void Packetizer::configure(codec::Codec codec, int packet_ms) {
  const std::size_t samples = audio::samples_for(codec::packet_ms(codec, packet_ms), audio::kTelephoneRate);
  const bool g711 = codec == codec::Codec::pcmu || codec == codec::Codec::pcma;
  if (codec == codec_ && samples == packet_samples_ && (g711 || encoder_)) return;
  clear();
  packet_samples_ = samples;
  law_ = std::nullopt;
  if (g711) law_ = codec == codec::Codec::pcmu ? audio::G711Law::mu : audio::G711Law::a;
  if (g711) {
    encoder_.reset();
  } else if (codec != codec_ || !encoder_) {
    encoder_ = codec::make_encoder(codec);
  }
  codec_ = codec;
  whole_packets_ = !codec::traits(codec).byte_per_sample;
}

void Packetizer::adapt(const codec::SendingProfile& profile) {
  configure(codec_, profile.packet_ms);
  if (encoder_) encoder_->adapt(profile);
}

void Packetizer::clear() {
  waiting_ = 0;
  taken_ = 0;
}

void Packetizer::drop_front(std::size_t samples) {
  const auto from = static_cast<std::ptrdiff_t>(samples);
  const auto end = static_cast<std::ptrdiff_t>(waiting_);
  if (from != end && whole_packets_) std::copy(samples_.begin() + from, samples_.begin() + end, samples_.begin());
  if (from != end && !whole_packets_) std::copy(codes_.begin() + from, codes_.begin() + end, codes_.begin());
  waiting_ -= samples;
}

void Packetizer::push(std::span<audio::Sample, audio::kFrameSamples> frame) {
  drop_front(std::exchange(taken_, 0));
  FRONTDESK_ASSERT(waiting_ + frame.size() <= kCapacity);
  const auto codes = std::span(codes_).subspan(waiting_, frame.size());
  if (whole_packets_) {
    std::copy(frame.begin(), frame.end(), samples_.begin() + static_cast<std::ptrdiff_t>(waiting_));
  } else if (law_) {
    audio::encode_g711(*law_, frame, codes);
    audio::decode_g711(*law_, codes, frame);
  } else {
    encoder_->encode(frame, codes);
  }
  waiting_ += frame.size();
}

std::optional<Packetizer::Payload> Packetizer::pop() {
  drop_front(std::exchange(taken_, 0));
  if (waiting_ < packet_samples_) return std::nullopt;
  taken_ = packet_samples_;
  if (!whole_packets_) return Payload{std::span(codes_).first(packet_samples_), waiting_};
  const std::size_t size = encoder_->encode(audio::PcmView(samples_).first(packet_samples_), payload_);
  FRONTDESK_ASSERT(size > 0);
  return Payload{std::span(payload_).first(size), waiting_};
}

}  // namespace frontdesk::media
