// E-mail addresses as accounts use them: one spelling each, nothing that could break out of a mail header.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace frontdesk::credentials {

inline constexpr std::size_t kLongestEmail = 254;  // RFC 5321, section 4.5.3.1, with errata 1690

/// Lower case, without white space around it. Nothing if it is no address: ASCII without quoting, one @, a domain with
/// a dot.
std::optional<std::string> normal_email(std::string_view text);

}  // namespace frontdesk::credentials
