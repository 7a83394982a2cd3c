// Bytes as text (RFC 4648): hexadecimal, base64 with padding, base64url and base32 without; and base62 for tokens that
// a double click shall mark whole. Decoders accept exactly what the encoders write: one text for each value.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace frontdesk::crypto {

std::string hex(std::span<const std::uint8_t> bytes);
std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text);

/// With padding: for protocols that want it.
std::string base64(std::span<const std::uint8_t> bytes);

std::string base64url(std::span<const std::uint8_t> bytes);
std::optional<std::vector<std::uint8_t>> from_base64url(std::string_view text);

/// Upper case; lower case is read as well.
std::string base32(std::span<const std::uint8_t> bytes);
std::optional<std::vector<std::uint8_t>> from_base32(std::string_view text);

/// `bytes` as one number, most significant first, in `digits` digits 0-9A-Za-z; what does not fit is cut off.
std::string base62(std::span<const std::uint8_t> bytes, std::size_t digits);
bool is_base62(std::string_view text);

}  // namespace frontdesk::crypto
