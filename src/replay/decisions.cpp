#include "replay/decisions.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace frontdesk::replay {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string unit_at(std::string_view text) {
  if (text.starts_with(' ')) text.remove_prefix(1);
  for (const std::string_view unit : {"ms", "s", "%", "characters", "words"})
    if (text.starts_with(unit) && (text.size() == unit.size() || !is_letter(text[unit.size()])))
      return std::string(unit);
  return {};
}

/// The text in double quotes at the end of a line, its escapes undone.
std::string unquoted(std::string_view text) {
  std::string out;
  if (text.empty() || text.front() != '"') return out;
  for (std::size_t i = 1; i < text.size() && text[i] != '"'; ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      ++i;
      out += text[i] == 'n' ? '\n' : text[i];
    } else {
      out += text[i];
    }
  }
  return out;
}

class Story {
 public:
  void line(std::string_view line) {
    const auto stamp = take_word(line);
    double seconds = 0;
    const auto [end, error] = std::from_chars(stamp.data(), stamp.data() + stamp.size(), seconds);
    if (stamp.empty() || error != std::errc{} || end != stamp.data() + stamp.size()) return;
    const base::Duration at = base::microseconds(std::llround(seconds * 1e6));
    const auto mark = take_word(line);
    if (mark == "leg_established" && !answered_) answered_ = at;
    if (mark != ">") return;
    const auto command = take_word(line);
    if (command == "turn") return turn();
    if (command == "why") why(at, line);
  }
  std::vector<Decision> take() { return std::move(decisions_); }

 private:
  static std::string_view take_word(std::string_view& line) {
    while (line.starts_with(' ')) line.remove_prefix(1);
    const auto found = line.substr(0, line.find(' '));
    line.remove_prefix(found.size());
    return found;
  }

  /// Turns are recorded in their order, each after the decisions that led to it.
  void turn() {
    for (; told_ < decisions_.size(); ++told_) decisions_[told_].turn = turns_;
    ++turns_;
  }

  void why(base::Duration at, std::string_view rest) {
    Decision decision;
    decision.at = at;
    if (answered_) decision.after_answer = at - *answered_;
    decision.decision = take_word(rest);
    if (rest.starts_with(' ')) rest.remove_prefix(1);
    decision.reason = unquoted(rest);
    decision.numbers = quantities_in(decision.reason);
    decisions_.push_back(std::move(decision));
  }

  std::vector<Decision> decisions_;
  std::optional<base::Duration> answered_;
  std::size_t told_ = 0;
  int turns_ = 0;
};

}  // namespace

std::vector<Quantity> quantities_in(std::string_view reason) {
  std::vector<Quantity> found;
  for (std::size_t i = 0; i < reason.size();) {
    const bool begins = is_digit(reason[i]) && (i == 0 || (!is_letter(reason[i - 1]) && reason[i - 1] != '.'));
    if (!begins) {
      ++i;
      continue;
    }
    Quantity quantity;
    const auto* end =
        std::from_chars(reason.data() + i, reason.data() + reason.size(), quantity.value, std::chars_format::fixed).ptr;
    i = static_cast<std::size_t>(end - reason.data());
    quantity.unit = unit_at(reason.substr(i));
    if (i < reason.size() && is_letter(reason[i]) && quantity.unit.empty()) continue;  // "2nd" is no quantity
    found.push_back(std::move(quantity));
  }
  return found;
}

std::vector<Decision> decisions_of(std::string_view journal) {
  Story story;
  while (!journal.empty()) {
    const auto end = std::min(journal.find('\n'), journal.size());
    story.line(journal.substr(0, end));
    journal.remove_prefix(std::min(end + 1, journal.size()));
  }
  return story.take();
}

}  // namespace frontdesk::replay
