// JSON text (RFC 8259) to values, strictly: no duplicate members, no invalid UTF-8, no lone surrogates, nothing after
// the value, no comments, bounded depth and size, no number that is too large for a double. Whole numbers that fit 64
// bits stay exact; others become doubles, which readers of whole numbers refuse.
#pragma once
#include <boost/json/value.hpp>
#include <string_view>
#include <tl/expected.hpp>

#include "json/problem.hpp"

namespace frontdesk::json {

struct ParseLimits {
  std::size_t bytes = 64 * 1024;
  std::size_t depth = 16;  ///< of arrays and objects in each other
};

/// The problem's pointer leads to where reading stopped, as far as it is known.
tl::expected<boost::json::value, Problem> parse(std::string_view text, const ParseLimits& limits = {});

}  // namespace frontdesk::json
