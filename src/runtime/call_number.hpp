// A call's number in this process, and the request ids derived from it: the number in the upper
// bits, a count in the lower, so that an engine's answer finds its call without a table.
#pragma once
#include <cstdint>

#include "base/ids.hpp"

namespace frontdesk::runtime {

using CallNumber = std::uint64_t;

inline constexpr int kRequestBits = 24;  ///< 16 million requests a call

constexpr base::RequestId first_request(CallNumber call) {
  return (call << kRequestBits) + 1;
}
constexpr CallNumber call_of(base::RequestId request) {
  return request >> kRequestBits;
}

}  // namespace frontdesk::runtime
