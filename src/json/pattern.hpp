// The small part of regular expressions (ECMA 262) that describes identifiers: characters, classes such as [a-z0-9_-]
// and [^/], \d, '.', each with ?, *, +, {n} or {n,m}. No groups, no alternatives, no anchors: a pattern is about the
// whole text. Time is bounded by the length of the pattern times the square of the text's, whatever the text; no
// locale.
#pragma once
#include <string>
#include <string_view>

namespace frontdesk::json {

/// Throws base::InvariantViolation for a pattern outside that part. Bytes above 0x7f match '.' and negated classes.
bool matches_pattern(std::string_view text, std::string_view pattern);

/// As JSON Schema wants it: "^(?:...)$" without the group, which this part does not need.
std::string schema_pattern(std::string_view pattern);

}  // namespace frontdesk::json
