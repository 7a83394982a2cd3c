#include "conversation/end_of_turn.hpp"

#include <algorithm>
#include <array>

namespace frontdesk::conversation {
namespace {

using namespace std::string_view_literals;

constexpr std::array kSpellingWords = {"spell"sv, "spelled"sv, "spelling"sv, "spelt"sv};
constexpr std::array kNumberWords = {"number"sv, "digits"sv, "postcode"sv, "address"sv, "e-mail"sv, "email"sv};
constexpr std::array kOpenInvitation = {"help"sv, "else"sv};
constexpr std::array kChoiceOpeners = {"is"sv,    "are"sv,  "do"sv,    "does"sv,   "shall"sv, "can"sv,
                                       "would"sv, "will"sv, "could"sv, "should"sv, "have"sv};

template <class List>
bool any_of(const std::vector<std::string>& words, const List& list) {
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& word) { return std::find(list.begin(), list.end(), word) != list.end(); });
}

}  // namespace

EndOfTurnSettings scaled(EndOfTurnSettings settings, double patience) {
  for (auto* silence : {&settings.fixed, &settings.question, &settings.request, &settings.answer, &settings.statement,
                        &settings.unsure, &settings.understood, &settings.whole_number, &settings.open,
                        &settings.number, &settings.spelling, &settings.longest, &settings.shortest})
    *silence = base::Duration(static_cast<base::Duration::rep>(static_cast<double>(silence->count()) * patience));
  return settings;
}

EndOfTurnDecision silence_that_ends_turn(const Pause& pause, const EndOfTurnSettings& settings) {
  switch (settings.policy) {
    case EndOfTurnPolicy::fixed:
      return fixed_end_of_turn(pause, settings);
    case EndOfTurnPolicy::adaptive:
      break;
  }
  return adaptive_end_of_turn(pause, settings);
}

EndOfTurnDecision fixed_end_of_turn(const Pause&, const EndOfTurnSettings& settings) {
  return {settings.fixed, "a fixed silence"};
}

Expected expected_after(std::string_view our_words) {
  const auto question_mark = our_words.rfind('?');
  if (question_mark == std::string_view::npos) return Expected::anything;
  // Only the question counts, not what was said before it.
  const auto before = our_words.find_last_of(".!?", question_mark == 0 ? 0 : question_mark - 1);
  const auto start = before == std::string_view::npos ? 0 : before + 1;
  const auto words = words_of(our_words.substr(start, question_mark - start));
  if (words.empty()) return Expected::anything;
  if (any_of(words, kSpellingWords)) return Expected::spelling;
  const bool choice = std::find(kChoiceOpeners.begin(), kChoiceOpeners.end(), words.front()) != kChoiceOpeners.end();
  if (choice) return Expected::yes_or_no;
  if (any_of(words, kNumberWords)) return Expected::number;
  const bool open = any_of(words, kOpenInvitation);
  return open ? Expected::anything : Expected::answer;
}

}  // namespace frontdesk::conversation
