// Word error rate of a transcript against what was said. Both are first written the same way: lower
// case, no punctuation, contractions opened, numbers, times and amounts as single digits ("9:30" =
// "nine thirty" = "half past nine", "£5.50" = "five pounds fifty"). Each digit counts as a word.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace frontdesk::meter {

/// English only.
std::vector<std::string> normalise_words(std::string_view text);

struct WordErrors {
  std::size_t reference_words = 0;
  std::size_t matches = 0;
  std::size_t substitutions = 0;
  std::size_t deletions = 0;   ///< said but not transcribed
  std::size_t insertions = 0;  ///< transcribed but not said

  /// 0 for two empty texts; may exceed 1.
  double rate() const;
  /// To add up a whole set before dividing.
  WordErrors& operator+=(const WordErrors& other);
};

WordErrors word_errors(std::string_view reference, std::string_view transcript);

}  // namespace frontdesk::meter
