// The little XML that S3 answers with: elements by name, text with its entities decoded. Not a parser of XML at large.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace frontdesk::s3 {

/// What stands between <name> and </name>, for each of them, in order; elements may not contain others of their name.
std::vector<std::string_view> elements(std::string_view xml, std::string_view name);
/// The first of them as text; empty if there is none.
std::string text_of(std::string_view xml, std::string_view name);
std::string escaped(std::string_view text);

}  // namespace frontdesk::s3
