#include "speech/readings.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "speech/abbreviations.hpp"
#include "speech/number_words.hpp"
#include "speech/token.hpp"

namespace frontdesk::speech::reading {
namespace {

std::int64_t value_of(Text digits) {
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
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

}  // namespace

std::size_t digit_count(Text text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_digit));
}

Words half_of_day(Text text) {
  const auto key = lowered(text);
  if (key == "am" || key == "a.m" || key == "a.m.") return "A M";
  if (key == "pm" || key == "p.m" || key == "p.m.") return "P M";
  return {};
}

Words time_of_day(Text text, Text half_after) {
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
  if (also_a_word(key) && !stop && !capital) return {};
  if (const auto day = day_name(key); !day.empty()) return std::string(day);
  if (const auto month = month_name(key); !month.empty()) return std::string(month);
  return {};
}

bool telephone_like(Text text) {
  if (digit_count(text) == 0) return false;
  return text.find_first_not_of("0123456789+()-.") == Text::npos && text.find("..") == Text::npos;
}

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

}  // namespace frontdesk::speech::reading
