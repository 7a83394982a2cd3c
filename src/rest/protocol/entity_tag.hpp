// Entity tags and what clients demand of them (RFC 9110, sections 8.8.3 and 13.1).
#pragma once
#include <string>
#include <string_view>

namespace frontdesk::protocol {

/// A strong tag, quoted, of whatever tells two versions apart: a counter, a time, the content itself.
std::string entity_tag(std::string_view version);

/// Whether one of the tags in an If-Match field is `current`, by strong comparison; "*" is any. `current` empty: there
/// is nothing yet, which nothing matches.
bool strongly_matches(std::string_view field, std::string_view current);

/// The same for If-None-Match: weak comparison.
bool weakly_matches(std::string_view field, std::string_view current);

}  // namespace frontdesk::protocol
