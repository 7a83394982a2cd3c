// What the words so far say about the turn: a complete question, a number in the middle, a sentence
// that calls for more. Words only; how the pause sounded is judged elsewhere.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace frontdesk::conversation {

enum class Completeness {
  nothing,       ///< no words
  question,      ///< a whole question
  request,       ///< a whole request that leaves open when, with whom or about what: "can I book an appointment"
  closing,       ///< "..., please", "thank you", "goodbye"
  answer,        ///< "yes", "okay": whole in itself, or only a beginning
  statement,     ///< a whole sentence that is no question
  whole_number,  ///< ends in as many digits as a telephone number has
  number,        ///< ends in digits, perhaps not the last
  spelling,      ///< ends in single letters
  open,          ///< nobody stops here: "and the", "my number is", "next"
  unsure         ///< a fragment, or no clear ending
};
std::string_view name(Completeness completeness);

struct CompletenessDecision {
  Completeness kind = Completeness::nothing;
  const char* because = "";
};

CompletenessDecision judge_completeness(std::string_view text);

/// Lower-case words without marks; apostrophes stay.
std::vector<std::string> words_of(std::string_view text);

/// The same words, whatever the recogniser made of capitals and marks.
bool same_words(std::string_view a, std::string_view b);

}  // namespace frontdesk::conversation
