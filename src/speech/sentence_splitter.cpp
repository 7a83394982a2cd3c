#include "speech/sentence_splitter.hpp"

#include <algorithm>
#include <array>

namespace frontdesk::speech {
namespace {

constexpr std::array<std::string_view, 22> kNoEnd{"dr",   "mr",  "mrs",    "ms",  "st",  "prof", "rev", "no",
                                                  "e.g",  "i.e", "approx", "ave", "rd",  "vs",   "jr",  "sr",
                                                  "dept", "ext", "tel",    "inc", "ltd", "etc"};

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_letter(char c) {
  return is_upper(c) || (c >= 'a' && c <= 'z');
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::size_t words_in(std::string_view text) {
  std::size_t words = 0;
  bool inside = false;
  for (const char c : text) {
    words += !inside && !is_space(c) ? 1 : 0;
    inside = !is_space(c);
  }
  return words;
}

/// Past quotes and brackets that close what ended at `at`.
std::size_t past_closing(std::string_view text, std::size_t at) {
  while (at < text.size() && std::string_view("\"')]").find(text[at]) != std::string_view::npos) ++at;
  return at;
}

/// Whether the full stop at `at` belongs to the word before it.
bool belongs_to_word(std::string_view text, std::size_t at) {
  auto begin = at;
  while (begin > 0 && !is_space(text[begin - 1])) --begin;
  const auto word = text.substr(begin, at - begin);
  if (word.size() == 1 && is_letter(word[0]) && word != "I") return true;  // "J. Smith"
  const auto key = lowered(word);
  if (key == "a.m" || key == "p.m") {
    auto next = at + 1;
    while (next < text.size() && is_space(text[next])) ++next;
    return next < text.size() && !is_upper(text[next]);
  }
  return std::find(kNoEnd.begin(), kNoEnd.end(), key) != kNoEnd.end();
}

/// Just past the first sentence.
std::size_t sentence_end(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n') return at + 1;
    if (text[at] != '.' && text[at] != '!' && text[at] != '?') continue;
    const auto end = past_closing(text, at + 1);
    if (end < text.size() && !is_space(text[end])) continue;
    if (text[at] == '.' && belongs_to_word(text, at)) continue;
    return end;
  }
  return text.size();
}

/// Where to break a sentence that is too long: after the last comma, else at the last space, else
/// between two characters.
std::size_t long_break(std::string_view sentence) {
  const auto room = sentence.substr(0, kLongestPieceBytes);
  for (const std::string_view marks : {",;:", " "}) {
    for (auto at = room.size(); at-- > room.size() / 3;) {
      const bool spaced = marks == " " || (at + 1 < sentence.size() && is_space(sentence[at + 1]));
      if (marks.find(room[at]) != std::string_view::npos && spaced) return at + 1;
    }
  }
  auto at = room.size();
  while (at > 1 && (static_cast<unsigned char>(sentence[at]) & 0xc0) == 0x80) --at;
  return at;
}

/// The end of a short first clause, or 0 where the sentence has none.
std::size_t first_clause_end(std::string_view sentence) {
  for (std::size_t at = 0; at + 1 < sentence.size(); ++at) {
    if (std::string_view(",;:").find(sentence[at]) == std::string_view::npos || !is_space(sentence[at + 1])) continue;
    const auto words = words_in(sentence.substr(0, at));
    if (words > kFirstClauseWords) return 0;
    if (words >= kFirstClauseMinWords && words_in(sentence.substr(at + 1)) >= kFirstClauseMinWords) return at + 1;
  }
  return 0;
}

}  // namespace

std::vector<std::string> split_for_speech(std::string_view text) {
  std::vector<std::string> pieces;
  text = trimmed(text);
  while (!text.empty()) {
    auto end = sentence_end(text);
    if (pieces.empty() && words_in(text.substr(0, end)) > kFirstClauseWords) {
      if (const auto clause = first_clause_end(text.substr(0, end)); clause != 0) end = clause;
    }
    if (end > kLongestPieceBytes) end = long_break(text.substr(0, end));
    if (const auto piece = trimmed(text.substr(0, end)); !piece.empty()) pieces.emplace_back(piece);
    text = trimmed(text.substr(end));
  }
  return pieces;
}

}  // namespace frontdesk::speech
