// English text as it is said aloud: "8:30 am" -> "eight thirty a m", "$65" -> "sixty five dollars",
// "+44 20 7946 0018" -> digit by digit, "Dr." -> "doctor", "Mon-Fri" -> "Monday to Friday". What is
// left is words and punctuation that a letter-to-sound front end reads without guessing.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace frontdesk::speech {

std::string spoken_text(std::string_view text);

std::string cardinal_words(std::int64_t number);  ///< "one hundred and five"
std::string ordinal_words(std::int64_t number);   ///< "twenty first"; number >= 1
/// "555 0100" -> "five five five, oh one oh oh": groups are kept as short pauses.
std::string digit_words(std::string_view digits);

}  // namespace frontdesk::speech
