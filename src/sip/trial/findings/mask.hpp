// SIP messages made fit to be shown and sent to a support desk: what proves an account is left out, who somebody is
// is shortened, what is not known to be harmless is not shown.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace frontdesk::findings {

/// "ab***yz"; of short ones less.
std::string shortened(std::string_view user);

/// First line and headers of a SIP message. `secrets` are blotted out wherever they stand, the provider's own words
/// included; those under 4 characters only where a header is known to hold them.
std::string masked(std::string_view message, const std::vector<std::string>& secrets);

/// Words of the provider's for a sentence: printable, without the secrets.
std::string masked_words(std::string_view words, const std::vector<std::string>& secrets);

}  // namespace frontdesk::findings
