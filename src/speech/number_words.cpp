#include "speech/number_words.hpp"

#include <array>
#include <charconv>

namespace frontdesk::speech {
namespace {

constexpr std::array<std::string_view, 20> kSmall{
    "zero", "one",    "two",    "three",    "four",     "five",    "six",     "seven",     "eight",    "nine",
    "ten",  "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr std::array<std::string_view, 10> kTens{"",      "",      "twenty",  "thirty", "forty",
                                                 "fifty", "sixty", "seventy", "eighty", "ninety"};

struct Scale {
  std::int64_t value;
  std::string_view word;
};
constexpr std::array<Scale, 4> kScales{
    {{1'000'000'000'000, "trillion"}, {1'000'000'000, "billion"}, {1'000'000, "million"}, {1'000, "thousand"}}};

struct Irregular {
  std::string_view cardinal;
  std::string_view ordinal;
};
constexpr std::array<Irregular, 7> kIrregular{{{"one", "first"},
                                               {"two", "second"},
                                               {"three", "third"},
                                               {"five", "fifth"},
                                               {"eight", "eighth"},
                                               {"nine", "ninth"},
                                               {"twelve", "twelfth"}}};

void append(std::string& text, std::string_view word) {
  if (!text.empty()) text += ' ';
  text += word;
}

std::string below_thousand(std::int64_t number, bool with_and) {
  std::string text;
  if (number >= 100) {
    append(text, kSmall[static_cast<std::size_t>(number / 100)]);
    append(text, "hundred");
    number %= 100;
    with_and = true;
    if (number == 0) return text;
  }
  if (with_and) append(text, "and");
  if (number >= 20) {
    append(text, kTens[static_cast<std::size_t>(number / 10)]);
    number %= 10;
    if (number == 0) return text;
  }
  append(text, kSmall[static_cast<std::size_t>(number)]);
  return text;
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::string cardinal_words(std::int64_t number) {
  if (number < 0) return number == INT64_MIN ? "minus a very large number" : "minus " + cardinal_words(-number);
  if (number == 0) return std::string(kSmall[0]);
  std::string text;
  for (const auto& scale : kScales) {
    if (number < scale.value) continue;
    append(text, cardinal_words(number / scale.value));
    append(text, scale.word);
    number %= scale.value;
  }
  if (number > 0) append(text, below_thousand(number, !text.empty() && number < 100));
  return text;
}

std::string ordinal_words(std::int64_t number) {
  auto text = cardinal_words(number);
  const auto space = text.rfind(' ');
  const auto last = space == std::string::npos ? 0 : space + 1;
  const std::string word = text.substr(last);
  text.erase(last);
  for (const auto& irregular : kIrregular) {
    if (word == irregular.cardinal) return text.append(irregular.ordinal);
  }
  if (word.ends_with('y')) return text.append(word, 0, word.size() - 1).append("ieth");
  return text.append(word).append("th");
}

std::string year_words(std::int64_t year) {
  const auto century = year / 100;
  const auto rest = year % 100;
  if (year < 1000 || year > 9999 || (century % 10 == 0 && rest < 10)) return cardinal_words(year);
  auto text = cardinal_words(century);
  if (rest == 0) {
    append(text, "hundred");
  } else {
    if (rest < 10) append(text, "oh");
    append(text, cardinal_words(rest));
  }
  return text;
}

std::string digit_words(std::string_view digits) {
  std::string text;
  for (const char c : digits) {
    if (c >= '0' && c <= '9') append(text, kSmall[static_cast<std::size_t>(c - '0')]);
  }
  return text;
}

std::string decimal_words(std::string_view number) {
  std::string plain;
  for (const char c : number) {
    if (c != ',') plain += c;
  }
  const auto point = plain.find('.');
  const auto whole = std::string_view(plain).substr(0, point);
  const auto fraction = point == std::string::npos ? std::string_view() : std::string_view(plain).substr(point + 1);
  if (!all_digits(whole) || (point != std::string::npos && !all_digits(fraction))) return "";
  std::int64_t value = 0;
  const auto parsed = std::from_chars(whole.data(), whole.data() + whole.size(), value);
  auto text = parsed.ec == std::errc() && value < 1'000'000'000'000'000 ? cardinal_words(value) : digit_words(whole);
  if (!fraction.empty()) text += " point " + digit_words(fraction);
  return text;
}

std::string spelled_words(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= '0' && c <= '9') append(out, kSmall[static_cast<std::size_t>(c - '0')]);
    if (c >= 'a' && c <= 'z') append(out, std::string(1, static_cast<char>(c - 'a' + 'A')));
    if (c >= 'A' && c <= 'Z') append(out, std::string(1, c));
  }
  return out;
}

}  // namespace frontdesk::speech
