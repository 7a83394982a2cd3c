// Private: what a request must have before anything else looks at it (RFC 3261, section 8.2), since
// libre's parser lets much pass.
#pragma once
#include <optional>
#include <string>

#include "sip/libre.hpp"

namespace frontdesk::sip {

struct Refusal {
  int status = 400;
  std::string reason;
  std::string headers;
};

/// Also cuts the body to Content-Length. nullopt: go on. ACK is never answered by the caller.
std::optional<Refusal> screen(const sip_msg* request);

/// The refusal of a method that we do not have: 405 if it is a known one, else 501.
Refusal refuse_method(std::string_view method);

}  // namespace frontdesk::sip
