#include "speech/spoken_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "speech/ascii_text.hpp"
#include "speech/number_words.hpp"

namespace frontdesk::speech {
namespace {

using Text = std::string_view;
using Words = std::optional<std::string>;  ///< empty: this reading does not apply

// --- characters: ASCII only, never the locale ---------------------------------------------------

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_letter(char c) {
  return is_upper(c) || is_lower(c);
}
char lower(char c) {
  return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(Text text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

template <class Predicate>
bool all(Text text, Predicate predicate) {
  return !text.empty() && std::all_of(text.begin(), text.end(), predicate);
}

std::size_t digit_count(Text text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_digit));
}

std::int64_t value_of(Text digits) {
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

// --- tokens --------------------------------------------------------------------------------------

/// "(Dr." -> before "(", core "Dr", after "."
struct Token {
  std::string before;
  std::string core;
  std::string after;
};

Token token_of(Text text) {
  const auto opens = [](char c) { return Text("\"'([{").find(c) != Text::npos; };
  const auto closes = [](char c) { return Text("\"')]}.,;:!?").find(c) != Text::npos; };
  Token token;
  while (!text.empty() && opens(text.front())) {
    if (text.front() == '(' && text.size() > 1 && is_digit(text[1])) break;  // an area code
    token.before += text.front();
    text.remove_prefix(1);
  }
  auto end = text.size();
  while (end > 0 && closes(text[end - 1])) {
    if (text[end - 1] == ')' && text.find('(') != Text::npos) break;
    --end;
  }
  token.core = text.substr(0, end);
  token.after = text.substr(end);
  return token;
}

std::vector<Token> tokens_of(Text text) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = text.find_first_not_of(' ', at);
    if (begin == Text::npos) break;
    at = std::min(text.find(' ', begin), text.size());
    tokens.push_back(token_of(text.substr(begin, at - begin)));
  }
  return tokens;
}

// --- tables --------------------------------------------------------------------------------------

struct Entry {
  Text written;
  Text spoken;
};

constexpr Entry kDays[] = {{"mon", "Monday"},      {"tue", "Tuesday"},         {"tues", "Tuesday"},
                           {"wed", "Wednesday"},   {"weds", "Wednesday"},      {"thu", "Thursday"},
                           {"thur", "Thursday"},   {"thurs", "Thursday"},      {"fri", "Friday"},
                           {"sat", "Saturday"},    {"sun", "Sunday"},          {"monday", "Monday"},
                           {"tuesday", "Tuesday"}, {"wednesday", "Wednesday"}, {"thursday", "Thursday"},
                           {"friday", "Friday"},   {"saturday", "Saturday"},   {"sunday", "Sunday"}};

constexpr Entry kMonths[] = {{"jan", "January"},    {"feb", "February"}, {"mar", "March"},    {"apr", "April"},
                             {"jun", "June"},       {"jul", "July"},     {"aug", "August"},   {"sep", "September"},
                             {"sept", "September"}, {"oct", "October"},  {"nov", "November"}, {"dec", "December"}};

/// Read so whether or not a full stop follows, which is then not the end of a sentence.
constexpr Entry kAbbreviations[] = {
    {"mr", "mister"},        {"mrs", "missis"},      {"ms", "miz"},           {"prof", "professor"},
    {"rev", "reverend"},     {"ave", "avenue"},      {"rd", "road"},          {"blvd", "boulevard"},
    {"ln", "lane"},          {"sq", "square"},       {"apt", "apartment"},    {"approx", "approximately"},
    {"appt", "appointment"}, {"dept", "department"}, {"hr", "hour"},          {"hrs", "hours"},
    {"min", "minute"},       {"mins", "minutes"},    {"tel", "telephone"},    {"vs", "versus"},
    {"e.g", "for example"},  {"i.e", "that is"},     {"etc", "et cetera"},    {"jr", "junior"},
    {"sr", "senior"},        {"ext", "extension"},   {"inc", "incorporated"}, {"ltd", "limited"}};

/// Abbreviations that are also words: only with a full stop or in capitals are they abbreviations.
constexpr Text kNeedStop[] = {"min", "inc", "sat", "sun", "mar", "jun", "dec", "ms", "sr", "ext"};

constexpr Entry kSigns[] = {{"&", "and"},     {"+", "plus"}, {"=", "equals"}, {"@", "at"},
                            {"%", "percent"}, {"-", ","},    {"--", ","}};

template <std::size_t N>
Text look_up(const Entry (&table)[N], Text key) {
  for (const auto& entry : table) {
    if (entry.written == key) return entry.spoken;
  }
  return {};
}

// --- readings of one token -----------------------------------------------------------------------

/// "am", "a.m", "PM" -> " A M", " P M"
Words half_of_day(Text text) {
  const auto key = lowered(text);
  if (key == "am" || key == "a.m" || key == "a.m.") return "A M";
  if (key == "pm" || key == "p.m" || key == "p.m.") return "P M";
  return {};
}

std::string clock_words(std::int64_t hour, std::int64_t minute, Text half) {
  std::string text;
  if (half.empty() && hour > 12) {
    half = "P M";
    hour -= 12;
  }
  text = hour == 0 && half.empty() ? "twelve" : cardinal_words(hour);
  if (hour == 0 && half.empty()) half = "A M";
  if (minute > 0 && minute < 10) text += " oh " + cardinal_words(minute);
  if (minute >= 10) text += " " + cardinal_words(minute);
  if (minute == 0 && half.empty()) text += " o'clock";
  if (!half.empty()) text += " " + std::string(half);
  return text;
}

/// "8:30", "17:00", "8am", "8.30pm", "9:00a.m"
Words time_of_day(Text text, Text half_after = {}) {
  const auto hour_end = std::min(text.find_first_not_of("0123456789"), text.size());
  if (hour_end == 0 || hour_end > 2) return {};
  const auto hour = value_of(text.substr(0, hour_end));
  text.remove_prefix(hour_end);
  std::int64_t minute = 0;
  const bool colon = text.starts_with(':');
  const bool has_minutes = text.size() >= 3 && (colon || text[0] == '.') && is_digit(text[1]) && is_digit(text[2]);
  if (has_minutes) {
    minute = value_of(text.substr(1, 2));
    text.remove_prefix(3);
  }
  std::string half(half_after);
  if (!text.empty()) {
    const auto own = half_of_day(text);
    if (!own) return {};
    half = *own;
  }
  if (half.empty() && !(has_minutes && colon)) return {};
  if (hour > 24 || minute > 59) return {};
  return clock_words(hour, minute, half);
}

struct Currency {
  Text sign;
  Text one;
  Text many;
  Text cent;
  Text cents;
};
constexpr Currency kCurrencies[] = {{"$", "dollar", "dollars", "cent", "cents"},
                                    {"GBP", "pound", "pounds", "penny", "pence"},
                                    {"EUR", "euro", "euros", "cent", "cents"}};

/// "$65", "GBP5.50"; `scale` is the next word where that is million and the like.
Words money(Text text, Text scale) {
  for (const auto& currency : kCurrencies) {
    if (!text.starts_with(currency.sign)) continue;
    text.remove_prefix(currency.sign.size());
    const auto point = text.find('.');
    const auto whole = text.substr(0, point);
    const auto words = decimal_words(whole);
    if (words.empty()) return {};
    const auto fraction = point == Text::npos ? Text() : text.substr(point + 1);
    if (!scale.empty() || (!fraction.empty() && fraction.size() != 2)) {
      const auto amount = decimal_words(text);
      if (amount.empty()) return {};
      return amount + " " + (scale.empty() ? "" : std::string(scale) + " ") + std::string(currency.many);
    }
    if (!fraction.empty() && !all(fraction, is_digit)) return {};
    const auto cents = value_of(fraction);
    auto out = words + " " + std::string(words == "one" ? currency.one : currency.many);
    if (cents > 0)
      out += " and " + cardinal_words(cents) + " " + std::string(cents == 1 ? currency.cent : currency.cents);
    return out;
  }
  return {};
}

/// "1st", "22nd"
Words ordinal(Text text) {
  if (text.size() < 3 || text.size() > 6) return {};
  const auto suffix = lowered(text.substr(text.size() - 2));
  const auto digits = text.substr(0, text.size() - 2);
  if ((suffix != "st" && suffix != "nd" && suffix != "rd" && suffix != "th") || !all(digits, is_digit)) return {};
  return ordinal_words(value_of(digits));
}

Words day_or_month(Text text, bool stop) {
  const auto key = lowered(text);
  const bool capital = !text.empty() && is_upper(text[0]);
  const bool ambiguous = std::find(std::begin(kNeedStop), std::end(kNeedStop), key) != std::end(kNeedStop);
  if (ambiguous && !stop && !capital) return {};
  if (const auto day = look_up(kDays, key); !day.empty()) return std::string(day);
  if (const auto month = look_up(kMonths, key); !month.empty()) return std::string(month);
  return {};
}

/// "+442079460018", "(555)", "5550100", "555-0100": anything of digits and the marks in telephone numbers.
bool telephone_like(Text text) {
  if (digit_count(text) == 0) return false;
  return text.find_first_not_of("0123456789+()-.") == Text::npos && text.find("..") == Text::npos;
}

/// Digits with a comma between groups: each is a short pause.
std::string grouped_digits(Text text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = text.find_first_of("0123456789", at);
    if (begin == Text::npos) break;
    at = std::min(text.find_first_not_of("0123456789", begin), text.size());
    if (!out.empty()) out += ", ";
    out += digit_words(text.substr(begin, at - begin));
  }
  return out;
}

