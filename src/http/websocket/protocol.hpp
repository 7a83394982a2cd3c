// The server's end of a WebSocket after its handshake (RFC 6455): bytes in, messages out, and the other way round.
// Sans-IO: the owner reads and writes the connection and keeps the clock.
//
// It refuses what the RFC has a server refuse (frames without a mask, reserved bits and opcodes, control frames that
// are long or cut, text that is no UTF-8, close codes that nobody may send) and what costs too much: long messages,
// messages in a great many pieces. Extensions, so compression too, are never negotiated.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace frontdesk::websocket {

/// Status codes of section 7.4.1 and of the registry it founded.
inline constexpr std::uint16_t kNormalClosure = 1000;
inline constexpr std::uint16_t kGoingAway = 1001;
inline constexpr std::uint16_t kProtocolError = 1002;
inline constexpr std::uint16_t kUnsupportedData = 1003;
inline constexpr std::uint16_t kNoStatus = 1005;  ///< of a close frame without a code; never sent
inline constexpr std::uint16_t kAbnormal = 1006;  ///< of a connection that broke; never sent
inline constexpr std::uint16_t kInvalidData = 1007;
inline constexpr std::uint16_t kPolicyViolation = 1008;
inline constexpr std::uint16_t kTooBig = 1009;
inline constexpr std::uint16_t kTryAgainLater = 1013;

struct Limits {
  std::size_t message_bytes = 64 * 1024;  ///< 1009 above
  std::size_t message_frames = 256;       ///< 1008 above: each piece of a message costs memory and time
  base::Duration ping_every = base::seconds(20);
  base::Duration pong_within = base::seconds(15);  ///< without a byte from the peer by then it is gone
  base::Duration close_within = base::seconds(3);  ///< for the peer's close frame in answer to ours
};

enum class Kind { text, binary };

struct Message {
  Kind kind = Kind::text;
  std::string data;
  friend bool operator==(const Message&, const Message&) = default;
};

class Protocol {
 public:
  Protocol(const Limits& limits, base::Instant now);
  ~Protocol();
  Protocol(const Protocol&) = delete;
  Protocol& operator=(const Protocol&) = delete;

  /// Appends the messages that became complete. After a fault or a close frame everything is ignored.
  void receive(std::span<const std::uint8_t> bytes, base::Instant now, std::vector<Message>& out);
  /// Ignored once close() was called or the peer has closed.
  void send(const Message& message);
  /// Begins the closing handshake; `reason` is cut to the 123 bytes that fit. The first call counts.
  void close(std::uint16_t code, std::string_view reason, base::Instant now);
  void on_time(base::Instant now);
  base::Instant next_wakeup() const;

  /// What is to be written now. Bounded but for what was given to send().
  std::string take_output();
  /// Nothing more will be read; once take_output() is empty the connection may go.
  bool over() const;
  /// By which status it ended: ours for the peer's fault, otherwise the peer's.
  std::uint16_t code() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace frontdesk::websocket
