// The language of the simulation. Each word of the model's answers carries the number of its request
// ("word17"), so that the ear knows whose answer it hears; every other text is our own.
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/random.hpp"
#include "base/time.hpp"

namespace frontdesk::simulation {

inline constexpr int kCharactersPerSecond = 15;  ///< of our voice

std::vector<std::string> words_of(std::string_view text);
/// Letters and digits only, in lower case: what remains whatever a recogniser makes of the marks.
std::vector<std::string> plain_words(std::string_view text);
/// As the conversation cuts it for synthesis.
std::vector<std::string> pieces_of(const std::string& text);

/// The requests whose words these are.
std::set<base::RequestId> requests_behind(std::string_view text);
bool is_our_own(std::string_view text);
bool is_speakable(std::string_view text);  ///< has a letter or a digit, and no control characters

/// A sound answer to a request.
std::string answer_text(base::Random& random, base::RequestId request);
/// What a model that has lost its mind may send.
std::string garbage_text(base::Random& random, base::RequestId request);

std::string id_text(base::RequestId id);  ///< as in a tape
std::string ms_text(base::Duration duration);

}  // namespace frontdesk::simulation
