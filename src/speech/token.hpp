// Private to the reading of written text: words and their punctuation. ASCII only, never the locale.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace frontdesk::speech {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_letter(char c) {
  return is_upper(c) || (c >= 'a' && c <= 'z');
}
std::string lowered(std::string_view text);

/// False for an empty text.
template <class Predicate>
bool all(std::string_view text, Predicate predicate) {
  return !text.empty() && std::all_of(text.begin(), text.end(), predicate);
}

/// "(Dr." -> before "(", core "Dr", after "."
struct Token {
  std::string before;
  std::string core;
  std::string after;
};

std::vector<Token> tokens_of(std::string_view text);

}  // namespace frontdesk::speech
