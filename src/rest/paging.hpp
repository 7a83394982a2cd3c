// Lists in pages. A query type with `limit` and `cursor` members describes them by these notes and gets its cursors
// here; they are bound to the rest of the query (protocol/cursor.hpp).
#pragma once
#include <boost/json/serialize.hpp>
#include <optional>
#include <string>
#include <vector>

#include "json/codec.hpp"
#include "rest/problem.hpp"
#include "rest/protocol/cursor.hpp"

namespace frontdesk::rest {

inline constexpr std::int64_t kUsualPage = 50;
inline constexpr std::int64_t kLargestPage = 200;

inline constexpr json::Note kLimitNote{
    .member = "limit", .text = "How many on a page.", .min = 1, .max = kLargestPage, .optional = true};
inline constexpr json::Note kCursorNote{.member = "cursor",
                                        .text = "The next_cursor of the page before, with the same filters.",
                                        .min_length = 1,
                                        .max_length = protocol::kLongestCursor};

/// What tells one list from another: the type of the query and its filters.
template <json::Described Query>
std::string list_of(Query query) {
  query.limit = kUsualPage;
  query.cursor.reset();
  return std::string(json::kAbout<Query>.name) + boost::json::serialize(json::write(query));
}

template <json::Described Query>
std::string next_cursor(const Query& query, const std::vector<std::string>& fields) {
  return protocol::write_cursor(fields, list_of(query));
}

/// Where to go on: empty for the first page; problem 400 for a cursor that is not of this list.
template <json::Described Query>
Answer<std::vector<std::string>> place_of(const Query& query, std::size_t fields) {
  if (!query.cursor) return std::vector<std::string>();
  auto place = protocol::read_cursor(*query.cursor, list_of(query), fields);
  if (place) return std::move(*place);
  return tl::unexpected(
      invalid_parameter("cursor", "write the next_cursor of the page before, with the same filters, or leave it out"));
}

}  // namespace frontdesk::rest
