#include "web_call/sound.hpp"

#include <array>

#include "audio/g711.hpp"
#include "rtp/packet.hpp"

namespace frontdesk::web_call {
namespace {

constexpr int kWideRate = 16'000;

void put_big_endian(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> static_cast<unsigned>(shift) & 0xFFU);
}

void put_little_endian(std::string& out, audio::Sample sample) {
  const auto bits = static_cast<std::uint16_t>(sample);
  out += static_cast<char>(bits & 0xFFU);
  out += static_cast<char>(bits >> 8U);
}

audio::Sample sample_of(char low, char high) {
  return static_cast<audio::Sample>(static_cast<std::uint8_t>(low) | static_cast<std::uint8_t>(high) << 8U);
}

}  // namespace

std::optional<Format> format_of(std::string_view name, int rate) {
  if (name == "mulaw" && rate == audio::kTelephoneRate) return Format{true, rate};
  if (name == "pcm16" && (rate == audio::kTelephoneRate || rate == kWideRate)) return Format{false, rate};
  return std::nullopt;
}

SoundIn::SoundIn(const Format& format, const Beginning& beginning) : format_(format), next_(beginning) {
  if (format.rate != audio::kTelephoneRate) resampler_.emplace(format.rate, audio::kTelephoneRate);
}

void SoundIn::decode(std::string_view bytes) {
  if (format_.mulaw) {
    for (const char byte : bytes)
      samples_.push_back(audio::decode_g711(audio::G711Law::mu, static_cast<std::uint8_t>(byte)));
    return;
  }
  audio::Pcm decoded;
  decoded.reserve(bytes.size() / 2 + 1);
  for (const char byte : bytes) {
    if (half_) {
      decoded.push_back(sample_of(*half_, byte));
      half_.reset();
    } else {
      half_ = byte;
    }
  }
  if (resampler_)
    resampler_->process(decoded, samples_);
  else
    samples_.insert(samples_.end(), decoded.begin(), decoded.end());
}

void SoundIn::take(std::string_view bytes, base::Instant now, std::vector<runtime::FrameLeg::Packet>& out) {
  if (due_ && now - *due_ > kGap) {
    const auto ticks = (now - *due_) / base::milliseconds(audio::kFrameMs);
    next_.timestamp += static_cast<std::uint32_t>(ticks) * static_cast<std::uint32_t>(audio::kFrameSamples);
    due_ = now;
    marker_ = true;
  }
  if (!due_) due_ = now;
  decode(bytes);
  pack(now, out);
}

void SoundIn::pack(base::Instant now, std::vector<runtime::FrameLeg::Packet>& out) {
  std::size_t at = 0;
  for (; samples_.size() - at >= kPacketBytes; at += kPacketBytes) {
    if (*due_ - now > kAhead) {
      ++dropped_;
      continue;
    }
    std::array<std::uint8_t, kPacketBytes> payload{};
    audio::encode_g711(audio::G711Law::mu, audio::PcmView(samples_).subspan(at, kPacketBytes), payload);
    runtime::FrameLeg::Packet packet{std::vector<std::uint8_t>(rtp::kHeaderBytes + kPacketBytes), now};
    const rtp::Header header{marker_, runtime::FrameLeg::kPayloadType, next_.sequence, next_.timestamp, next_.ssrc};
    (void)rtp::write_packet(header, payload, packet.bytes);
    marker_ = false;
    ++next_.sequence;
    next_.timestamp += static_cast<std::uint32_t>(kPacketBytes);
    due_ = *due_ + base::milliseconds(audio::kFrameMs);
    out.push_back(std::move(packet));
  }
  samples_.erase(samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(at));
}

SoundOut::SoundOut(const Format& format) : format_(format) {
  if (format.rate != audio::kTelephoneRate) resampler_.emplace(audio::kTelephoneRate, format.rate);
}

std::optional<std::string> SoundOut::take(std::span<const std::uint8_t> rtp) {
  if (rtp::looks_like_rtcp(rtp)) return std::nullopt;
  const auto packet = rtp::parse_packet(rtp);
  if (!packet || packet->header.payload_type != runtime::FrameLeg::kPayloadType) return std::nullopt;
  if (!first_timestamp_) first_timestamp_ = packet->header.timestamp;
  const auto since = packet->header.timestamp - *first_timestamp_;
  std::string message;
  put_big_endian(message, number_++);
  put_big_endian(message, since * static_cast<std::uint32_t>(format_.rate / audio::kTelephoneRate));
  if (format_.mulaw) {
    message.append(packet->payload.begin(), packet->payload.end());
    return message;
  }
  decoded_.resize(packet->payload.size());
  audio::decode_g711(audio::G711Law::mu, packet->payload, decoded_);
  if (resampler_) {
    resampled_.clear();
    resampler_->process(decoded_, resampled_);
  }
  for (const auto sample : resampler_ ? resampled_ : decoded_) put_little_endian(message, sample);
  return message;
}

}  // namespace frontdesk::web_call
