#include "reception/transfer/directory.hpp"

#include <algorithm>
#include <array>

namespace frontdesk::transfer {
namespace {

using namespace std::string_view_literals;

constexpr std::array kNobodyInParticular = {"a"sv,      "an"sv,     "any"sv,    "anybody"sv,  "anyone"sv,
                                            "agent"sv,  "human"sv,  "member"sv, "of"sv,       "operator"sv,
                                            "person"sv, "please"sv, "real"sv,   "someone"sv,  "somebody"sv,
                                            "staff"sv,  "team"sv,   "the"sv,    "colleague"sv};
constexpr std::array kTitles = {"dr"sv, "doctor"sv, "mr"sv, "mrs"sv, "ms"sv, "miss"sv, "the"sv};

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

/// Lower-case words without punctuation and titles.
std::vector<std::string> name_words(std::string_view name) {
  std::vector<std::string> words(1);
  for (char c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (is_word_byte(c))
      words.back() += c;
    else if (c != '\'' && !words.back().empty())
      words.emplace_back();
  }
  std::erase_if(words, [](const std::string& word) {
    return word.empty() || std::find(kTitles.begin(), kTitles.end(), word) != kTitles.end();
  });
  return words;
}

bool is_called(const Target& target, const std::vector<std::string>& words) {
  const auto same = [&](const std::string& name) { return name_words(name) == words; };
  return same(target.name) || std::any_of(target.aliases.begin(), target.aliases.end(), same);
}

bool may_be_called(const Target& target, const std::vector<std::string>& words) {
  const auto known = name_words(target.name);
  return std::all_of(words.begin(), words.end(), [&](const std::string& word) {
    return std::find(known.begin(), known.end(), word) != known.end();
  });
}

}  // namespace

std::optional<Target> find_target(const std::vector<Target>& targets, std::string_view wanted) {
  if (targets.empty()) return std::nullopt;
  const auto words = name_words(wanted);
  for (const auto& target : targets)
    if (!words.empty() && is_called(target, words)) return target;
  const bool anybody = std::all_of(words.begin(), words.end(), [](const std::string& word) {
    return std::find(kNobodyInParticular.begin(), kNobodyInParticular.end(), word) != kNobodyInParticular.end();
  });
  if (anybody) return targets.front();
  std::optional<Target> found;
  for (const auto& target : targets) {
    if (!may_be_called(target, words)) continue;
    if (found) return std::nullopt;
    found = target;
  }
  return found;
}

}  // namespace frontdesk::transfer
