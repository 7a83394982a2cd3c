#include "speech/ascii_text.hpp"

#include <cstdint>

namespace frontdesk::speech {
namespace {

struct Replacement {
  char32_t character;
  std::string_view plain;
};

constexpr Replacement kReplacements[] = {
    {0x00A0, " "},  {0x00A3, "GBP"}, {0x00AB, "\""}, {0x00BB, "\""},  {0x00B0, " degrees "}, {0x00BD, " and a half"},
    {0x00C6, "AE"}, {0x00DF, "ss"},  {0x00E6, "ae"}, {0x0152, "OE"},  {0x0153, "oe"},        {0x2009, " "},
    {0x2010, "-"},  {0x2011, "-"},   {0x2012, "-"},  {0x2013, "-"},   {0x2014, " - "},       {0x2018, "'"},
    {0x2019, "'"},  {0x201C, "\""},  {0x201D, "\""}, {0x2026, "..."}, {0x202F, " "},         {0x20AC, "EUR"},
    {0x2212, "-"},  {0x2032, "'"},
};

/// The letters U+00C0 to U+00FF without their accents; a space where there is none.
constexpr std::string_view kLatin1 = "AAAAAA CEEEEIIIIDNOOOOO OUUUUY  aaaaaa ceeeeiiiidnooooo ouuuuy y";

/// The character at `at`, moving past it; 0 for an invalid byte.
char32_t next_character(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0x80) return lead;
  const std::size_t more = lead >= 0xf0 && lead < 0xf5   ? 3
                           : lead >= 0xe0 && lead < 0xf0 ? 2
                           : lead >= 0xc2 && lead < 0xe0 ? 1
                                                         : 0;
  if (more == 0 || at + more > text.size()) return 0;
  char32_t value = lead & (0x3fU >> more);
  for (std::size_t i = 0; i < more; ++i) {
    const auto byte = static_cast<unsigned char>(text[at + i]);
    if ((byte & 0xc0) != 0x80) return 0;
    value = value << 6 | (byte & 0x3f);
  }
  at += more;
  return value;
}

}  // namespace

std::string ascii_text(std::string_view utf8) {
  std::string out;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto character = next_character(utf8, at);
    if (character == '\n' || character == '\r' || character == '\t') out += ' ';
    if (character >= 0x20 && character < 0x7f) {
      out += static_cast<char>(character);
      continue;
    }
    bool replaced = false;
    for (const auto& replacement : kReplacements) {
      if (replacement.character != character) continue;
      out += replacement.plain;
      replaced = true;
    }
    if (!replaced && character >= 0xc0 && character <= 0xff && kLatin1[character - 0xc0] != ' ') {
      out += kLatin1[character - 0xc0];
    }
  }
  return out;
}

}  // namespace frontdesk::speech
