#include "fallback/answer_text.hpp"

#include <cstddef>

namespace frontdesk::fallback {
namespace {

bool is_space(unsigned char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
bool is_word(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Bytes of the sequence that `first` begins (RFC 3629); 0: none does.
std::size_t sequence_length(unsigned char first) {
  if (first < 0x80U) return 1;
  if (first >= 0xC2U && first <= 0xDFU) return 2;
  if (first >= 0xE0U && first <= 0xEFU) return 3;
  if (first >= 0xF0U && first <= 0xF4U) return 4;
  return 0;
}

bool continues(unsigned char c) {
  return (c & 0xC0U) == 0x80U;
}

}  // namespace

TextKind kind_of(std::string_view text) {
  bool words = false;
  bool signs = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = static_cast<unsigned char>(text[at]);
    const auto length = sequence_length(c);
    constexpr unsigned char kDelete = 0x7F;
    if (length == 0 || c == kDelete || (c < ' ' && !is_space(c))) return TextKind::garbled;
    for (std::size_t i = at + 1; i < at + length && i < text.size(); ++i)
      if (!continues(static_cast<unsigned char>(text[i]))) return TextKind::garbled;
    if (length > 1 || is_word(c))
      words = true;
    else if (!is_space(c))
      signs = true;
    at += length;
  }
  if (words) return TextKind::words;
  return signs ? TextKind::signs : TextKind::blank;
}

}  // namespace frontdesk::fallback
