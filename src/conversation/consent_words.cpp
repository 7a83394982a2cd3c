#include "conversation/consent_words.hpp"

#include <algorithm>
#include <array>

#include "conversation/completeness.hpp"

namespace frontdesk::conversation {
namespace {

using namespace std::string_view_literals;
using Words = std::vector<std::string>;

constexpr std::size_t kShortAnswer = 6;  // words; a "no" anywhere in so few is a no

constexpr std::array kPreludes = {"um"sv,   "uh"sv, "er"sv,    "erm"sv, "oh"sv,
                                  "well"sv, "hi"sv, "hello"sv, "hey"sv, "ah"sv};
constexpr std::array kPlainYes = {"yes"sv, "yeah"sv, "yep"sv, "yup"sv};
constexpr std::array kExplicitPhrases = {"i agree"sv,           "i consent"sv,           "i do consent"sv,
                                         "you may"sv,           "you can record"sv,      "i give consent"sv,
                                         "i give my consent"sv, "you have my consent"sv, "you have my permission"sv};
constexpr std::array kCasualPhrases = {
    "sure"sv,           "ok"sv,        "okay"sv,       "fine"sv,          "that's fine"sv,  "that's ok"sv,
    "that's okay"sv,    "of course"sv, "certainly"sv,  "absolutely"sv,    "go ahead"sv,     "please do"sv,
    "alright"sv,        "all right"sv, "no problem"sv, "not a problem"sv, "no worries"sv,   "i don't mind"sv,
    "i do not mind"sv,  "you can"sv,   "mhm"sv,        "mm-hm"sv,         "mm hm"sv,        "i'm fine with"sv,
    "i'm happy with"sv, "happy to"sv,  "i guess so"sv, "sounds good"sv,   "by all means"sv, "why not"sv};
constexpr std::array kMeansYesAllTheSame = {"no problem"sv,    "not a problem"sv, "no worries"sv,  "i don't mind"sv,
                                            "i do not mind"sv, "why not"sv,       "no objection"sv};
constexpr std::array kUndecided = {"i don't know"sv, "i do not know"sv, "not sure"sv,    "i don't understand"sv,
                                   "don't hear"sv,   "didn't hear"sv,   "didn't catch"sv};
constexpr std::array kNegations = {"no"sv,   "nope"sv,   "nah"sv,     "not"sv,    "never"sv,  "don't"sv,
                                   "dont"sv, "won't"sv,  "can't"sv,   "cannot"sv, "rather"sv, "without"sv,
                                   "stop"sv, "refuse"sv, "decline"sv, "object"sv};
constexpr std::array kCourtesies = {
    "please"sv, "thanks"sv, "thank"sv,  "you"sv,      "do"sv,         "that"sv,      "that's"sv,     "it's"sv,
    "is"sv,     "it"sv,     "of"sv,     "course"sv,   "the"sv,        "a"sv,         "to"sv,         "with"sv,
    "me"sv,     "by"sv,     "i'm"sv,    "am"sv,       "i"sv,          "fine"sv,      "ok"sv,         "okay"sv,
    "sure"sv,   "happy"sv,  "record"sv, "recorded"sv, "recording"sv,  "call"sv,      "this"sv,       "be"sv,
    "go"sv,     "ahead"sv,  "my"sv,     "you've"sv,   "have"sv,       "consent"sv,   "permission"sv, "may"sv,
    "can"sv,    "agree"sv,  "mind"sv,   "problem"sv,  "worries"sv,    "rather"sv,    "want"sv,       "would"sv,
    "i'd"sv,    "all"sv,    "right"sv,  "alright"sv,  "absolutely"sv, "certainly"sv, "like"sv,       "prefer"sv};

template <class List>
bool is_one_of(const std::string& word, const List& list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

Words after_preludes(std::string_view text) {
  auto words = words_of(text);
  const auto first = std::find_if(words.begin(), words.end(), [](const auto& w) { return !is_one_of(w, kPreludes); });
  words.erase(words.begin(), first);
  return words;
}

std::string joined(const Words& words) {
  std::string out = " ";
  for (const auto& word : words) out += word + " ";
  return out;
}

template <class List>
bool holds_phrase(const std::string& text, const List& list) {
  return std::any_of(list.begin(), list.end(), [&](std::string_view phrase) {
    return text.find(" " + std::string(phrase) + " ") != std::string::npos;
  });
}

template <class List>
bool begins_with(const std::string& text, const List& list) {
  return std::any_of(list.begin(), list.end(),
                     [&](std::string_view phrase) { return text.starts_with(" " + std::string(phrase) + " "); });
}

bool negates(const Words& words) {
  const auto text = joined(words);
  if (holds_phrase(text, kMeansYesAllTheSame)) return false;
  const bool short_one = words.size() <= kShortAnswer;
  const bool about_it = text.find(" record") != std::string::npos;
  if (short_one || about_it)
    return std::any_of(words.begin(), words.end(), [](const auto& word) { return is_one_of(word, kNegations); });
  return is_one_of(words.front(), kNegations);
}

}  // namespace

ConsentAnswer consent_answer(std::string_view text, bool explicit_only) {
  const auto words = after_preludes(text);
  if (words.empty()) return ConsentAnswer::unclear;
  const auto all = joined(words);
  if (holds_phrase(all, kUndecided)) return ConsentAnswer::unclear;
  if (negates(words)) return ConsentAnswer::no;
  if (begins_with(all, kPlainYes) || begins_with(all, kExplicitPhrases)) return ConsentAnswer::yes;
  if (explicit_only) return ConsentAnswer::unclear;
  return begins_with(all, kCasualPhrases) ? ConsentAnswer::yes : ConsentAnswer::unclear;
}

bool only_an_answer(std::string_view text) {
  const auto words = after_preludes(text);
  return std::all_of(words.begin(), words.end(), [](const std::string& word) {
    return is_one_of(word, kPlainYes) || is_one_of(word, kNegations) || is_one_of(word, kCourtesies) ||
           is_one_of(word, kPreludes);
  });
}

bool withdraws_consent(std::string_view text) {
  const auto words = words_of(text);
  static constexpr std::array kStops = {"stop"sv, "don't"sv,   "dont"sv, "not"sv,
                                        "off"sv,  "without"sv, "quit"sv, "end"sv};
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool verb = words[i] == "record";
    if (!verb && words[i] != "recording" && words[i] != "recorded") continue;
    // "don't record this", "turn the recording off", "I do not want this call to be recorded"
    const auto first = i - std::min(i, verb ? std::size_t{3} : std::size_t{8});
    const auto last = std::min(words.size(), i + (verb ? 1 : 3));
    for (auto j = first; j < last; ++j)
      if (is_one_of(words[j], kStops)) return true;
  }
  return false;
}

bool asks_for_payment_details(std::string_view our_words) {
  if (our_words.find('?') == std::string_view::npos && our_words.find("lease") == std::string_view::npos) return false;
  static constexpr std::array kDetails = {"card number"sv, "number on your card"sv, "number on the card"sv,
                                          "long number"sv, "card details"sv,        "security code"sv,
                                          "expiry date"sv, "expiration date"sv,     "three digits on the back"sv,
                                          "sort code"sv,   "account number"sv,      "bank details"sv,
                                          "credit card"sv, "debit card"sv};
  const auto text = joined(words_of(our_words));
  static constexpr std::array kAsking = {"what"sv,   "could"sv, "can"sv,  "may"sv,
                                         "please"sv, "tell"sv,  "read"sv, "give"sv};
  return holds_phrase(text, kDetails) && holds_phrase(text, kAsking);
}

}  // namespace frontdesk::conversation