/// "info@example.com", "www.example.com/help"
Words address(Text text) {
  const auto at_sign = text.find('@');
  const auto host = at_sign == Text::npos ? text : text.substr(at_sign + 1);
  const bool web = text.starts_with("www.") || text.starts_with("http://") || text.starts_with("https://");
  const bool has_dot = host.find('.') != Text::npos && host.size() > 3 && is_letter(host.back());
  if (!web && (at_sign == Text::npos || at_sign == 0 || !has_dot)) return {};
  if (const auto scheme = text.find("://"); scheme != Text::npos) text.remove_prefix(scheme + 3);
  std::string out;
  std::string run;
  const auto flush = [&] {
    if (run.empty()) return;
    if (!out.empty()) out += ' ';
    const bool spell = run == "www" || all(run, is_digit);
    out += spell ? spelled_words(run) : run;
    run.clear();
  };
  for (const char c : text) {
    if (is_letter(c) || is_digit(c)) {
      run += c;
      continue;
    }
    flush();
    const Text name = c == '@'   ? "at"
                      : c == '.' ? "dot"
                      : c == '-' ? "dash"
                      : c == '_' ? "underscore"
                      : c == '/' ? "slash"
                                 : "";
    if (!name.empty()) out += " " + std::string(name);
  }
  flush();
  if (out.ends_with(" slash")) out.erase(out.size() - 6);
  return out;
}

