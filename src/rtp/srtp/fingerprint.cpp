#include "rtp/srtp/fingerprint.hpp"

#include <algorithm>
#include <array>

namespace frontdesk::srtp {
namespace {

struct HashTraits {
  std::string_view name;
  std::size_t bytes;
};
constexpr std::array<HashTraits, 3> kHashes{{{"sha-256", 32}, {"sha-384", 48}, {"sha-512", 64}}};
constexpr std::string_view kDigits = "0123456789ABCDEF";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::optional<unsigned> hex_digit(char c) {
  const auto at = kDigits.find(c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c);
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<unsigned>(at);
}

/// "4A:AD:B9"
std::optional<std::string> parse_octets(std::string_view text) {
  std::string bytes;
  for (std::size_t at = 0; at + 1 < text.size(); at += 3) {
    const auto high = hex_digit(text[at]), low = hex_digit(text[at + 1]);
    if (!high || !low) return std::nullopt;
    if (at + 2 < text.size() && text[at + 2] != ':') return std::nullopt;
    bytes += static_cast<char>(*high << 4 | *low);
  }
  const bool whole = !bytes.empty() && text.size() == bytes.size() * 3 - 1;
  return whole ? std::optional(std::move(bytes)) : std::nullopt;
}

}  // namespace

std::optional<Fingerprint> parse_fingerprint(std::string_view value) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  const auto name_end = std::find_if(value.begin(), value.end(), is_space);
  const std::string_view name = value.substr(0, static_cast<std::size_t>(name_end - value.begin()));
  auto octets = value.substr(name.size());
  while (!octets.empty() && is_space(octets.front())) octets.remove_prefix(1);
  while (!octets.empty() && is_space(octets.back())) octets.remove_suffix(1);
  for (std::size_t i = 0; i < kHashes.size(); ++i) {
    const auto& known = kHashes[i];
    const bool same = std::equal(name.begin(), name.end(), known.name.begin(), known.name.end(),
                                 [](char a, char b) { return lower(a) == b; });
    if (!same || octets.size() != known.bytes * 3 - 1) continue;
    auto bytes = parse_octets(octets);
    if (bytes) return Fingerprint{static_cast<FingerprintHash>(i), std::move(*bytes)};
  }
  return std::nullopt;
}

std::string fingerprint_text(const Fingerprint& fingerprint) {
  std::string text(kHashes[static_cast<std::size_t>(fingerprint.hash)].name);
  char before = ' ';
  for (const char c : fingerprint.bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += {before, kDigits[byte >> 4], kDigits[byte & 15U]};
    before = ':';
  }
  return text;
}

}  // namespace frontdesk::srtp
