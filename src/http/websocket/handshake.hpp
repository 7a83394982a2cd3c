// What the opening handshake computes (RFC 6455, section 4.2). Free of the HTTP messages around it.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace frontdesk::websocket {

/// The value of Sec-WebSocket-Accept for a client's Sec-WebSocket-Key; nullopt: the key is not 16 bytes in base64.
std::optional<std::string> accept_key(std::string_view key);

/// True if `list`, a header's comma-separated tokens, names `token` in any case.
bool names_token(std::string_view list, std::string_view token);

/// The first of `ours` that the client's list offers; empty: none.
std::string choose_protocol(std::string_view offered, std::span<const std::string> ours);

}  // namespace frontdesk::websocket
