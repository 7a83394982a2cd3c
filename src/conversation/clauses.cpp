#include "conversation/clauses.hpp"

#include <algorithm>
#include <array>

namespace frontdesk::conversation {
namespace {

using namespace std::string_view_literals;

constexpr std::array kAbbreviations = {"dr"sv, "mr"sv, "mrs"sv, "ms"sv, "st"sv, "no"sv, "e.g"sv, "i.e"sv, "prof"sv, "vs"sv};

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t'; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// Is the full stop at `at` the end of "Dr", "a.m" and the like, or of an initial?
bool is_abbreviation(std::string_view text, std::size_t at) {
  auto start = at;
  while (start > 0 && !is_space(text[start - 1])) --start;
  const auto word = lower(text.substr(start, at - start));
  if (word.size() == 1 && word[0] != 'i') return true;
  return std::find(kAbbreviations.begin(), kAbbreviations.end(), word) != kAbbreviations.end();
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
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (!is_space(text[i + 1])) continue;
    const char c = text[i];
    if (c == '?' || c == '!' || c == '\n') return i + 1;
    if (c == '.' && !is_abbreviation(text, i)) return i + 1;
    if (first_ && i + 1 >= kShortestFirstClause && (c == ',' || c == ';' || c == ':')) return i + 1;
  }
  if (text.size() > kLongestPiece) {
    const auto space = text.rfind(' ', kLongestPiece);
    return space == std::string_view::npos || space == 0 ? kLongestPiece : space;
  }
  return std::string::npos;
}

std::vector<std::string> ClauseSplitter::feed(std::string_view delta) {
  pending_ += delta;
  std::vector<std::string> pieces;
  for (auto cut = next_cut(); cut != std::string::npos; cut = next_cut()) {
    auto piece = trimmed(std::string_view(pending_).substr(0, cut));
    pending_.erase(0, cut);
    if (piece.empty()) continue;
    pieces.push_back(std::move(piece));
    first_ = false;
  }
  return pieces;
}

std::vector<std::string> ClauseSplitter::finish() {
  pending_ += ' ';
  auto pieces = feed("");
  if (auto rest = trimmed(pending_); !rest.empty()) pieces.push_back(std::move(rest));
  pending_.clear();
  return pieces;
}

}  // namespace frontdesk::conversation
