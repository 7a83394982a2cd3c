#include <array>
#include <optional>
#include <utility>

#include "meter/word_error_rate.hpp"

namespace frontdesk::meter {
namespace {

/// A word, or the digits of a number.
struct Item {
  std::string text;
  bool number = false;
};
using Items = std::vector<Item>;

struct Rewrite {
  std::string_view from;
  std::string_view to;
};

// Punctuation that carries meaning becomes a word; the rest becomes a space.
constexpr std::array kPhrases = std::to_array<Rewrite>({
    {"\u2019", "'"},
    {"\u2018", "'"},
    {"\u2013", " "},
    {"\u2014", " "},
    {"\u00a3", " \x01 "},
    {"\u20ac", " \x02 "},
    {"$", " \x03 "},
    {"%", " percent "},
    {"&", " and "},
    {"a.m.", " am "},
    {"p.m.", " pm "},
    {"a.m", " am "},
    {"p.m", " pm "},
    {"o'clock", " "},
    {"o\u2019clock", " "},
    {"per cent", "percent"},
});

constexpr std::array kWholeWords = std::to_array<Rewrite>({
    {"won't", "will not"}, {"can't", "can not"},  {"cannot", "can not"}, {"shan't", "shall not"}, {"let's", "let us"},
    {"ain't", "is not"},   {"gonna", "going to"}, {"wanna", "want to"},  {"gotta", "got to"},     {"okay", "ok"},
    {"mister", "mr"},      {"missus", "mrs"},     {"doctor", "dr"},      {"pound", "pounds"},     {"dollar", "dollars"},
    {"euro", "euros"},     {"penny", "pence"},    {"cent", "cents"},     {"oclock", ""},
});

constexpr std::array kSuffixes = std::to_array<Rewrite>({
    {"n't", " not"},
    {"'re", " are"},
    {"'ve", " have"},
    {"'ll", " will"},
    {"'m", " am"},
    {"'d", " would"},
});

/// After these, 's is "is"; elsewhere it marks a possessive.
constexpr std::array<std::string_view, 13> kTakesIs = {"it",  "that", "what",  "where", "who", "how",       "when",
                                                       "why", "here", "there", "he",    "she", "everything"};

constexpr std::array<std::string_view, 20> kSmall = {
    "zero", "one",    "two",    "three",    "four",     "five",    "six",     "seven",     "eight",    "nine",
    "ten",  "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr std::array<std::string_view, 10> kTens = {"",      "",      "twenty",  "thirty", "forty",
                                                    "fifty", "sixty", "seventy", "eighty", "ninety"};
constexpr std::array<std::string_view, 20> kOrdinals = {
    "",           "first",     "second",    "third",       "fourth",     "fifth",     "sixth",
    "seventh",    "eighth",    "ninth",     "tenth",       "eleventh",   "twelfth",   "thirteenth",
    "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"};
constexpr std::array<std::string_view, 4> kCurrencies = {"", "pounds", "euros", "dollars"};
constexpr std::string_view kOrdinalMark = "th";

template <std::size_t N>
std::optional<int> index_of(const std::array<std::string_view, N>& list, std::string_view word) {
  if (word.empty()) return std::nullopt;
  for (std::size_t i = 0; i < N; ++i) {
    if (list[i] == word) return static_cast<int>(i);
  }
  return std::nullopt;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

std::string prepare(std::string_view text) {
  std::string lower;
  for (const char c : text) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  std::string out;
  for (std::size_t at = 0; at < lower.size();) {
    const std::string_view rest = std::string_view(lower).substr(at);
    const bool inside_word = at > 0 && is_letter(lower[at - 1]);
    bool replaced = false;
    for (const Rewrite& phrase : kPhrases) {
      if (!rest.starts_with(phrase.from) || (inside_word && is_letter(phrase.from[0]) && phrase.from[0] > 0)) continue;
      out += phrase.to;
      at += phrase.from.size();
      replaced = true;
      break;
    }
    if (!replaced) out += lower[at++];
  }
  return out;
}

void add_word(Items& items, std::string_view word) {
  while (!word.empty() && word.front() == '\'') word.remove_prefix(1);
  while (!word.empty() && word.back() == '\'') word.remove_suffix(1);
  if (word.empty()) return;
  std::string opened(word);
  for (const Rewrite& rewrite : kWholeWords) {
    if (word == rewrite.from) opened = rewrite.to;
  }
  for (const Rewrite& suffix : kSuffixes) {
    if (opened.size() > suffix.from.size() && opened.ends_with(suffix.from)) {
      opened = opened.substr(0, opened.size() - suffix.from.size()) + std::string(suffix.to);
    }
  }
  if (opened.ends_with("'s")) {
    const std::string stem = opened.substr(0, opened.size() - 2);
    opened = stem + (index_of(kTakesIs, stem) ? " is" : "s");
  }
  std::string part;
  for (const char c : opened + ' ') {
    if (c == '\'') continue;
    if (c != ' ') {
      part += c;
    } else if (!part.empty()) {
      items.push_back({std::exchange(part, {}), false});
    }
  }
}

/// "1,200", "15.50", "9:30": reads at `at` and appends; `currency` is 0 or the sign before it.
std::size_t add_numeral(Items& items, std::string_view text, std::size_t at, std::size_t currency) {
  std::vector<std::string> groups(1);
  std::string marks;
  for (; at < text.size(); ++at) {
    if (is_digit(text[at])) {
      groups.back() += text[at];
      continue;
    }
    const bool inner = at + 1 < text.size() && is_digit(text[at + 1]);
    if (!inner || (text[at] != ',' && text[at] != '.' && text[at] != ':')) break;
    if (text[at] == ',') continue;
    marks += text[at];
    groups.emplace_back();
  }
  items.push_back({groups[0], true});
  if (currency > 0) items.push_back({std::string(kCurrencies[currency]), false});
  for (std::size_t i = 1; i < groups.size(); ++i) {
    const bool amount_or_time = currency > 0 || marks[i - 1] == ':';
    if (amount_or_time && groups[i] == "00") continue;
    if (!amount_or_time) items.push_back({"point", false});
    items.push_back({groups[i], true});
  }
  std::string suffix;
  while (at < text.size() && is_letter(text[at])) suffix += text[at++];
  if (suffix == "st" || suffix == "nd" || suffix == "rd" || suffix == "th") suffix = kOrdinalMark;
  if (suffix == "p") suffix = "pence";
  add_word(items, suffix);
  return at;
}

Items split(std::string_view text) {
  Items items;
  std::size_t currency = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (is_digit(c)) {
      at = add_numeral(items, text, at, std::exchange(currency, 0));
    } else if (is_letter(c) || c == '\'') {
      std::string word;
      while (at < text.size() && (is_letter(text[at]) || text[at] == '\'')) word += text[at++];
      add_word(items, word);
    } else {
      if (c >= '\x01' && c <= '\x03') currency = static_cast<std::size_t>(c);
      ++at;
    }
  }
  return items;
}

/// Turns number words into numerals.
class NumberReader {
 public:
  explicit NumberReader(const Items& in) : in_(in) {}

