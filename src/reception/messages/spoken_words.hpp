// The words of recognised speech: lower case, apostrophes kept, other punctuation gone. Digits and the signs
// inside written numbers ("+44", "5:30", "900-123") stay in their word.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace frontdesk::messages {

std::vector<std::string> words_of(std::string_view text);

/// The space-separated words of `phrase` one after another.
bool contains_phrase(const std::vector<std::string>& words, std::string_view phrase);

}  // namespace frontdesk::messages
