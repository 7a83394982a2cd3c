// Cuts text that is complete (a greeting, a notice) into pieces to synthesise one by one. The first
// piece is a short clause where the text has a natural break, so that the first sound comes early.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace frontdesk::speech {

inline constexpr std::size_t kFirstClauseWords = 8;     ///< a first clause is not longer
inline constexpr std::size_t kFirstClauseMinWords = 2;  ///< nor so short that it sounds chopped off
inline constexpr std::size_t kLongestPieceBytes = 280;  ///< longer sentences are cut at a comma or space

/// The pieces in order, trimmed; together they hold every word of `text`. Abbreviations ("Dr."),
/// decimals, times, initials and addresses do not end a sentence.
std::vector<std::string> split_for_speech(std::string_view text);

}  // namespace frontdesk::speech
