// TURN messages (RFC 8656) over libre's codec, which keeps no state of its own; and the four bytes before data on a
// channel (section 12.4), which it does not know.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/protect.hpp"
#include "rtp/stun/binding.hpp"

namespace frontdesk::turn {

using stun::TransactionId;
using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

enum class Method { allocate, refresh, create_permission, channel_bind };

/// What the server told us to prove ourselves with (RFC 8489, section 9.2).
struct Proof {
  std::string username, realm, nonce;
  Bytes key;  ///< MD5(username ":" realm ":" password)
};
Bytes long_term_key(const std::string& username, const std::string& realm, const base::Secret& password);

struct Request {
  Method method = Method::allocate;
  TransactionId id{};
  std::optional<Proof> proof;               ///< unset: to be asked for it
  std::optional<base::Endpoint> peer;       ///< permission and channel
  std::optional<std::uint16_t> channel;     ///< channel_bind
  std::optional<std::uint32_t> lifetime_s;  ///< refresh; 0 ends the allocation
};
Bytes encode(const Request& request);

/// For data before its channel is bound (section 11).
Bytes send_indication(const TransactionId& id, const base::Endpoint& peer, ByteView data);

struct Answer {
  TransactionId id{};
  bool success = false;
  int error = 0;  ///< 401, 438, ...
  std::string reason, realm, nonce;
  std::optional<base::Endpoint> relayed;
  std::uint32_t lifetime_s = 0;
  bool genuine = false;  ///< its integrity was proved with the key that was given
};
/// An answer to `method`; none if it is anything else. `key` may be empty.
std::optional<Answer> read_answer(ByteView datagram, Method method, const Bytes& key);

struct Data {
  std::optional<base::Endpoint> peer;    ///< of a Data indication
  std::optional<std::uint16_t> channel;  ///< of data on a channel
  ByteView bytes;                        ///< within the datagram
};
/// Data from a peer; none if it is anything else. Allocates nothing for a channel's data.
std::optional<Data> read_data(ByteView datagram);

inline constexpr std::uint16_t kFirstChannel = 0x4000;
inline constexpr std::uint16_t kLastChannel = 0x4FFF;
inline constexpr std::size_t kChannelHead = 4;
/// Writes the four bytes before `length` bytes of data.
void write_channel_head(std::uint16_t channel, std::size_t length, std::span<std::uint8_t, kChannelHead> head);

}  // namespace frontdesk::turn