  Items read() {
    while (at_ < in_.size()) {
      if (!read_number() && !read_repeated() && !read_zero()) out_.push_back(in_[at_++]);
    }
    return std::move(out_);
  }

 private:
  std::string_view word(std::size_t ahead = 0) const {
    return at_ + ahead < in_.size() && !in_[at_ + ahead].number ? std::string_view(in_[at_ + ahead].text) : "";
  }
  bool numeral(std::size_t ahead = 0) const { return at_ + ahead < in_.size() && in_[at_ + ahead].number; }

  /// 0 to 99 in words, or any numeral. Sets ordinal_ for "twenty first".
  std::optional<long> read_below_hundred() {
    if (numeral() && in_[at_].text.size() <= 6 && in_[at_].text[0] != '0') return std::stol(in_[at_++].text);
    if (const auto tens = index_of(kTens, word())) {
      ++at_;
      const auto unit = index_of(kSmall, word());
      const auto ordinal = index_of(kOrdinals, word());
      if (unit && *unit >= 1 && *unit <= 9) return ++at_, *tens * 10 + *unit;
      if (ordinal && *ordinal <= 9) return ++at_, ordinal_ = true, *tens * 10 + *ordinal;
      return *tens * 10;
    }
    if (const auto small = index_of(kSmall, word())) return ++at_, *small;
    if (const auto ordinal = index_of(kOrdinals, word())) return ++at_, ordinal_ = true, *ordinal;
    if (word() == "twentieth" || word() == "thirtieth")
      return ordinal_ = true, in_[at_++].text == "twentieth" ? 20 : 30;
    return std::nullopt;
  }

  bool is_multiplier(std::size_t ahead) const { return word(ahead) == "hundred" || word(ahead) == "thousand"; }
  bool starts_number(std::size_t ahead) const {
    return index_of(kSmall, word(ahead)) || index_of(kTens, word(ahead)) || index_of(kOrdinals, word(ahead));
  }

