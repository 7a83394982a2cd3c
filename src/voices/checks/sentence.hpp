// The sentence that whoever gives a voice away reads aloud: consent in its own words, and words that nobody could have
// recorded before.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace frontdesk::voices_checks {

inline constexpr int kRandomWords = 6;
inline constexpr double kLeastMatch = 0.7;  ///< of all words, and of the random ones alone

/// "... My words for today are: copper, window, ...". `random`: kRandomWords numbers, of which each picks a word.
std::string sentence_of(std::span<const std::uint64_t> random);

struct Match {
  double all = 0;     ///< share of the sentence's words that were heard, in order, 0 to 1
  double random = 0;  ///< of the random ones
  bool enough() const { return all >= kLeastMatch && random >= kLeastMatch; }
};
/// Case and punctuation do not count.
Match match_of(std::string_view sentence, std::string_view heard);

}  // namespace frontdesk::voices_checks
