#include "simulation/texts.hpp"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <utility>

#include "conversation/clauses.hpp"

namespace frontdesk::simulation {
namespace {

constexpr std::string_view kMark = "word";
constexpr std::size_t kMaxDigits = 20;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The number behind the mark at `at`; 0 if there is none.
base::RequestId number_at(std::string_view text, std::size_t at) {
  const auto digits = text.substr(at + kMark.size(), kMaxDigits);
  base::RequestId number = 0;
  for (const char c : digits) {
    if (!is_digit(c)) break;
    number = number * 10 + static_cast<base::RequestId>(c - '0');
  }
  return number;
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  std::istringstream stream{std::string(text)};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::vector<std::string> plain_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto finish = [&] {
    if (!word.empty()) words.push_back(std::exchange(word, {}));
  };
  for (const char c : text) {
    if (is_digit(c) || (c >= 'a' && c <= 'z'))
      word += c;
    else if (is_letter(c))
      word += static_cast<char>(c - 'A' + 'a');
    else if (c == ' ')
      finish();
  }
  finish();
  return words;
}

std::vector<std::string> pieces_of(const std::string& text) {
  conversation::ClauseSplitter splitter;
  auto pieces = splitter.feed(text);
  for (auto& piece : splitter.finish()) pieces.push_back(std::move(piece));
  return pieces;
}

std::set<base::RequestId> requests_behind(std::string_view text) {
  std::set<base::RequestId> requests;
  // Where a piece was cut for its length, its last number may not be whole.
  if (text.size() >= conversation::kLongestPiece) text = text.substr(0, text.rfind(kMark));
  for (auto at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at + 1))
    if (const auto number = number_at(text, at); number != 0) requests.insert(number);
  return requests;
}

bool is_our_own(std::string_view text) {
  for (auto at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at + 1))
    if (number_at(text, at) != 0) return false;
  return true;
}

bool is_speakable(std::string_view text) {
  const bool control = std::any_of(text.begin(), text.end(), [](char c) { return c >= 0 && c < ' '; });
  const bool sound = std::any_of(text.begin(), text.end(), [](char c) { return is_digit(c) || is_letter(c) || c < 0; });
  return sound && !control;
}

std::string answer_text(base::Random& random, base::RequestId request) {
  std::string text;
  const auto word = std::string(kMark) + std::to_string(request);
  const auto sentences = random.between(1, 4);
  for (int s = 0; s < sentences; ++s) {
    const auto words = random.between(1, 14);
    for (int w = 0; w < words; ++w) {
      if (!text.empty()) text += ' ';
      text += word;
      if (w + 1 < words && random.chance(0.1)) text += ',';
    }
    text += random.chance(0.3) ? '?' : '.';
  }
  return text;
}

std::string garbage_text(base::Random& random, base::RequestId request) {
  const auto word = std::string(kMark) + std::to_string(request);
  std::string text;
  switch (random.below(6)) {
    case 0:  // no end of a sentence
      while (text.size() < 10000) text += word + ' ';
      return text;
    case 1:  // not even the end of a word
      while (text.size() < 2000) text += word;
      return text;
    case 2:
      return "... ?! -- ;; ... !";
    case 3:
      return word + "\x01\x02\t" + word + "\x1b[31m \r\n" + word + "\x7f. " + word + ".";
    case 4:  // bytes that are no UTF-8
      return word + " \xff\xfe\xc3 " + word + " \xe2\x82. " + word + ".";
    default:
      return "   \n\n  ";
  }
}

std::string id_text(base::RequestId id) {
  return "#" + std::to_string(id);
}

std::string ms_text(base::Duration duration) {
  return std::to_string(base::to_ms(duration)) + " ms";
}

}  // namespace frontdesk::simulation
