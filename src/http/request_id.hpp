// Ids of requests that a client or a proxy in front of the server chose, so that one request has one name everywhere.
#pragma once
#include <algorithm>
#include <string_view>

namespace frontdesk::http {

/// 1 to 100 letters, digits, '-', '_' and '.': nothing that means anything in a header, a log or JSON.
inline bool acceptable_request_id(std::string_view id) {
  constexpr std::size_t kLongest = 100;
  return !id.empty() && id.size() <= kLongest && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
}

}  // namespace frontdesk::http
