// Reads one name-addr or addr-spec (RFC 3261, 25.1) and splits header values at their commas. Views point into
// the text given; nothing is allocated but the list. For this folder only.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontdesk::screening {

struct NameAddress {
  std::string_view display;        ///< as written, with its quotes; empty: none
  std::string_view user;           ///< still percent-encoded, without its parameters; of tel: the number
  std::string_view user_params;    ///< "verstat=..;phone-context=.."
  std::string_view host;           ///< empty with tel:
  std::string_view uri_params;     ///< after the host
  std::string_view uri_headers;    ///< after "?"
  std::string_view header_params;  ///< after the address
};

/// nullopt: an unclosed quote or bracket, no address, or a scheme other than sip, sips and tel.
std::optional<NameAddress> parse_name_address(std::string_view text);

/// Pieces between commas that are in no quotes and no brackets, at most `most`; `whole` is cleared when a quote or
/// bracket stays open (that piece is dropped) or there were more.
std::vector<std::string_view> split_entries(std::string_view value, std::size_t most, bool& whole);

/// Value of a parameter in "a=1;b", without quotes; empty for one without value; nullopt: not there.
std::optional<std::string_view> parameter(std::string_view parameters, std::string_view name);

/// nullopt: a broken escape or a control character.
std::optional<std::string> percent_decoded(std::string_view text);

bool same_word(std::string_view a, std::string_view b);  ///< ASCII, any case
std::string_view trim(std::string_view text);

}  // namespace frontdesk::screening
