#include "conversation/completeness.hpp"

#include <algorithm>
#include <array>

namespace frontdesk::conversation {
namespace {

using namespace std::string_view_literals;

// Words after which English speakers nearly always go on. "at", "for", "with" and the like may end a
// question ("who is it for?"): they are in kDangling.
constexpr std::array kOpenWords = {
    "a"sv,      "an"sv,     "and"sv,  "are"sv,   "because"sv, "but"sv,     "by"sv,    "can"sv,     "could"sv,
    "did"sv,    "do"sv,     "does"sv, "each"sv,  "em"sv,      "er"sv,      "erm"sv,   "every"sv,   "has"sv,
    "how"sv,    "i"sv,      "i'd"sv,  "i'll"sv,  "i'm"sv,     "i've"sv,    "if"sv,    "is"sv,      "it's"sv,
    "its"sv,    "just"sv,   "last"sv, "like"sv,  "maybe"sv,   "mr"sv,      "mrs"sv,   "ms"sv,      "my"sv,
    "name's"sv, "next"sv,   "or"sv,   "our"sv,   "quite"sv,   "really"sv,  "she's"sv, "he's"sv,    "should"sv,
    "since"sv,  "so"sv,     "some"sv, "than"sv,  "that's"sv,  "the"sv,     "their"sv, "there's"sv, "these"sv,
    "this"sv,   "those"sv,  "uh"sv,   "um"sv,    "until"sv,   "very"sv,    "was"sv,   "we"sv,      "we'd"sv,
    "we're"sv,  "well"sv,   "were"sv, "when"sv,  "where"sv,   "whether"sv, "which"sv, "while"sv,   "will"sv,
    "would"sv,  "you're"sv, "your"sv, "doctor"sv};
constexpr std::array kDangling = {"about"sv,   "after"sv, "around"sv, "as"sv,     "at"sv,   "before"sv,
                                  "between"sv, "for"sv,   "from"sv,   "in"sv,     "into"sv, "of"sv,
                                  "on"sv,      "to"sv,    "with"sv,   "without"sv};
// "I want", "can I book": what is wanted is still to come.
constexpr std::array kNeedsObject = {"want"sv, "need"sv,  "have"sv, "get"sv,  "make"sv,   "book"sv,  "see"sv,
                                     "ask"sv,  "know"sv,  "tell"sv, "find"sv, "bring"sv,  "take"sv,  "give"sv,
                                     "send"sv, "speak"sv, "talk"sv, "try"sv,  "trying"sv, "change"sv};
constexpr std::array kBeforeObject = {"to"sv,     "i"sv,    "we"sv, "you"sv, "can"sv,  "could"sv,
                                      "please"sv, "they"sv, "he"sv, "she"sv, "just"sv, "also"sv};
constexpr std::array kWhWords = {"what"sv, "when"sv,  "where"sv,  "who"sv,     "why"sv,  "which"sv,
                                 "how"sv,  "whose"sv, "what's"sv, "where's"sv, "who's"sv};
constexpr std::array kAuxiliaries = {"is"sv,    "are"sv,     "was"sv,    "were"sv,  "do"sv,    "does"sv,
                                     "did"sv,   "can"sv,     "could"sv,  "would"sv, "will"sv,  "have"sv,
                                     "has"sv,   "had"sv,     "should"sv, "may"sv,   "isn't"sv, "aren't"sv,
                                     "don't"sv, "doesn't"sv, "can't"sv,  "won't"sv, "might"sv, "am"sv};
// What is arranged with a business ("can I book a table", "could somebody call me back")...
constexpr std::array kArranging = {"appointment"sv, "arrange"sv, "back"sv,  "book"sv,       "booking"sv, "call"sv,
                                   "cancel"sv,      "change"sv,  "come"sv,  "message"sv,    "move"sv,    "rearrange"sv,
                                   "reserve"sv,     "table"sv,   "visit"sv, "reschedule"sv, "ring"sv};
// ...and the words that begin the particulars of it.
constexpr std::array kParticulars = {"about"sv,  "at"sv,      "for"sv,       "from"sv,     "in"sv,     "on"sv,
                                     "with"sv,   "today"sv,   "tonight"sv,   "tomorrow"sv, "this"sv,   "next"sv,
                                     "monday"sv, "tuesday"sv, "wednesday"sv, "thursday"sv, "friday"sv, "saturday"sv,
                                     "sunday"sv, "now"sv,     "before"sv,    "after"sv,    "until"sv};
// Enough verbs to tell a clause from a fragment in the talk of a front desk; -ed and -ing count too.
constexpr std::array kVerbs = {"want"sv, "need"sv, "like"sv,   "book"sv,   "call"sv,  "speak"sv,  "talk"sv,  "know"sv,
                               "go"sv,   "come"sv, "see"sv,    "make"sv,   "take"sv,  "get"sv,    "got"sv,   "have"sv,
                               "had"sv,  "has"sv,  "cost"sv,   "costs"sv,  "open"sv,  "close"sv,  "opens"sv, "closes"sv,
                               "pay"sv,  "park"sv, "cancel"sv, "change"sv, "move"sv,  "leave"sv,  "tell"sv,  "ask"sv,
                               "help"sv, "find"sv, "work"sv,   "works"sv,  "start"sv, "finish"sv, "thank"sv, "said"sv,
                               "give"sv, "send"sv, "live"sv,   "hurts"sv,  "broke"sv, "lost"sv};
constexpr std::array kContracted = {"i'm"sv,     "it's"sv, "that's"sv, "he's"sv,    "she's"sv,  "we're"sv, "you're"sv,
                                    "they're"sv, "i'd"sv,  "we'd"sv,   "there's"sv, "what's"sv, "i've"sv,  "name's"sv};
constexpr std::array kSubordinate = {"if"sv,       "when"sv,  "because"sv, "since"sv,
                                     "although"sv, "while"sv, "once"sv,    "unless"sv};
// Whole utterances that are complete although the recogniser gives them no full stop.
constexpr std::array kAnswers = {"yes"sv,    "no"sv,     "yeah"sv,  "yep"sv,    "nope"sv,    "hello"sv,
                                 "hi"sv,     "thanks"sv, "thank"sv, "you"sv,    "bye"sv,     "goodbye"sv,
                                 "please"sv, "okay"sv,   "ok"sv,    "sure"sv,   "correct"sv, "right"sv,
                                 "stop"sv,   "it"sv,     "is"sv,    "that's"sv, "very"sv,    "much"sv};
constexpr std::array kGreetings = {"hello"sv, "hi"sv};  // they answer nothing, even where we asked
constexpr std::array kLeadIns = {"hi"sv,      "hello"sv,  "hey"sv,   "um"sv,   "uh"sv,   "er"sv,      "erm"sv,
                                 "em"sv,      "oh"sv,     "ah"sv,    "so"sv,   "well"sv, "and"sv,     "but"sv,
                                 "okay"sv,    "ok"sv,     "right"sv, "yes"sv,  "no"sv,   "yeah"sv,    "sorry"sv,
                                 "please"sv,  "now"sv,    "also"sv,  "just"sv, "good"sv, "morning"sv, "afternoon"sv,
                                 "evening"sv, "thanks"sv, "or"sv,    "then"sv};
constexpr std::array kClosings = {"goodbye"sv, "bye"sv, "thanks"sv, "please"sv};
constexpr std::array kDigitWords = {"zero"sv, "oh"sv,    "one"sv,   "two"sv,  "three"sv,  "four"sv,  "five"sv,
                                    "six"sv,  "seven"sv, "eight"sv, "nine"sv, "double"sv, "triple"sv};
constexpr std::size_t kTelephoneDigits = 10;  // the fewest of a whole national number

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

/// "S M I T", "P A": the last word is a letter on its own. "a" and "I" need another letter before them.
bool ends_in_letters(const std::vector<std::string>& words) {
  const auto letter = [](const std::string& word) { return word.size() == 1 && (word[0] < '0' || word[0] > '9'); };
  const auto& last = words.back();
  if (words.size() < 2 || !letter(last)) return false;
  return (last != "a" && last != "i") || letter(words[words.size() - 2]);
}

bool has_verb(const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return contains(kAuxiliaries, word) || contains(kVerbs, word) || contains(kContracted, word) ||
           (word.size() > 4 && (word.ends_with("ed") || word.ends_with("ing")));
  });
}

