// Header fields and cursors of the API.
#include "fuzz/fuzz_target.hpp"
#include "rest/protocol/cursor.hpp"
#include "rest/protocol/entity_tag.hpp"

namespace protocol = frontdesk::protocol;

FRONTDESK_FUZZ_TARGET(api_fields) {
  using frontdesk::fuzz::require;
  const auto text = frontdesk::fuzz::text_of(input);
  if (protocol::strongly_matches(text, "\"v1\"")) require(protocol::weakly_matches(text, "\"v1\""));
  require(!protocol::strongly_matches(text, ""));
  if (const auto fields = protocol::read_cursor(text, "list", 2))
    require(protocol::write_cursor(*fields, "list") == text);
}