/// "A12" -> "A twelve", "SW1A" -> letter by letter, "NHS" -> "N H S"; words are left alone.
Words letters_and_digits(Text text) {
  if (!all(text, [](char c) { return is_letter(c) || is_digit(c); })) return {};
  const auto digits = digit_count(text);
  if (digits == 0) {
    const bool capitals = all(text, is_upper) && text.size() >= 2 && text.size() <= 5;
    const bool vowel = text.find_first_of("AEIOUY") != Text::npos;
    return capitals && (!vowel || text.size() == 2) ? Words(spelled_words(text)) : Words();
  }
  if (digits == text.size()) return {};
  const auto first_digit = text.find_first_of("0123456789");
  const bool one_letter = first_digit == 1 && all(text.substr(1), is_digit) && text.size() <= 4;
  if (one_letter) return spelled_words(text.substr(0, 1)) + " " + cardinal_words(value_of(text.substr(1)));
  return spelled_words(text);
}

Words plain_number(Text text) {
  if (text.size() > 1 && text.back() == '%') {
    const auto words = decimal_words(text.substr(0, text.size() - 1));
    return words.empty() ? Words() : Words(words + " percent");
  }
  if (text.size() > 1 && text.front() == '#' && all(text.substr(1), is_digit)) {
    return "number " + cardinal_words(value_of(text.substr(1, 15)));
  }
  if (all(text, is_digit)) {
    if (text.size() >= 7 || (text.size() > 1 && text[0] == '0')) return digit_words(text);
    if (text.size() == 4 && (text.starts_with("19") || text.starts_with("20"))) return year_words(value_of(text));
  }
  const auto words = decimal_words(text);
  return words.empty() ? Words() : Words(words);
}

