// What changed between a recorded call and its rerun, as values, text and JSON.
#pragma once
#include <string>
#include <vector>

#include "rerun/virtual_call.hpp"

namespace frontdesk::rerun {

struct ComparedExchange {
  Exchange before;
  Exchange after;
  bool answer_changed = false;  ///< other words; case, punctuation and spaces do not count
  bool actions_changed = false;
  bool words_changed = false;  ///< the caller was understood differently
};

struct ComparedCall {
  std::string id;
  std::vector<ComparedExchange> exchanges;
  std::string ended;
  std::size_t lines = 0;
  std::size_t lines_said = 0;
  std::size_t changed() const;  ///< exchanges with another answer or other actions
};

ComparedCall compare(const RecordedCall& recorded, const Performance& performance);

/// Lower case words alone: "We're open, 8 to 5." -> "we're open 8 to 5".
std::string normalised(std::string_view text);

std::string text_of(const ComparedCall& call);
std::string summary_of(const std::vector<ComparedCall>& calls);
/// {"calls": [{"id", "changed", "exchanges": [...]}], "changed": n}
std::string json_of(const std::vector<ComparedCall>& calls);

}  // namespace frontdesk::rerun
