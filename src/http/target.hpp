// The request target (RFC 9112, section 3.2) taken apart.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace frontdesk::http {

struct Target {
  std::string host;  ///< with port, of an absolute-form target only
  std::vector<std::string> segments;
  Fields query;
};

/// Nothing for a malformed target, one with "." or ".." segments, or a NUL anywhere. In the query '+' is a blank.
std::optional<Target> parse_target(std::string_view text);

}  // namespace frontdesk::http