/// Past "hi, um, so": where the sentence begins.
std::size_t first_word(const std::vector<std::string>& words) {
  std::size_t at = 0;
  while (at < words.size() && contains(kLeadIns, words[at])) ++at;
  const bool greeted = at > 0 && (words[at - 1] == "hi" || words[at - 1] == "hello" || words[at - 1] == "hey");
  return greeted && at < words.size() && words[at] == "there" ? at + 1 : at;
}

/// "Could you tell me when the": a question within the question that has hardly begun.
bool inner_question_open(const std::vector<std::string>& words, std::size_t first) {
  constexpr std::size_t kBegun = 3;  // words
  for (std::size_t i = words.size(); i-- > first + 1;)
    if (contains(kWhWords, words[i]) || words[i] == "if") {
      const std::vector<std::string> rest(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      return rest.size() < kBegun && !has_verb(rest) && (rest.empty() || rest.front() != "to");
    }
  return false;
}

/// An auxiliary before its subject ("do you", "is the"), a question word with something behind it, or the
/// recogniser's question mark: it may have lost a soft "do" ("you see children?").
bool is_question(const std::vector<std::string>& words, char mark) {
  constexpr std::size_t kWhole = 4;  // words
  const auto first = first_word(words);
  const auto length = words.size() - first;
  if (length <= 2 || inner_question_open(words, first)) return false;
  if (contains(kAuxiliaries, words[first])) return true;
  if (contains(kWhWords, words[first])) return length >= kWhole || has_verb(words);
  if (words[first] == "you" && words[first + 1].ends_with("ing")) return true;
  return mark == '?' && (words[first] == "you" || words[first] == "there" || (length >= kWhole && has_verb(words)));
}

/// "Can I book an appointment?" is a whole question, and often only the first half of one.
bool leaves_particulars_open(const std::vector<std::string>& words) {
  const auto first = first_word(words);
  if (contains(kWhWords, words[first])) return false;
  const auto any = [&](const auto& list) {
    return std::any_of(words.begin() + static_cast<std::ptrdiff_t>(first), words.end(),
                       [&](const std::string& word) { return contains(list, word); });
  };
  return any(kArranging) && !any(kParticulars);
}

/// "And on Sundays?", "What about children?"
bool follows_up(const std::vector<std::string>& words) {
  constexpr std::size_t kLongest = 6;
  if (words.size() < 3 || words.size() > kLongest || has_verb(words)) return false;
  return words[0] == "and" || words[0] == "or" || words[1] == "about";
}

/// "If I come on Tuesday": the other half of the sentence is still to come.
bool is_half_sentence(const std::vector<std::string>& words, std::string_view text) {
  return contains(kSubordinate, words.front()) && words[0] != "when" && text.find(',') == std::string_view::npos;
}

bool wants_object(const std::vector<std::string>& words) {
  if (words.size() < 2 || !contains(kNeedsObject, words.back())) return false;
  return contains(kBeforeObject, words[words.size() - 2]);
}

/// "..., please", "..., thank you", "..., bye": whatever came before, the caller is done.
bool closes(const std::vector<std::string>& words) {
  if (words.size() >= 2 && words.back() == "you" && words[words.size() - 2] == "thank") return true;
  return contains(kClosings, words.back());
}

bool is_whole_answer(const std::vector<std::string>& words) {
  constexpr std::size_t kLongestAnswer = 4;
  return words.size() <= kLongestAnswer &&
         std::all_of(words.begin(), words.end(), [](const std::string& word) { return contains(kAnswers, word); });
}

/// Endings that call for more; nullptr if this is none.
const char* open_because(const std::vector<std::string>& words, std::string_view text, bool question) {
  if (text.ends_with("...")) return "trails off";
  if (const char mark = last_mark(text); mark == ',' || mark == '-') return "ends in a comma";
  if (contains(kOpenWords, words.back())) return "the last word calls for more";
  const bool may_dangle = question && words.back() != "to" && contains(kWhWords, words[first_word(words)]);
  if (contains(kDangling, words.back()) && !may_dangle) return "ends in a preposition";
  if (wants_object(words)) return "what is wanted is still to come";
  if (is_half_sentence(words, text)) return "half of a sentence";
  if (contains(kWhWords, words.back())) return "a question only begun";
  return nullptr;
}

}  // namespace

