// RTP, and telephone events in it.
#include "fuzz/fuzz_target.hpp"
#include "rtp/packet.hpp"
#include "rtp/telephone_event.hpp"

namespace rtp = frontdesk::rtp;

FRONTDESK_FUZZ_TARGET(rtp_packet) {
  static rtp::TelephoneEventDecoder decoder;
  (void)rtp::looks_like_rtcp(input);
  const auto packet = rtp::parse_packet(input);
  if (!packet) return;
  frontdesk::fuzz::require(packet->payload.size() + packet->extension.size() + rtp::kHeaderBytes <= input.size());
  const auto digit = decoder.on_packet(packet->header.timestamp, packet->payload);
  frontdesk::fuzz::require(!digit || rtp::event_of_digit(*digit).has_value());
}
