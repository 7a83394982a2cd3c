#include "conversation/clauses.hpp"

#include <algorithm>
#include <array>

namespace frontdesk::conversation {
namespace {

using namespace std::string_view_literals;

constexpr std::array kAbbreviations = {"dr"sv, "mr"sv, "mrs"sv, "ms"sv, "st"sv, "e.g"sv, "i.e"sv, "prof"sv, "vs"sv};
// These end a sentence or not, depending on what follows.
constexpr std::array kMayEndSentence = {"a.m"sv, "p.m"sv, "no"sv, "etc"sv};

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t';
}
bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}
/// Marks alone make no sound.
bool can_be_spoken(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (static_cast<unsigned char>(c) & 0x80U) != 0;
  });
}
bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_quote(char c) {
  return c == '"' || c == '\'' || c == ')';
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (is_capital(c)) c = static_cast<char>(c - 'A' + 'a');
  return out;
}

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

enum class Stop { ends, goes_on, not_known_yet };

/// Is the full stop at `at` the end of a sentence, or of "Dr", "a.m" and the like, or of an initial?
Stop full_stop(std::string_view text, std::size_t at) {
  auto start = at;
  while (start > 0 && !is_space(text[start - 1])) --start;
  const auto word = lower(text.substr(start, at - start));
  if ((word.size() == 1 && word[0] != 'i') || contains(kAbbreviations, word)) return Stop::goes_on;
  if (!contains(kMayEndSentence, word)) return Stop::ends;
  const auto next = std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(at) + 1, text.end(), is_space);
  if (next == text.end()) return Stop::not_known_yet;
  if (word == "no") return *next >= '0' && *next <= '9' ? Stop::goes_on : Stop::ends;
  return is_capital(*next) ? Stop::ends : Stop::goes_on;
}

/// The last place up to `at` that is not inside a UTF-8 sequence.
std::size_t character_start(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestSequence = 4;
  for (auto i = at; i + kLongestSequence > at; --i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) return i;
  return at;
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace

/// Where the next piece ends (one past), or npos. A mark counts only when what follows is known to be
/// a space, so "8.30" and "3,500" stay whole.
std::size_t ClauseSplitter::next_cut() const {
  const std::string_view text = pending_;
  for (std::size_t i = 0; i + 1 < text.size() && i < kLongestPiece; ++i) {
    if (text[i] == '\n') return i + 1;
    if (!is_space(text[i + 1])) continue;
    const auto mark = i > 0 && is_quote(text[i]) ? i - 1 : i;
    const char c = text[mark];
    if (c == '?' || c == '!') return i + 1;
    const auto stop = c == '.' ? full_stop(text, mark) : Stop::goes_on;
    if (stop == Stop::not_known_yet && text.size() <= kLongestPiece) return std::string::npos;
    if (stop == Stop::ends) return i + 1;
    if (first_ && i + 1 >= kShortestFirstClause && (c == ',' || c == ';' || c == ':')) return i + 1;
  }
  if (text.size() > kLongestPiece) {
    const auto space = text.rfind(' ', kLongestPiece);
    return space == std::string_view::npos || space == 0 ? character_start(text, kLongestPiece) : space;
  }
  return std::string::npos;
}

std::vector<std::string> ClauseSplitter::feed(std::string_view delta) {
  for (const char c : delta)
    if (c == '\t' || c == '\r')
      pending_ += ' ';
    else if (c == '\n' || !is_control(c))
      pending_ += c;
  std::vector<std::string> pieces;
  for (auto cut = next_cut(); cut != std::string::npos; cut = next_cut()) {
    auto piece = trimmed(std::string_view(pending_).substr(0, cut));
    pending_.erase(0, cut);
    if (!can_be_spoken(piece)) continue;
    pieces.push_back(std::move(piece));
    first_ = false;
  }
  return pieces;
}

std::vector<std::string> ClauseSplitter::finish() {
  pending_ += ' ';
  auto pieces = feed("");
  if (auto rest = trimmed(pending_); can_be_spoken(rest)) pieces.push_back(std::move(rest));
  pending_.clear();
  return pieces;
}

}  // namespace frontdesk::conversation
