// Identifiers: a prefix that names the kind and a UUID version 7 (RFC 9562, section 5.7), so that
// ids sort by time of creation: call_018f3c6e2b7a7c1e9d40b5a1c2d3e4f5.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace frontdesk::base {

/// Pure: the caller supplies wall time and 74 random bits (the rest of `random` is ignored).
std::string make_id(std::string_view prefix, UtcTime now, std::uint64_t random_high, std::uint64_t random_low);

/// True for prefix_ + 32 lower-case hexadecimal digits.
bool is_id(std::string_view prefix, std::string_view text);

/// A number minted by one state machine for one asynchronous request. 0 is "none".
using RequestId = std::uint64_t;

}  // namespace frontdesk::base
