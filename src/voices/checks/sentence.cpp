#include "voices/checks/sentence.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace frontdesk::voices_checks {
namespace {

constexpr std::string_view kConsent =
    "I agree that a copy of my voice is made and answers calls. My words for today are: ";

/// Of two syllables or more, told apart over a bad microphone, spelled in one way by recognisers.
constexpr std::array<std::string_view, 64> kWords{
    "window",  "garden", "river",    "yellow",   "carpet",  "mountain", "paper",   "summer",  "winter",  "basket",
    "kitchen", "orange", "silver",   "mother",   "father",  "teacher",  "doctor",  "picture", "monday",  "friday",
    "market",  "bottle", "butter",   "coffee",   "finger",  "forest",   "hammer",  "island",  "jacket",  "ladder",
    "lemon",   "letter", "machine",  "morning",  "evening", "music",    "number",  "ocean",   "pencil",  "people",
    "pepper",  "pocket", "purple",   "rabbit",   "ribbon",  "sister",   "brother", "spider",  "table",   "thunder",
    "tiger",   "tomato", "travel",   "village",  "visitor", "water",    "weather", "wooden",  "holiday", "animal",
    "camera",  "banana", "tomorrow", "yesterday"};

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z')
      words.back() += static_cast<char>(c - 'A' + 'a');
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
      words.back() += c;
    else if (c != '\'' && !words.back().empty())
      words.emplace_back();
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

/// The longest common subsequence, as a share of `wanted`.
double share_of(const std::vector<std::string>& wanted, const std::vector<std::string>& heard) {
  if (wanted.empty()) return 0;
  std::vector<std::size_t> row(heard.size() + 1, 0);
  for (const auto& word : wanted) {
    std::size_t diagonal = 0;
    for (std::size_t at = 0; at < heard.size(); ++at) {
      const auto above = row[at + 1];
      row[at + 1] = word == heard[at] ? diagonal + 1 : std::max(above, row[at]);
      diagonal = above;
    }
  }
  return static_cast<double>(row.back()) / static_cast<double>(wanted.size());
}

constexpr std::size_t kMostHeard = 400;  // words; the comparison takes their product

}  // namespace

std::string sentence_of(std::span<const std::uint64_t> random) {
  std::string sentence(kConsent);
  for (std::size_t at = 0; at < random.size(); ++at)
    sentence.append(at == 0 ? "" : ", ").append(kWords[random[at] % kWords.size()]);
  return sentence + ".";
}

Match match_of(std::string_view sentence, std::string_view heard) {
  auto words = words_of(heard);
  words.resize(std::min(words.size(), kMostHeard));
  const auto colon = sentence.find(':');
  const auto random = colon == std::string_view::npos ? sentence : sentence.substr(colon);
  return {share_of(words_of(sentence), words), share_of(words_of(random), words)};
}

}  // namespace frontdesk::voices_checks
