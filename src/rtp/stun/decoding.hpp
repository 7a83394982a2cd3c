// What STUN and TURN messages have in common: libre's decoder over bytes from anybody, and its addresses as ours.
// Private to modules over libre's codec.
#pragma once
#include <cstdint>
#include <memory>
#include <span>

extern "C" {
#include <re.h>
}

#include "base/endpoint.hpp"

namespace frontdesk::stun {

struct Dereference {
  void operator()(void* object) const { mem_deref(object); }
};
/// Of an object that libre counts.
template <class T>
using Ref = std::unique_ptr<T, Dereference>;

/// `buffer` holds the copy that the message points into. Null: it is no STUN message of today (RFC 8489, section 5).
Ref<stun_msg> decode(std::span<const std::uint8_t> datagram, Ref<mbuf>& buffer);

base::Endpoint endpoint_from(const sa& address);

}  // namespace frontdesk::stun
