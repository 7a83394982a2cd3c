// Private to the reading of written text: what is written short, and how it is said. Keys are in lower case, without
// a full stop at the end; an empty answer means that there is no such entry.
#pragma once
#include <string_view>

namespace frontdesk::speech {

std::string_view day_name(std::string_view key);
std::string_view month_name(std::string_view key);
/// Read so whether or not a full stop follows, which is then not the end of a sentence.
std::string_view abbreviation_words(std::string_view key);
/// "&", "%": a sign that stands alone.
std::string_view sign_words(std::string_view key);
/// "sun", "min": only with a full stop or in capitals is it an abbreviation.
bool also_a_word(std::string_view key);

}  // namespace frontdesk::speech
