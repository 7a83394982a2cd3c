// Well-formed UTF-8: Unicode 15, table 3-7.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace frontdesk::base {

/// Bytes of the character that starts at `at`; 0 if none does.
std::size_t utf8_length(std::string_view text, std::size_t at);

bool is_utf8(std::string_view text);

/// Each byte that is not part of a character becomes U+FFFD.
std::string valid_utf8(std::string_view text);

}  // namespace frontdesk::base
