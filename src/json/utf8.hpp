// Text of unknown origin made fit for JSON.
#pragma once
#include <string>
#include <string_view>

namespace frontdesk::json {

/// Each byte that is not part of well-formed UTF-8 (Unicode 15, table 3-7) becomes U+FFFD.
std::string valid_utf8(std::string_view text);

bool is_utf8(std::string_view text);

}  // namespace frontdesk::json