/// "2026-11-22"
Words iso_date(Text text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' || digit_count(text) != 8) return {};
  constexpr std::array<Text, 12> kNames{"January", "February", "March",     "April",   "May",      "June",
                                        "July",    "August",   "September", "October", "November", "December"};
  const auto month = value_of(text.substr(5, 2));
  const auto day = value_of(text.substr(8, 2));
  if (month < 1 || month > 12 || day < 1 || day > 31) return {};
  return std::string(kNames[static_cast<std::size_t>(month - 1)]) + " " + ordinal_words(day) + ", " +
         year_words(value_of(text.substr(0, 4)));
}

// --- the reader ----------------------------------------------------------------------------------

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
  Words single(const Token& token, std::size_t& used) const;

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
    if (!telephone_like(token.core) || !token.before.empty()) break;
    joined += (joined.empty() ? "" : " ") + token.core;
    if (!token.after.empty()) {
      ++used;
      break;
    }
  }
  if (used == 0) return false;
  const auto digits = digit_count(joined);
  const bool marked = joined[0] == '+' || joined[0] == '0' || joined[0] == '(';
  const bool dashed = used == 1 && joined.find('-') != std::string::npos && digits >= 7 && joined.find('-') >= 3;
  const bool groups = used > 1 && digits >= 9;
  if (iso_date(joined) || digits < 7 || digits > 15 || !(marked || dashed || groups)) return false;
  const auto after = tokens_[at_ + used - 1].after;
  emit("", (joined[0] == '+' ? "plus " : "") + grouped_digits(joined), after);
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
  const auto spoken = look_up(kAbbreviations, key);
  const bool ambiguous = std::find(std::begin(kNeedStop), std::end(kNeedStop), key) != std::end(kNeedStop);
  const bool title_case = !token.core.empty() && is_upper(token.core[0]);
  if (spoken.empty() || (ambiguous && !stop && !(title_case && key == "ms"))) return false;
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
  const auto side = [](Text text) -> Words {
    if (auto words = time_of_day(text)) return words;
    if (auto words = day_or_month(text, false)) return words;
    if (auto words = money(text, {})) return words;
    if (auto words = ordinal(text)) return words;
    if (is_digit(text[0])) return plain_number(text);
    return {};
  };
  std::size_t used = 1;
  auto to = side(right);
  if (next() != nullptr && token.after.empty()) {
    if (const auto half = half_of_day(next()->core)) {
      if (auto words = time_of_day(right, *half)) {
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
Words Reader::single(const Token& token, std::size_t& used) const {
  const Text core = token.core;
  const Text follower = next() != nullptr && token.after.empty() ? Text(next()->core) : Text();
  if (const auto half = half_of_day(follower)) {
    if (auto words = time_of_day(core, *half)) {
      used = 2;
      return words;
    }
  }
  if (auto words = time_of_day(core)) return words;
  const bool scale = follower == "million" || follower == "billion" || follower == "thousand";
  if (auto words = money(core, scale ? follower : Text())) {
    used = scale ? 2 : 1;
    return words;
  }
  if (auto words = ordinal(core)) return words;
  if (auto words = iso_date(core)) return words;
  if (auto words = day_or_month(core, token.after.starts_with('.'))) return words;
  if (auto words = address(core)) return words;
  if (core == "24/7") return "twenty four seven";
  if (auto words = plain_number(core)) return words;
  if (auto words = half_of_day(core); words && core != "am") return words;
  return letters_and_digits(core);
}

void Reader::one_token() {
  const auto token = tokens_[at_];
  if (abbreviation(token) || range(token)) return;
  std::size_t used = 1;
  const auto words = single(token, used);
  const auto& last = tokens_[at_ + used - 1];
  const auto text = words ? *words : plain(token.core);
  const bool short_form = words && (used == 2 || day_or_month(token.core, true)) && last.after == ".";
  const bool unfinished = short_form && at_ + used < tokens_.size() && !tokens_[at_ + used].core.empty() &&
                          !is_upper(tokens_[at_ + used].core[0]);
  emit(token.before, text, unfinished ? "" : last.after);
  at_ += used;
}

/// Words as they are; signs between them become words or spaces.
std::string Reader::plain(Text core) const {
  if (const auto sign = look_up(kSigns, core); !sign.empty()) return std::string(sign);
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
