#include "load/received_stream.hpp"

#include <algorithm>

namespace frontdesk::load {
namespace {

bool one_code(std::span<const std::uint8_t> payload) {
  return std::all_of(payload.begin(), payload.end(), [&](std::uint8_t code) { return code == payload.front(); });
}

}  // namespace

ReceivedStream::ReceivedStream(const sip::NegotiatedMedia& media, int packet_ms)
    : payload_type_(media.receive_payload_type),
      g711_(media.format.codec == sip::Codec::pcmu || media.format.codec == sip::Codec::pcma),
      clock_rate_(codec::traits(media.format.codec).clock_rate),
      packet_units_(clock_rate_ / 1000 * static_cast<std::uint32_t>(packet_ms)),
      packet_length_(base::milliseconds(packet_ms)),
      statistics_(clock_rate_) {}

/// What is further back than 64 packets passes for new.
bool ReceivedStream::is_duplicate(std::uint16_t sequence) {
  constexpr int kSeen = 64;
  const auto ahead = static_cast<std::int16_t>(sequence - newest_);
  if (seen_ == 0 || ahead > 0) {
    seen_ = seen_ == 0 || ahead >= kSeen ? 1 : (seen_ << ahead) | 1;
    newest_ = sequence;
    return false;
  }
  if (ahead <= -kSeen) return false;
  const std::uint64_t bit = std::uint64_t{1} << -ahead;
  const bool duplicate = (seen_ & bit) != 0;
  seen_ |= bit;
  return duplicate;
}

void ReceivedStream::begin(const rtp::Header& header, base::Instant arrival) {
  before_.expected += statistics_.expected();
  before_.received += statistics_.received();
  statistics_.reset();
  seen_ = 0;
  ssrc_ = header.ssrc;
  first_ = header;
  first_arrival_ = arrival;
  earliest_ = base::Duration{0};
  last_arrival_.reset();
}

void ReceivedStream::on_packet(const rtp::Packet& packet, base::Instant arrival, Deviations& deviations) {
  if (packet.header.payload_type != payload_type_) return;
  if (ssrc_ != packet.header.ssrc) begin(packet.header, arrival);
  if (is_duplicate(packet.header.sequence)) return;
  statistics_.on_packet(packet.header, arrival);
  measure_clock(packet.header, arrival, deviations);
  measure_lateness(packet.header, arrival);
  sound_ = sound_ || (!packet.payload.empty() && (!g711_ || !one_code(packet.payload)));
  last_ = packet.header;
  last_arrival_ = arrival;
}

void ReceivedStream::measure_clock(const rtp::Header& header, base::Instant arrival, Deviations& deviations) {
  if (!last_arrival_ || header.sequence != static_cast<std::uint16_t>(last_.sequence + 1)) return;
  if (header.timestamp == last_.timestamp + packet_units_) deviations.add(arrival - *last_arrival_ - packet_length_);
}

void ReceivedStream::measure_lateness(const rtp::Header& header, base::Instant arrival) {
  const auto units = static_cast<std::int32_t>(header.timestamp - first_.timestamp);
  const auto due = base::Duration(std::int64_t{units} * 1'000'000'000 / clock_rate_);
  const base::Duration behind = arrival - first_arrival_ - due;
  earliest_ = std::min(earliest_, behind);
  if (behind - earliest_ > kLateAfter) ++late_;
}

}  // namespace frontdesk::load
