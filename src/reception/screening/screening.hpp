// Who may call, and what they reach, decided before the call is answered. Requests that are neither
// from our trunk nor from an address the owner listed get no service and learn nothing.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"

namespace frontdesk::screening {

enum class Destination { reception, echo_test, talk_test };

/// What is known of a call before it is answered.
struct CallOffer {
  std::string_view called;  ///< user part of the Request-URI
  base::Endpoint source;
  bool from_trunk = false;  ///< the source is the registrar of our own trunk
};

struct ScreeningRules {
  std::function<bool(const base::Endpoint&)> direct_caller;  ///< listed by the owner; loopback always may
  bool diagnostics = false;
};

struct Decision {
  bool accepted = false;
  Destination destination = Destination::reception;
  int status = 0;      ///< SIP status of a refusal
  std::string reason;  ///< for the record: why, in words
};

/// "0333*" matches what begins with 0333, "*" everything, others exactly. Spaces do not count; bring
/// both to one form (E.164) first.
bool matches_number(std::string_view pattern, std::string_view number);

Decision screen(const CallOffer& offer, const ScreeningRules& rules);

}  // namespace frontdesk::screening
