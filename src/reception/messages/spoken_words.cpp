#include "reception/messages/spoken_words.hpp"

#include <algorithm>

namespace frontdesk::messages {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;  // UTF-8 letters pass whole
}

/// U+2018 and U+2019 are apostrophes to us.
std::string plain_apostrophes(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("\u2019") || text.substr(i).starts_with("\u2018")) {
      out += '\'';
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> words_of(std::string_view raw) {
  const std::string text = plain_apostrophes(raw);
  std::vector<std::string> words;
  std::string word;
  const auto flush = [&] {
    while (!word.empty() && (word.back() == '\'' || word.back() == '-')) word.pop_back();
    if (!word.empty() && word != "+") words.push_back(word);
    word.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + 32) : text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : ' ';
    const bool joins_digits = !word.empty() && is_digit(word.back()) && is_digit(next);
    const bool sign = (c == '+' && word.empty() && is_digit(next)) || (c == '\'' && !word.empty()) ||
                      ((c == ':' || c == '-' || c == '.') && joins_digits);
    if (is_letter(c) || is_digit(c) || sign) {
      word += c;
    } else {
      flush();
    }
  }
  flush();
  return words;
}

bool contains_phrase(const std::vector<std::string>& words, std::string_view phrase) {
  const auto wanted = words_of(phrase);
  return !wanted.empty() && std::search(words.begin(), words.end(), wanted.begin(), wanted.end()) != words.end();
}

}  // namespace frontdesk::messages
