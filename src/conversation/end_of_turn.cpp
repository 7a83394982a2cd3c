#include "conversation/end_of_turn.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace frontdesk::conversation {
namespace {

using namespace std::string_view_literals;

// Words after which English speakers nearly always go on.
constexpr std::array kOpenWords = {"a"sv,   "an"sv,    "and"sv, "are"sv, "at"sv,  "because"sv, "but"sv,   "by"sv,
                                   "can"sv, "could"sv, "er"sv,  "erm"sv, "for"sv, "from"sv,    "how"sv,   "i"sv,
                                   "i'd"sv, "i'm"sv,   "if"sv,  "in"sv,  "is"sv,  "its"sv,     "like"sv,  "my"sv,
                                   "of"sv,  "on"sv,    "or"sv,  "our"sv, "so"sv,  "that's"sv,  "the"sv,   "their"sv,
                                   "to"sv,  "uh"sv,    "um"sv,  "was"sv, "we"sv,  "with"sv,    "would"sv, "your"sv};

constexpr std::array kDigitWords = {"zero"sv, "oh"sv,    "one"sv,   "two"sv,  "three"sv,  "four"sv,  "five"sv,
                                    "six"sv,  "seven"sv, "eight"sv, "nine"sv, "double"sv, "triple"sv};

// Whole utterances that are complete although the recogniser gives them no full stop.
constexpr std::array kCompleteWords = {"yes"sv,    "no"sv,  "yeah"sv,    "yep"sv,    "nope"sv, "hello"sv, "hi"sv,
                                       "thanks"sv, "bye"sv, "goodbye"sv, "please"sv, "okay"sv, "sure"sv};

constexpr std::array kBackchannelWords = {"ah"sv,  "er"sv, "erm"sv, "hm"sv, "hmm"sv, "huh"sv,
                                          "mhm"sv, "mm"sv, "mmm"sv, "oh"sv, "uh"sv,  "um"sv};

constexpr std::size_t kTelephoneDigits = 10;  // the fewest of a whole national number

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '\'';
    const bool capital = c >= 'A' && c <= 'Z';
    if (letter || capital) {
      word += capital ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_numeric(std::string_view word) {
  return contains(kDigitWords, word) ||
         std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Digits in the run of numbers that ends the words: "double four" counts two, "7946" four.
std::size_t trailing_digits(const std::vector<std::string>& words) {
  std::size_t digits = 0;
  for (auto word = words.rbegin(); word != words.rend() && is_numeric(*word); ++word)
    digits += word->front() >= '0' && word->front() <= '9' ? word->size() : *word == "triple" ? 2U : 1U;
  return digits;
}

char last_mark(std::string_view text) {
  const auto end = text.find_last_not_of(" \t\n\"'");
  return end == std::string_view::npos ? '\0' : text[end];
}

}  // namespace

EndOfTurnDecision silence_that_ends_turn(std::string_view text, const EndOfTurnSettings& settings) {
  const auto words = words_of(text);
  if (words.empty()) return {settings.unsure, "no words yet"};
  if (trailing_digits(words) >= kTelephoneDigits) return {settings.unsure, "a whole telephone number"};
  if (is_numeric(words.back())) return {settings.digits, "ends in a number"};
  if (text.size() >= 3 && text.ends_with("...")) return {settings.open, "trails off"};
  if (contains(kOpenWords, words.back())) return {settings.open, "the last word calls for more"};
  const char mark = last_mark(text);
  if (mark == ',' || mark == '-') return {settings.open, "ends in a comma"};
  if (mark == '.' || mark == '?' || mark == '!') return {settings.complete, "a complete sentence"};
  if (contains(kCompleteWords, words.back())) return {settings.complete, "a complete answer"};
  return {settings.unsure, "no clear ending"};
}

bool is_backchannel(std::string_view text) {
  const auto words = words_of(text);
  return !words.empty() && std::all_of(words.begin(), words.end(),
                                       [](const std::string& word) { return contains(kBackchannelWords, word); });
}

}  // namespace frontdesk::conversation
