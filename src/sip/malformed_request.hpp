// Private: the answer to a request that libre cannot parse, put together from what of it can be read: who made it
// hears 400 instead of nothing (RFC 3261, section 8.2 and 21.4.1). Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frontdesk::sip {

struct MalformedAnswer {
  std::string text;
  std::uint16_t port = 0;  ///< of the sender's address, where the answer goes; 0: where the request came from
};

/// nullopt: a response, an ACK, or nothing that tells where the answer belongs.
std::optional<MalformedAnswer> answer_malformed(std::string_view datagram);

}  // namespace frontdesk::sip
