#include "rest/protocol/cursor.hpp"

#include <algorithm>
#include <cstdint>

#include "rest/protocol/digest.hpp"

namespace frontdesk::protocol {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr char kSeparator = '\x1f';
constexpr std::size_t kDigestDigits = 16;

/// RFC 4648, section 5, without padding.
std::string base64url(std::string_view bytes) {
  std::string text;
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char c : bytes) {
    pending = pending << 8U | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) text += kAlphabet[(pending >> static_cast<unsigned>(bits - 6)) & 63U];
  }
  if (bits > 0) text += kAlphabet[(pending << static_cast<unsigned>(6 - bits)) & 63U];
  return text;
}

/// Only what base64url() writes: no padding, no bits left over.
std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes;
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char c : text) {
    const auto at = kAlphabet.find(c);
    if (at == std::string_view::npos) return std::nullopt;
    pending = pending << 6U | static_cast<std::uint32_t>(at);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>((pending >> static_cast<unsigned>(bits)) & 0xffU);
  }
  if (base64url(bytes) != text) return std::nullopt;
  return bytes;
}

std::string seal(std::string_view content, std::string_view list) {
  std::string whole(list);
  whole.push_back(kSeparator);
  return hexadecimal(digest(whole.append(content)));
}

}  // namespace

std::string write_cursor(const std::vector<std::string>& fields, std::string_view list) {
  std::string content;
  for (const auto& field : fields) content.append(field).push_back(kSeparator);
  return base64url(seal(content, list) + content);
}

std::optional<std::vector<std::string>> read_cursor(std::string_view cursor, std::string_view list, std::size_t count) {
  if (cursor.size() > kLongestCursor) return std::nullopt;
  const auto bytes = from_base64url(cursor);
  if (!bytes || bytes->size() < kDigestDigits) return std::nullopt;
  std::string_view content = std::string_view(*bytes).substr(kDigestDigits);
  if (std::string_view(*bytes).substr(0, kDigestDigits) != seal(content, list)) return std::nullopt;
  std::vector<std::string> fields;
  while (!content.empty()) {
    const auto end = content.find(kSeparator);
    if (end == std::string_view::npos) return std::nullopt;
    fields.emplace_back(content.substr(0, end));
    content.remove_prefix(end + 1);
  }
  if (fields.size() != count) return std::nullopt;
  return fields;
}

}  // namespace frontdesk::protocol
