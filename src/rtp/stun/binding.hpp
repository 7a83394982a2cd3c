// STUN Binding (RFC 8489): the messages, over libre's codec, which keeps no state of its own.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/endpoint.hpp"

namespace frontdesk::stun {

using TransactionId = std::array<std::uint8_t, 12>;  ///< random: it is what tells an answer from a forgery

TransactionId random_transaction();

std::vector<std::uint8_t> binding_request(const TransactionId& id);

enum class Answer { none, refused, mapped };  ///< none: not an answer to this request
/// `mapped` is where our request seemed to come from.
Answer read_binding_answer(std::span<const std::uint8_t> datagram, const TransactionId& id, base::Endpoint& mapped);

}  // namespace frontdesk::stun