  bool read_number() {
    ordinal_ = false;
    std::optional<long> value;
    if (word() == "a" && is_multiplier(1)) {
      ++at_;
      value = 1;
    } else {
      const std::size_t start = at_;
      value = read_below_hundred();
      if (!value) return false;
      if (in_[start].number && !is_multiplier(0)) {
        out_.push_back(in_[start]);
        return true;
      }
    }
    out_.push_back({std::to_string(read_multipliers(*value)), true});
    if (ordinal_) out_.push_back({std::string(kOrdinalMark), false});
    return true;
  }

  long read_multipliers(long value) {
    long total = 0;
    while (!ordinal_ && is_multiplier(0)) {
      const bool thousand = word() == "thousand";
      ++at_;
      value *= thousand ? 1000 : 100;
      if (word() == "and" && starts_number(1)) ++at_;
      if (thousand) total += std::exchange(value, 0);
      if (!starts_number(0)) break;
      value += read_below_hundred().value_or(0);
    }
    return total + value;
  }

  /// "double five", "triple oh".
  bool read_repeated() {
    const int times = word() == "double" ? 2 : word() == "triple" ? 3 : 0;
    if (times == 0) return false;
    std::string digit;
    if (const auto small = index_of(kSmall, word(1)); small && *small <= 9) digit = std::to_string(*small);
    if (word(1) == "oh" || word(1) == "o") digit = "0";
    if (numeral(1) && in_[at_ + 1].text.size() == 1) digit = in_[at_ + 1].text;
    if (digit.empty()) return false;
    for (int i = 0; i < times; ++i) out_.push_back({digit, true});
    at_ += 2;
    return true;
  }

  bool read_zero() {
    if (word() != "oh" && word() != "o") return false;
    if (word() == "o" && word(1) == "clock") return at_ += 2, true;
    const bool beside_number = (!out_.empty() && out_.back().number) || numeral(1) || starts_number(1);
    if (!beside_number) return false;
    out_.push_back({"0", true});
    ++at_;
    return true;
  }

  const Items& in_;
  Items out_;
  std::size_t at_ = 0;
  bool ordinal_ = false;
};

bool is_word(const Items& items, std::size_t at, std::string_view text) {
  return at < items.size() && !items[at].number && items[at].text == text;
}
bool is_number(const Items& items, std::size_t at) {
  return at < items.size() && items[at].number;
}

/// "half past 9" as 9 30; "quarter to 10" as 9 45; "a m" after a number as am. How many items it took.
std::size_t rewrite_time(const Items& in, std::size_t at, Items& out) {
  const bool half = is_word(in, at, "half");
  const bool quarter = is_word(in, at, "quarter");
  const bool past = is_word(in, at + 1, "past");
  if ((half || quarter) && (past || (quarter && is_word(in, at + 1, "to"))) && is_number(in, at + 2)) {
    const std::string& hour = in[at + 2].text;
    if (hour.size() > 2) return 0;
    const int value = std::stoi(hour);
    if (!out.empty() && !out.back().number && out.back().text == "a") out.pop_back();
    out.push_back({std::to_string(past ? value : value > 1 ? value - 1 : 12), true});
    out.push_back({half ? "30" : past ? "15" : "45", true});
    return 3;
  }
  const bool letter = is_word(in, at, "a") || is_word(in, at, "p");
  if (letter && is_word(in, at + 1, "m") && !out.empty() && out.back().number) {
    out.push_back({in[at].text + "m", false});
    return 2;
  }
  return 0;
}

/// "5 pounds and 50 pence" as 5 pounds 50. How many items it took.
std::size_t rewrite_amount(const Items& in, std::size_t at, Items& out) {
  const bool major = is_word(in, at, "pounds") || is_word(in, at, "dollars") || is_word(in, at, "euros");
  if (!major || out.empty() || !out.back().number) return 0;
  const std::size_t number = at + (is_word(in, at + 1, "and") ? 2 : 1);
  if (!is_number(in, number) || !(is_word(in, number + 1, "pence") || is_word(in, number + 1, "cents"))) return 0;
  out.push_back(in[at]);
  out.push_back(in[number]);
  return number + 2 - at;
}

Items rewrite_phrases(const Items& in) {
  Items out;
  for (std::size_t at = 0; at < in.size();) {
    std::size_t taken = rewrite_time(in, at, out);
    if (taken == 0) taken = rewrite_amount(in, at, out);
    if (taken == 0) {
      out.push_back(in[at]);
      taken = 1;
    }
    at += taken;
  }
  return out;
}

}  // namespace

std::vector<std::string> normalise_words(std::string_view text) {
  const Items items = rewrite_phrases(NumberReader(split(prepare(text))).read());
  std::vector<std::string> words;
  for (const Item& item : items) {
    if (!item.number) {
      words.push_back(item.text);
      continue;
    }
    for (const char digit : item.text) words.emplace_back(1, digit);
  }
  return words;
}

}  // namespace frontdesk::meter
