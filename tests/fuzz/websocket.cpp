// The server's end of a WebSocket: frames of a client, in pieces whose length the first byte tells.
#include "fuzz/fuzz_target.hpp"
#include "http/websocket/handshake.hpp"
#include "http/websocket/protocol.hpp"

namespace websocket = frontdesk::websocket;

FRONTDESK_FUZZ_TARGET(websocket) {
  (void)websocket::accept_key(frontdesk::fuzz::text_of(input));
  (void)websocket::names_token(frontdesk::fuzz::text_of(input), "upgrade");
  if (input.empty()) return;
  const std::size_t step = input[0] % 32U + 1U;
  const auto bytes = input.subspan(1);
  websocket::Limits limits;
  limits.message_bytes = 512;
  limits.message_frames = 8;
  websocket::Protocol protocol(limits, {});
  std::vector<websocket::Message> messages;
  for (std::size_t at = 0; at < bytes.size(); at += step)
    protocol.receive(bytes.subspan(at, std::min(step, bytes.size() - at)), {}, messages);
  for (const auto& message : messages) frontdesk::fuzz::require(message.data.size() <= limits.message_bytes);
  // One pong and one close frame at most, whatever came.
  frontdesk::fuzz::require(protocol.take_output().size() <= 2 * 127);
}