std::string_view name(Completeness completeness) {
  constexpr std::array kNames = {"nothing"sv,      "question"sv, "request"sv,  "closing"sv, "answer"sv, "statement"sv,
                                 "whole_number"sv, "number"sv,   "spelling"sv, "open"sv,    "unsure"sv};
  return kNames[static_cast<std::size_t>(completeness)];
}

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

bool same_words(std::string_view a, std::string_view b) {
  return words_of(a) == words_of(b);
}

CompletenessDecision judge_completeness(std::string_view text) {
  using enum Completeness;
  const auto words = words_of(text);
  if (words.empty()) return {nothing, "no words yet"};
  if (trailing_digits(words) >= kTelephoneDigits) return {whole_number, "a whole telephone number"};
  if (is_numeric(words.back())) return {number, "ends in a number"};
  if (ends_in_letters(words)) return {spelling, "ends in single letters"};
  if (closes(words)) return {closing, "the caller is done"};
  if (is_whole_answer(words)) {
    const bool greets =
        std::any_of(words.begin(), words.end(), [](const auto& word) { return contains(kGreetings, word); });
    return greets ? CompletenessDecision{statement, "a greeting"} : CompletenessDecision{answer, "a complete answer"};
  }
  const bool asks = is_question(words, last_mark(text));
  if (const auto* because = open_because(words, text, asks)) return {open, because};
  if (asks && leaves_particulars_open(words)) return {request, "a request whose particulars may follow"};
  if (asks) return {question, "a complete question"};
  const char mark = last_mark(text);
  const bool ended = mark == '.' || mark == '?' || mark == '!';
  if (mark == '?' && follows_up(words)) return {question, "a question that follows on"};
  if (mark == '?') return {unsure, "sounds like a question but has no verb"};
  if (ended && (mark == '!' || has_verb(words))) return {statement, "a complete sentence"};
  return {unsure, ended ? "a fragment" : "no clear ending"};
}

}  // namespace frontdesk::conversation
