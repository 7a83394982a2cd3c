// Numbers as English words.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace frontdesk::speech {

std::string cardinal_words(std::int64_t number);  ///< 105 -> "one hundred and five"
std::string ordinal_words(std::int64_t number);   ///< 21 -> "twenty first"
std::string year_words(std::int64_t year);        ///< 2026 -> "twenty twenty six", 2005 -> "two thousand and five"
/// Digit by digit: "0100" -> "zero one zero zero". Anything but digits is skipped.
std::string digit_words(std::string_view digits);
/// "1,250" or "3.5": -> "one thousand two hundred and fifty", "three point five"; empty if it is no number.
std::string decimal_words(std::string_view number);
/// "SW1" -> "S W one": letter by letter, digit by digit.
std::string spelled_words(std::string_view text);

}  // namespace frontdesk::speech
