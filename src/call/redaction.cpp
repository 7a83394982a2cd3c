#include "call/redaction.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace frontdesk::call {
namespace {

constexpr std::size_t kShortestCard = 13;
constexpr std::size_t kLongestCard = 19;

constexpr std::array<std::pair<std::string_view, int>, 30> kNumerals = {{
    {"zero", 0},       {"nought", 0},    {"one", 1},       {"two", 2},       {"three", 3},    {"four", 4},
    {"five", 5},       {"six", 6},       {"seven", 7},     {"eight", 8},     {"nine", 9},     {"ten", 10},
    {"eleven", 11},    {"twelve", 12},   {"thirteen", 13}, {"fourteen", 14}, {"fifteen", 15}, {"sixteen", 16},
    {"seventeen", 17}, {"eighteen", 18}, {"nineteen", 19}, {"twenty", 20},   {"thirty", 30},  {"forty", 40},
    {"fourty", 40},    {"fifty", 50},    {"sixty", 60},    {"seventy", 70},  {"eighty", 80},  {"ninety", 90},
}};
constexpr std::array<std::string_view, 2> kScales = {"hundred", "thousand"};

/// A word of the text, and the digits it stands for.
struct Token {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string digits;
  bool numeric = false;  ///< may be part of a number
  bool certain = false;  ///< is one by itself: "oh" is not
  bool joined = false;   ///< to the token before it: only blanks, hyphens, dots or commas lie between
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool is_word(char c) {
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

void give_meaning(Token& token, std::string_view written) {
  std::string word(written);
  std::transform(word.begin(), word.end(), word.begin(), lower);
  if (std::any_of(word.begin(), word.end(), is_digit)) {  // "4111", "4th", "x4111"
    std::copy_if(word.begin(), word.end(), std::back_inserter(token.digits), is_digit);
    token.numeric = token.certain = true;
  } else if (word == "oh" || word == "o") {
    token.digits = "0";
    token.numeric = true;
  } else if (word == "double" || word == "triple") {
    token.numeric = true;
  } else if (std::find(kScales.begin(), kScales.end(), word) != kScales.end()) {
    token.numeric = token.certain = true;
  } else {
    const auto it = std::find_if(kNumerals.begin(), kNumerals.end(), [&](const auto& n) { return n.first == word; });
    if (it == kNumerals.end()) return;
    token.digits = std::to_string(it->second);
    token.numeric = token.certain = true;
  }
}

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  std::size_t at = 0;
  bool joined = false;
  while (at < text.size()) {
    if (!is_word(text[at])) {
      joined = joined && std::string_view(" -.,\t\n").find(text[at]) != std::string_view::npos;
      ++at;
      continue;
    }
    Token token;
    token.begin = at;
    while (at < text.size() && is_word(text[at])) ++at;
    token.end = at;
    token.joined = joined;
    give_meaning(token, text.substr(token.begin, token.end - token.begin));
    tokens.push_back(std::move(token));
    joined = true;
  }
  return tokens;
}

/// "double four" -> 44, "forty one" -> 41.
std::string digits_of(const std::vector<Token>& tokens, std::size_t first, std::size_t last, std::string_view text) {
  std::string digits;
  for (auto i = first; i < last; ++i) {
    const auto& token = tokens[i];
    const auto letter = lower(text[token.begin]);
    const bool multiplier = token.digits.empty() && (letter == 'd' || (letter == 't' && text[token.begin + 1] != 'h'));
    if (multiplier && i + 1 < last && tokens[i + 1].digits.size() == 1) {
      digits.append(letter == 'd' ? 1 : 2, tokens[i + 1].digits.front());
      continue;
    }
    const bool spelt = !is_digit(text[token.begin]);
    const bool tens = spelt && token.digits.size() == 2 && token.digits[0] >= '2' && token.digits[1] == '0';
    if (tens && i + 1 < last && tokens[i + 1].digits.size() == 1 && tokens[i + 1].digits != "0")
      digits += token.digits.front();
    else
      digits += token.digits;
  }
  return digits;
}

bool passes_luhn(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int value = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1) value = value * 2 > 9 ? value * 2 - 9 : value * 2;
    sum += value;
  }
  return sum % 10 == 0;
}

/// The end of the card number that begins at token `first`; `first` if none does.
std::size_t card_end(const std::vector<Token>& tokens, std::size_t first, std::size_t run_end, std::string_view text) {
  for (auto last = run_end; last > first; --last) {
    const auto digits = digits_of(tokens, first, last, text);
    if (digits.size() < kShortestCard) break;
    if (digits.size() <= kLongestCard && passes_luhn(digits)) return last;
  }
  return first;
}

std::size_t run_end(const std::vector<Token>& tokens, std::size_t first) {
  auto end = first + 1;
  while (end < tokens.size() && tokens[end].numeric && tokens[end].joined) ++end;
  return end;
}

/// Copies the text, with what `redact(first, run_end)` names replaced: it returns where that ends.
template <class Redact>
std::string replaced(std::string_view text, std::string_view by, Redact redact) {
  const auto tokens = tokens_of(text);
  std::string out;
  std::size_t copied = 0;
  for (std::size_t i = 0; i < tokens.size();) {
    const auto end = tokens[i].numeric ? redact(tokens, i, run_end(tokens, i)) : i;
    if (end == i) {
      ++i;
      continue;
    }
    out += text.substr(copied, tokens[i].begin - copied);
    out += by;
    copied = tokens[end - 1].end;
    i = end;
  }
  return out += text.substr(copied);
}

}  // namespace

std::string without_card_numbers(std::string_view text) {
  return replaced(text, "[card number]", [&](const auto& tokens, std::size_t first, std::size_t end) {
    return card_end(tokens, first, end, text);
  });
}

std::string without_numbers(std::string_view text) {
  return replaced(text, "[number]", [](const auto& tokens, std::size_t first, std::size_t end) {
    const auto from = tokens.begin() + static_cast<std::ptrdiff_t>(first);
    const auto to = tokens.begin() + static_cast<std::ptrdiff_t>(end);
    return std::any_of(from, to, [](const Token& token) { return token.certain; }) ? end : first;
  });
}

Event discreet(Event event, const Discretion& discretion) {
  const auto redact = [&](base::Pii<std::string>& text) {
    text = base::Pii<std::string>(discretion.numbers ? without_numbers(text.expose())
                                                     : without_card_numbers(text.expose()));
  };
  if (auto* partial = std::get_if<PartialTranscript>(&event)) redact(partial->text);
  if (auto* final = std::get_if<FinalTranscript>(&event)) redact(final->text);
  if (auto* key = std::get_if<DigitPressed>(&event); key != nullptr && (discretion.keys || discretion.numbers))
    key->digit = kHiddenKey;
  return event;
}

}  // namespace frontdesk::call
