#include "crypto/encoding.hpp"

#include <algorithm>

namespace frontdesk::crypto {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kBase62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

std::string encode(std::span<const std::uint8_t> bytes, std::string_view alphabet, unsigned bits) {
  std::string out;
  std::uint32_t held = 0;
  unsigned count = 0;
  const std::uint32_t mask = (1U << bits) - 1;
  for (const auto byte : bytes) {
    held = (held << 8U | byte) & 0xffffU;
    for (count += 8; count >= bits;) {
      count -= bits;
      out += alphabet[held >> count & mask];
    }
  }
  if (count > 0) out += alphabet[held << (bits - count) & mask];
  return out;
}

std::optional<std::vector<std::uint8_t>> decode(std::string_view text, std::string_view alphabet, unsigned bits) {
  std::vector<std::uint8_t> out;
  std::uint32_t held = 0;
  unsigned count = 0;
  for (const char c : text) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    held = (held << bits | static_cast<std::uint32_t>(value)) & 0xffffU;
    count += bits;
    if (count < 8) continue;
    count -= 8;
    out.push_back(static_cast<std::uint8_t>(held >> count));
  }
  const bool left_over = count >= bits || (held & ((1U << count) - 1)) != 0;
  if (left_over) return std::nullopt;
  return out;
}

}  // namespace

std::string hex(std::span<const std::uint8_t> bytes) {
  return encode(bytes, kHex, 4);
}

std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text) {
  return decode(text, kHex, 4);
}

std::string base64(std::span<const std::uint8_t> bytes) {
  std::string out = base64url(bytes);
  std::replace(out.begin(), out.end(), '-', '+');
  std::replace(out.begin(), out.end(), '_', '/');
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

std::string base64url(std::span<const std::uint8_t> bytes) {
  return encode(bytes, kBase64, 6);
}

std::optional<std::vector<std::uint8_t>> from_base64url(std::string_view text) {
  return decode(text, kBase64, 6);
}

std::string base32(std::span<const std::uint8_t> bytes) {
  return encode(bytes, kBase32, 5);
}

std::optional<std::vector<std::uint8_t>> from_base32(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return decode(upper, kBase32, 5);
}

std::string base62(std::span<const std::uint8_t> bytes, std::size_t digits) {
  std::vector<std::uint8_t> number(bytes.begin(), bytes.end());
  std::string out(digits, '0');
  for (std::size_t i = digits; i-- > 0;) {
    unsigned rest = 0;
    for (auto& byte : number) {
      const unsigned value = rest << 8U | byte;
      byte = static_cast<std::uint8_t>(value / 62);
      rest = value % 62;
    }
    out[i] = kBase62[rest];
  }
  return out;
}

bool is_base62(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return kBase62.find(c) != std::string_view::npos; });
}

}  // namespace frontdesk::crypto
