// Randomness for a shell: ids, SSRCs, tags, nonces. Pure modules must not include this header.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace frontdesk::base {

/// From the kernel (getrandom(2)); never fails once the system has booted.
std::uint64_t random_u64();

/// A new id of the given kind, stamped with the wall clock.
std::string new_id(std::string_view prefix);

}  // namespace frontdesk::base
