// A sequence of telephone events: 8 bytes each, a timestamp and a payload.
#include "rtp/telephone_event.hpp"

#include "fuzz/fuzz_target.hpp"

namespace rtp = frontdesk::rtp;

FRONTDESK_FUZZ_TARGET(telephone_event) {
  rtp::TelephoneEventDecoder decoder;
  std::size_t packets = 0, digits = 0;
  while (input.size() >= 4) {
    const std::uint32_t timestamp = static_cast<std::uint32_t>(input[0]) << 8 | input[1];
    const auto length = std::min<std::size_t>(input[2] % 8, input.size() - 3);
    digits += decoder.on_packet(timestamp, input.subspan(3, length)).has_value() ? 1 : 0;
    ++packets;
    input = input.subspan(3 + length);
  }
  frontdesk::fuzz::require(digits <= packets);
}
