#include "speech/spoken_text.hpp"

#include <vector>

#include "speech/abbreviations.hpp"
#include "speech/ascii_text.hpp"
#include "speech/readings.hpp"
#include "speech/token.hpp"

namespace frontdesk::speech {
namespace {

using Text = std::string_view;

class Reader {
 public:
  explicit Reader(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  std::string read() {
    while (at_ < tokens_.size()) {
      if (!telephone_number()) one_token();
    }
    return std::move(out_);
  }

 private:
  const Token* next(std::size_t ahead = 1) const {
    return at_ + ahead < tokens_.size() ? &tokens_[at_ + ahead] : nullptr;
  }
  bool next_is_capitalised() const { return next() != nullptr && !next()->core.empty() && is_upper(next()->core[0]); }
  bool follows_a_name() const {
    return at_ > 0 && !tokens_[at_ - 1].core.empty() && is_upper(tokens_[at_ - 1].core[0]) &&
           tokens_[at_ - 1].after.empty();
  }

  void emit(Text before, Text words, Text after) {
    const bool pause = words == ",";
    if (!out_.empty() && !pause && !words.empty()) out_ += ' ';
    if (before.find('(') != Text::npos && out_.ends_with(' ')) out_.insert(out_.size() - 1, ",");
    out_ += words;
    for (const char c : after) {
      const bool ends = Text(".,;:!?").find(c) != Text::npos;
      if (ends && !out_.empty() && Text(".,;:!?").find(out_.back()) == Text::npos) out_ += c;
      if (c == ')' && !out_.empty() && is_letter(out_.back())) out_ += ',';
    }
  }

  /// The stop of an abbreviation ends the sentence only if nothing, or a capital, comes after it.
  std::string after_abbreviation(const Token& token, bool may_end) const {
    if (!token.after.starts_with('.')) return token.after;
    const bool ends = next() == nullptr || (may_end && next_is_capitalised());
    return ends ? token.after : token.after.substr(1);
  }

  bool telephone_number();
  void one_token();
  bool abbreviation(const Token& token);
  bool range(const Token& token);
  std::string plain(Text core) const;
  reading::Words single(const Token& token, std::size_t& used) const;

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::string out_;
};

/// Takes the tokens of a telephone number together: "+44 20 7946 0018", "(555) 010-0199".
bool Reader::telephone_number() {
  std::string joined;
  std::size_t used = 0;
  for (; at_ + used < tokens_.size(); ++used) {
    const auto& token = tokens_[at_ + used];
    if (!reading::telephone_like(token.core) || !token.before.empty()) break;
    joined += (joined.empty() ? "" : " ") + token.core;
    if (!token.after.empty()) {
      ++used;
      break;
    }
  }
  if (used == 0) return false;
  const auto digits = reading::digit_count(joined);
  const bool marked = joined[0] == '+' || joined[0] == '0' || joined[0] == '(';
  const bool dashed = used == 1 && joined.find('-') != std::string::npos && digits >= 7 && joined.find('-') >= 3;
  const bool groups = used > 1 && digits >= 9;
  if (reading::iso_date(joined) || digits < 7 || digits > 15 || !(marked || dashed || groups)) return false;
  const auto after = tokens_[at_ + used - 1].after;
  emit("", (joined[0] == '+' ? "plus " : "") + reading::grouped_digits(joined), after);
  at_ += used;
  return true;
}

bool Reader::abbreviation(const Token& token) {
  const auto key = lowered(token.core);
  const bool stop = token.after.starts_with('.');
  if (key == "dr" || key == "st") {
    const bool title = next_is_capitalised() && !(follows_a_name() && stop);
    const bool street = follows_a_name() && !(key == "dr" && next_is_capitalised());
    const Text words = key == "dr" ? (street ? "drive" : "doctor") : (street || !title ? "street" : "saint");
    emit(token.before, words, after_abbreviation(token, street));
    ++at_;
    return true;
  }
  if (key == "no" && stop && next() != nullptr && all(next()->core, is_digit)) {
    emit(token.before, "number", "");
    ++at_;
    return true;
  }
  const auto spoken = abbreviation_words(key);
  const bool title_case = !token.core.empty() && is_upper(token.core[0]);
  if (spoken.empty() || (also_a_word(key) && !stop && !(title_case && key == "ms"))) return false;
  const bool titles = key == "mr" || key == "mrs" || key == "ms" || key == "prof" || key == "rev";
  emit(token.before, spoken, after_abbreviation(token, !titles));
  ++at_;
  return true;
}

/// "Mon-Fri", "9am-5pm", "9-5", "GBP50-GBP60"
bool Reader::range(const Token& token) {
  const auto dash = token.core.find('-');
  if (dash == 0 || dash == std::string::npos || dash + 1 == token.core.size()) return false;
  if (token.core.find('-', dash + 1) != std::string::npos) return false;
  const Text left = Text(token.core).substr(0, dash);
  const Text right = Text(token.core).substr(dash + 1);
  const auto side = [](Text text) -> reading::Words {
    if (auto words = reading::time_of_day(text)) return words;
    if (auto words = reading::day_or_month(text, false)) return words;
    if (auto words = reading::money(text, {})) return words;
    if (auto words = reading::ordinal(text)) return words;
    if (is_digit(text[0])) return reading::plain_number(text);
    return {};
  };
  std::size_t used = 1;
  auto to = side(right);
  if (next() != nullptr && token.after.empty()) {
    if (const auto half = reading::half_of_day(next()->core)) {
      if (auto words = reading::time_of_day(right, *half)) {
        to = std::move(words);
        used = 2;
      }
    }
  }
  const auto from = side(left);
  if (!from || !to) return false;
  emit(token.before, *from + " to " + *to, tokens_[at_ + used - 1].after);
  at_ += used;
  return true;
}

/// Readings that may take the next token too: "8:30 am", "$5 million".
reading::Words Reader::single(const Token& token, std::size_t& used) const {
  const Text core = token.core;
  const Text follower = next() != nullptr && token.after.empty() ? Text(next()->core) : Text();
  if (const auto half = reading::half_of_day(follower)) {
    if (auto words = reading::time_of_day(core, *half)) {
      used = 2;
      return words;
    }
  }
  if (auto words = reading::time_of_day(core)) return words;
  const bool scale = follower == "million" || follower == "billion" || follower == "thousand";
  if (auto words = reading::money(core, scale ? follower : Text())) {
    used = scale ? 2 : 1;
    return words;
  }
  if (auto words = reading::ordinal(core)) return words;
  if (auto words = reading::iso_date(core)) return words;
  if (auto words = reading::day_or_month(core, token.after.starts_with('.'))) return words;
  if (auto words = reading::address(core)) return words;
  if (core == "24/7") return "twenty four seven";
  if (auto words = reading::plain_number(core)) return words;
  if (auto words = reading::half_of_day(core); words && core != "am") return words;
  return reading::letters_and_digits(core);
}

void Reader::one_token() {
  const auto token = tokens_[at_];
  if (abbreviation(token) || range(token)) return;
  std::size_t used = 1;
  const auto words = single(token, used);
  const auto& last = tokens_[at_ + used - 1];
  const auto text = words ? *words : plain(token.core);
  const bool short_form = words && (used == 2 || reading::day_or_month(token.core, true)) && last.after == ".";
  const bool unfinished = short_form && at_ + used < tokens_.size() && !tokens_[at_ + used].core.empty() &&
                          !is_upper(tokens_[at_ + used].core[0]);
  emit(token.before, text, unfinished ? "" : last.after);
  at_ += used;
}

/// reading::Words as they are; signs between them become words or spaces.
std::string Reader::plain(Text core) const {
  if (const auto sign = sign_words(core); !sign.empty()) return std::string(sign);
  std::string out;
  for (std::size_t i = 0; i < core.size(); ++i) {
    const char c = core[i];
    const bool inside = i > 0 && i + 1 < core.size();
    if (is_letter(c) || is_digit(c) || (c == '\'' && inside) || (c == '.' && inside)) out += c;
    if (c == '&') out += " and ";
    if (inside && (c == '-' || c == '/' || c == '_')) out += ' ';
  }
  return out;
}

}  // namespace

std::string spoken_text(std::string_view text) {
  return Reader(tokens_of(ascii_text(text))).read();
}

}  // namespace frontdesk::speech
