// Where the chain's end was last, kept outside the table: without it a cut-off tail would leave a shorter chain that is
// whole. `confirmed` was committed; `intended` was about to be, and may have been, when the program was stopped.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "audit/chain/record.hpp"
#include "base/error.hpp"

namespace frontdesk::chain {

struct Anchor {
  Head confirmed;
  std::optional<Head> intended;
  friend bool operator==(const Anchor&, const Anchor&) = default;
};

/// Lines of text with a MAC below them.
std::string anchor_text(const Anchor& anchor, const base::Secret& key);
/// data_loss: changed, or made with another key.
base::Result<Anchor> parse_anchor(std::string_view text, const base::Secret& key);

/// What may be appended to: nothing confirmed is missing or different at the end.
base::Status check_end(const Head& end, const Anchor& anchor);

}  // namespace frontdesk::chain
