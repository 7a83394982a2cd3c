// Cursors of paged lists: where the page before ended, as text that a client hands back and does not read. A cursor is
// bound to its list (the query without limit and cursor), so that one of another list, a cut one or a mistyped one is
// refused. It is not signed: it names a place among rows the client may see anyway, and grants nothing.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontdesk::protocol {

inline constexpr std::size_t kLongestCursor = 512;

/// base64url; the fields are what the list is ordered by.
std::string write_cursor(const std::vector<std::string>& fields, std::string_view list);

/// The fields; nothing if it is no cursor of this list, or not of so many fields.
std::optional<std::vector<std::string>> read_cursor(std::string_view cursor, std::string_view list, std::size_t fields);

}  // namespace frontdesk::protocol
