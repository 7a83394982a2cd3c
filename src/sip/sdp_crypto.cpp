#include "sip/sdp_crypto.hpp"

#include <algorithm>

#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

constexpr std::size_t kMaxTagDigits = 9;
constexpr std::string_view kInline = "inline:";
constexpr std::size_t kMaxEncodedKey = (srtp::kMaxKeyBytes + 2) / 3 * 4;

std::string_view next_word(std::string_view& text) {
  text = trimmed(text);
  const auto end = std::min(text.find_first_of(" \t"), text.size());
  const auto word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

bool is_tag(std::string_view tag) {
  return !tag.empty() && tag.size() <= kMaxTagDigits && parse_decimal(tag).has_value();
}

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// RFC 4648, section 4; the padding may be left out, as some do. nullopt for any other character.
std::optional<std::string> from_base64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::string bytes;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const auto value = kBase64.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>(bits >> held & 0xff);
  }
  return bytes;
}

std::string to_base64(std::string_view bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto group = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (i < group.size() ? static_cast<std::uint8_t>(group[i]) : std::uint8_t{0});
    for (std::size_t i = 0; i < 4; ++i) text += i <= group.size() ? kBase64[bits >> (18 - 6 * i) & 0x3f] : '=';
  }
  return text;
}

std::optional<base::Secret> key_from(std::string_view encoded, srtp::CryptoSuite suite) {
  if (encoded.size() > kMaxEncodedKey) return std::nullopt;
  auto bytes = from_base64(encoded);
  if (!bytes || bytes->size() != srtp::key_bytes(suite)) return std::nullopt;
  return base::Secret(std::move(*bytes));
}

/// "inline:KEY|2^31" with nothing after the lifetime: an MKI would be part of every packet.
std::optional<base::Secret> parse_key(std::string_view parameters, srtp::CryptoSuite suite) {
  if (!equal_ignoring_case(parameters.substr(0, kInline.size()), kInline)) return std::nullopt;
  parameters.remove_prefix(kInline.size());
  if (parameters.find(';') != std::string_view::npos) return std::nullopt;
  const auto bar = parameters.find('|');
  if (bar != std::string_view::npos && parameters.find(':', bar) != std::string_view::npos) return std::nullopt;
  return key_from(parameters.substr(0, bar), suite);
}

/// RFC 4568, section 6.3.7: "-" marks what may be ignored; the window size hint is one.
bool harmless(std::string_view session_parameter) {
  return session_parameter[0] == '-' || equal_ignoring_case(session_parameter.substr(0, 4), "WSH=");
}

}  // namespace

std::optional<CryptoAttribute> parse_crypto(std::string_view value) {
  CryptoAttribute attribute;
  attribute.tag = next_word(value);
  const auto suite = srtp::suite_named(next_word(value));
  if (!is_tag(attribute.tag) || !suite) return std::nullopt;
  attribute.suite = *suite;
  auto key = parse_key(next_word(value), *suite);
  if (!key) return std::nullopt;
  attribute.key = std::move(*key);
  for (auto word = next_word(value); !word.empty(); word = next_word(value)) {
    if (!harmless(word)) return std::nullopt;
  }
  return attribute;
}

std::string crypto_line(const CryptoAttribute& attribute) {
  return "a=crypto:" + attribute.tag + " " + std::string(srtp::name(attribute.suite)) + " " + std::string(kInline) +
         to_base64(attribute.key.expose()) + "\r\n";
}

}  // namespace frontdesk::sip
