// Request targets and ranges of the HTTP server.
#include "fuzz/fuzz_target.hpp"
#include "http/range.hpp"
#include "http/target.hpp"

namespace http = frontdesk::http;

FRONTDESK_FUZZ_TARGET(http_target) {
  const auto text = frontdesk::fuzz::text_of(input);
  if (const auto target = http::parse_target(text)) {
    for (const auto& segment : target->segments) frontdesk::fuzz::require(segment != ".." && segment != ".");
  }
  const auto choice = http::choose_range(text, 1000);
  if (choice.kind == http::RangeKind::partial)
    frontdesk::fuzz::require(choice.slice.offset < 1000 && choice.slice.length <= 1000 - choice.slice.offset);
}
