#include "conversation/interruption.hpp"

#include <algorithm>
#include <array>

#include "conversation/completeness.hpp"

namespace frontdesk::conversation {
namespace {

using namespace std::string_view_literals;

constexpr std::array kListening = {"ah"sv,     "er"sv,      "erm"sv,  "hm"sv,    "hmm"sv,  "huh"sv,  "mhm"sv,
                                   "mm"sv,     "mmm"sv,     "oh"sv,   "uh"sv,    "um"sv,   "ok"sv,   "okay"sv,
                                   "yeah"sv,   "yes"sv,     "yep"sv,  "right"sv, "sure"sv, "good"sv, "great"sv,
                                   "lovely"sv, "alright"sv, "fine"sv, "ya"sv};
constexpr std::array kListeningPhrases = {"i see"sv,     "got it"sv,   "all right"sv,
                                          "of course"sv, "oh i see"sv, "okay i see"sv};
constexpr std::array kThanking = {"thank"sv,     "thanks"sv,    "you"sv,    "cheers"sv, "ta"sv,
                                  "very"sv,      "much"sv,      "so"sv,     "please"sv, "perfect"sv,
                                  "brilliant"sv, "wonderful"sv, "that's"sv, "oh"sv};
constexpr std::size_t kMostWords = 3;
constexpr std::size_t kMostThanks = 7;

}  // namespace

bool is_backchannel(std::string_view text) {
  const auto words = words_of(text);
  if (words.empty() || words.size() > kMostWords) return false;
  std::string phrase;
  for (const auto& word : words) phrase += (phrase.empty() ? "" : " ") + word;
  if (std::find(kListeningPhrases.begin(), kListeningPhrases.end(), phrase) != kListeningPhrases.end()) return true;
  return std::all_of(words.begin(), words.end(), [](const std::string& word) {
    return std::find(kListening.begin(), kListening.end(), word) != kListening.end();
  });
}

bool is_thanks(std::string_view text) {
  const auto words = words_of(text);
  if (words.empty() || words.size() > kMostThanks) return false;
  return std::all_of(words.begin(), words.end(), [](const std::string& word) {
    return std::find(kListening.begin(), kListening.end(), word) != kListening.end() ||
           std::find(kThanking.begin(), kThanking.end(), word) != kThanking.end();
  });
}

InterruptionDecision judge_interruption(const Overlap& overlap, const InterruptionSettings& settings) {
  using enum InterruptionVerdict;
  if (settings.policy == InterruptionPolicy::voice) return {yield, "any voice takes the turn"};
  if (words_of(overlap.text).empty())
    return overlap.transcribed ? InterruptionDecision{go_on, "no words"} : InterruptionDecision{wait, "no words yet"};
  if (overlap.put_through && is_thanks(overlap.text))
    return overlap.transcribed ? InterruptionDecision{go_on, "the caller is glad to be put through"}
                               : InterruptionDecision{wait, "perhaps only thanks"};
  if (!is_backchannel(overlap.text)) return {yield, "the caller has something to say"};
  if (overlap.we_asked && overlap.nearly_said) return {yield, "it answers our question"};
  return overlap.transcribed ? InterruptionDecision{go_on, "the caller only listens"}
                             : InterruptionDecision{wait, "perhaps the caller only listens"};
}

}  // namespace frontdesk::conversation
