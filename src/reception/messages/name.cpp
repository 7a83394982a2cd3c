#include <algorithm>
#include <array>

#include "reception/messages/message.hpp"
#include "reception/messages/spoken_words.hpp"

namespace frontdesk::messages {
namespace {

constexpr std::size_t kMaxNameWords = 4;
constexpr std::size_t kMaxWordLength = 24;

template <std::size_t N>
bool among(const std::array<std::string_view, N>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

/// Said before the name itself.
constexpr std::array<std::string_view, 7> kIntroductions{"name is", "name's",  "names",      "this is",
                                                         "it is",   "call me", "speaking to"};
constexpr std::array<std::string_view, 38> kFillers{
    "yes",  "yeah",  "yep",  "yup",    "hi",    "hello",  "hey",   "um", "uh",     "er",   "erm",       "so",   "well",
    "okay", "ok",    "sure", "oh",     "it's",  "its",    "i'm",   "im", "i",      "am",   "my",        "name", "is",
    "the",  "first", "full", "that's", "thats", "please", "right", "of", "course", "just", "certainly", "ah"};
/// Ends a name that has begun.
constexpr std::array<std::string_view, 22> kEnds{"and",  "from", "calling", "speaking", "here",  "on",     "my",  "i",
                                                 "i'd",  "i'm",  "about",   "thanks",   "thank", "please", "for", "at",
                                                 "with", "is",   "the",     "number",   "but",   "spelled"};
/// A reply with one of these is not a name.
constexpr std::array<std::string_view, 110> kNotNames{
    "what",        "when",      "where",   "who",      "why",    "how",     "do",      "does",      "did",
    "can",         "could",     "would",   "will",     "should", "are",     "was",     "have",      "has",
    "had",         "want",      "need",    "like",     "no",     "nope",    "not",     "don't",     "dont",
    "appointment", "book",      "booking", "message",  "number", "phone",   "call",    "back",      "you",
    "your",        "we",        "they",    "it",       "this",   "that",    "there",   "to",        "a",
    "an",          "in",        "for",     "if",       "or",     "because", "sorry",   "pardon",    "wait",
    "hold",        "moment",    "second",  "actually", "never",  "mind",    "cancel",  "stop",      "repeat",
    "again",       "open",      "close",   "hours",    "time",   "much",    "cost",    "price",     "help",
    "speak",       "talk",      "someone", "person",   "human",  "robot",   "goodbye", "bye",       "today",
    "tomorrow",    "think",     "know",    "tell",     "saying", "nothing", "nobody",  "anonymous", "question",
    "zero",        "one",       "two",     "three",    "four",   "five",    "six",     "seven",     "eight",
    "nine",        "different", "what's",  "where's",  "when's", "who's",   "how's",   "there's",   "use",
    "fine",        "correct"};

bool is_single_letter(std::string_view word) {
  return word.size() == 1 && word[0] >= 'a' && word[0] <= 'z';
}

bool has_digit(std::string_view word) {
  return std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string capitalised(std::string word) {
  bool start = true;
  for (std::size_t i = 0; i < word.size(); ++i) {
    char& c = word[i];
    if (start && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    // O'Brien, Smith-Jones; but "James's" keeps its s.
    start = c == '-' || (c == '\'' && i + 2 < word.size());
  }
  return word;
}

std::size_t start_of_name(const std::vector<std::string>& words) {
  for (const std::string_view introduction : kIntroductions) {
    const auto wanted = words_of(introduction);
    const auto at = std::search(words.begin(), words.end(), wanted.begin(), wanted.end());
    if (at != words.end()) return static_cast<std::size_t>(at - words.begin()) + wanted.size();
  }
  return 0;
}

/// "c o double n o r" from `at`; empty if fewer than three letters follow one another.
std::string spelled_from(const std::vector<std::string>& words, std::size_t& at) {
  std::string letters;
  std::size_t i = at;
  while (i < words.size()) {
    if (is_single_letter(words[i])) {
      letters += words[i];
      ++i;
    } else if (words[i] == "double" && i + 1 < words.size() && is_single_letter(words[i + 1])) {
      letters += words[i + 1] + words[i + 1];
      i += 2;
    } else {
      break;
    }
  }
  if (letters.size() < 3) return {};
  at = i;
  return letters;
}

/// The words with every sentence end kept as ".": "sarah connor. i'd like" stops there. Dots of initials do not.
std::vector<std::string> words_with_stops(std::string_view text) {
  std::vector<std::string> words;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const bool stop = i == text.size() || text[i] == '.' || text[i] == '?' || text[i] == '!';
    if (!stop) continue;
    for (auto& word : words_of(text.substr(start, i - start))) words.push_back(std::move(word));
    if (i < text.size() && !words.empty() && !is_single_letter(words.back()) &&
        !among(std::array<std::string_view, 5>{"mr", "mrs", "ms", "dr", "prof"}, words.back())) {
      words.emplace_back(".");
    }
    start = i + 1;
  }
  return words;
}

/// Nothing when some word says that this is no name.
std::optional<std::vector<std::string>> name_words(const std::vector<std::string>& words) {
  std::vector<std::string> name;
  for (std::size_t i = start_of_name(words); i < words.size();) {
    if (const std::string spelled = spelled_from(words, i); !spelled.empty()) {
      if (!name.empty() && name.back().front() == spelled.front()) name.pop_back();
      name.push_back(spelled);
      continue;
    }
    const std::string& word = words[i++];
    if (word == "." && name.empty()) continue;
    if (name.empty() && (among(kFillers, word) || word == "it")) continue;
    if (word == "that's" || word == "thats" || word == "spelt" || word == ".") {
      std::size_t next = i;
      if (!spelled_from(words, next).empty()) continue;
      break;
    }
    if (among(kEnds, word)) break;
    if (among(kNotNames, word) || has_digit(word)) return std::nullopt;
    name.push_back(word);
  }
  return name;
}

}  // namespace

std::optional<std::string> spoken_name(std::string_view text) {
  const auto name = name_words(words_with_stops(text));
  if (!name || name->empty() || name->size() > kMaxNameWords) return std::nullopt;
  std::string out;
  for (const std::string& word : *name) {
    if (word.size() > kMaxWordLength || (is_single_letter(word) && name->size() == 1)) return std::nullopt;
    if (!out.empty()) out += ' ';
    out += capitalised(word);
  }
  return out;
}

}  // namespace frontdesk::messages
