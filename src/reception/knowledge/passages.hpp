// A text cut into passages short enough to be read to a caller, each found by its heading and by its own sentences.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "reception/knowledge/business.hpp"

namespace frontdesk::knowledge {

inline constexpr std::size_t kLongestPassage = 400;  ///< bytes; but for a single sentence that is longer
inline constexpr std::size_t kLongestSentence = 600;

struct Passage {
  std::string heading;  ///< of its section; may be empty
  std::string text;
};

/// Paragraphs are parted by empty lines; "# ..." is a heading, and so is a line that ends in a question mark above its
/// paragraph. Sentences stay whole, and what is longer than a sentence may be is cut at a word.
std::vector<Passage> passages(std::string_view text);

/// As the receptionist answers from it; its source is "policy:<document>.<place>".
Policy policy_of(const Passage& passage, const std::string& document, std::size_t place);

}  // namespace frontdesk::knowledge
