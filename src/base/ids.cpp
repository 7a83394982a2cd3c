#include "base/ids.hpp"

#include <algorithm>

namespace frontdesk::base {
namespace {

void append_hex(std::string& out, std::uint64_t value, int digits) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += kHex[(value >> shift) & 0xf];
}

}  // namespace

std::string make_id(std::string_view prefix, UtcTime now, std::uint64_t random_high, std::uint64_t random_low) {
  std::string id(prefix);
  id += '_';
  append_hex(id, static_cast<std::uint64_t>(now.unix_ms) & 0xffffffffffff, 12);
  append_hex(id, 0x7000 | (random_high & 0x0fff), 4);
  append_hex(id, (0x8ULL << 60) | (random_low & 0x3fffffffffffffff), 16);
  return id;
}

bool is_id(std::string_view prefix, std::string_view text) {
  if (text.size() != prefix.size() + 33 || !text.starts_with(prefix) || text[prefix.size()] != '_') return false;
  const auto digits = text.substr(prefix.size() + 1);
  return std::all_of(digits.begin(), digits.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace frontdesk::base
