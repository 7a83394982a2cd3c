#include <array>
#include <utility>

#include "reception/messages/message.hpp"
#include "reception/messages/spoken_words.hpp"

namespace frontdesk::messages {
namespace {

struct NamedNumber {
  std::string_view word;
  std::string_view digits;
};

constexpr std::array<NamedNumber, 17> kDigits{{{"zero", "0"},
                                               {"oh", "0"},
                                               {"o", "0"},
                                               {"naught", "0"},
                                               {"nought", "0"},
                                               {"nil", "0"},
                                               {"one", "1"},
                                               {"two", "2"},
                                               {"three", "3"},
                                               {"four", "4"},
                                               {"five", "5"},
                                               {"six", "6"},
                                               {"seven", "7"},
                                               {"eight", "8"},
                                               {"nine", "9"},
                                               {"niner", "9"},
                                               {"fife", "5"}}};
constexpr std::array<NamedNumber, 10> kTeens{{{"ten", "10"},
                                              {"eleven", "11"},
                                              {"twelve", "12"},
                                              {"thirteen", "13"},
                                              {"fourteen", "14"},
                                              {"fifteen", "15"},
                                              {"sixteen", "16"},
                                              {"seventeen", "17"},
                                              {"eighteen", "18"},
                                              {"nineteen", "19"}}};
constexpr std::array<NamedNumber, 8> kTens{{{"twenty", "2"},
                                            {"thirty", "3"},
                                            {"forty", "4"},
                                            {"fifty", "5"},
                                            {"sixty", "6"},
                                            {"seventy", "7"},
                                            {"eighty", "8"},
                                            {"ninety", "9"}}};
/// What a recogniser writes for a digit; believed only between two digits.
constexpr std::array<NamedNumber, 8> kHomophones{
    {{"to", "2"}, {"too", "2"}, {"for", "4"}, {"fore", "4"}, {"won", "1"}, {"ate", "8"}, {"tree", "3"}, {"sex", "6"}}};

template <std::size_t N>
std::string_view find(const std::array<NamedNumber, N>& table, std::string_view word) {
  for (const NamedNumber& entry : table) {
    if (entry.word == word) return entry.digits;
  }
  return {};
}

/// The digits of a token such as "07700", "(0333)" or "900-123"; empty for "3rd" and "5:30".
std::string written_digits(std::string_view token) {
  std::string digits;
  for (const char c : token) {
    if (c >= '0' && c <= '9') {
      digits += c;
    } else if (c == '+' && digits.empty()) {
      digits += c;
    } else if (c != '-' && c != '(' && c != ')' && c != '/' && c != '.') {
      return {};
    }
  }
  return digits == "+" ? std::string{} : digits;
}

bool is_digit_like(std::string_view word) {
  return !find(kDigits, word).empty() || !find(kTeens, word).empty() || !find(kTens, word).empty() ||
         !written_digits(word).empty() || word == "double" || word == "triple" || word == "treble" || word == "hundred";
}

class DigitReader {
 public:
  explicit DigitReader(const std::vector<std::string>& words) : words_(words) {}

  std::string read() {
    while (at_ < words_.size()) step();
    return out_;
  }

 private:
  std::string_view word(std::size_t i) const {
    return i < words_.size() ? std::string_view(words_[i]) : std::string_view{};
  }

  void step() {
    const std::string_view current = word(at_);
    if (current == "plus" && out_.empty() && is_digit_like(word(at_ + 1))) {
      out_ += '+';
    } else if (current == "double" || current == "triple" || current == "treble") {
      repeat(current == "double" ? 2 : 3);
    } else if ((current == "hundred" || current == "thousand") && after_digit_) {
      out_ += current == "hundred" ? "00" : "000";
    } else {
      plain(current);
    }
    ++at_;
  }

  void repeat(std::size_t times) {
    std::string digit(find(kDigits, word(at_ + 1)));
    if (digit.empty()) digit = written_digits(word(at_ + 1));
    if (digit.empty()) return;
    out_.append(times, digit.front());
    out_ += digit.substr(1);
    after_digit_ = true;
    ++at_;
  }

  void plain(std::string_view current) {
    if (const auto tens = find(kTens, current); !tens.empty()) {
      const auto unit = find(kDigits, word(at_ + 1));
      const bool joins = !unit.empty() && unit != "0";
      out_ += tens;
      out_ += joins ? unit : "0";
      if (joins) ++at_;
      after_digit_ = true;
      return;
    }
    std::string digits(find(kDigits, current));
    if (digits.empty()) digits = find(kTeens, current);
    if (digits.empty()) digits = written_digits(current);
    if (digits.empty() && after_digit_ && is_digit_like(word(at_ + 1))) digits = find(kHomophones, current);
    if (!digits.empty() && digits.front() == '+' && !out_.empty()) digits.erase(0, 1);
    after_digit_ = !digits.empty();
    out_ += digits;
  }

  const std::vector<std::string>& words_;
  std::size_t at_ = 0;
  bool after_digit_ = false;
  std::string out_;
};

std::size_t digit_count(std::string_view digits) {
  return digits.size() - (digits.starts_with('+') ? 1 : 0);
}

/// National significant digits after a country code written as + or 00; nullopt when written nationally.
struct Split {
  std::string code;      ///< "44", empty when national
  std::string national;  ///< without trunk prefix when code is set
};

std::string_view calling_code(std::string_view country) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kCodes{{{"GB", "44"},
                                                                                         {"US", "1"},
                                                                                         {"CA", "1"},
                                                                                         {"IE", "353"},
                                                                                         {"DE", "49"},
                                                                                         {"FR", "33"},
                                                                                         {"ES", "34"},
                                                                                         {"IT", "39"},
                                                                                         {"NL", "31"},
                                                                                         {"AU", "61"},
                                                                                         {"NZ", "64"},
                                                                                         {"AT", "43"},
                                                                                         {"CH", "41"},
                                                                                         {"IN", "91"}}};
  for (const auto& [name, code] : kCodes) {
    if (name == country) return code;
  }
  return {};
}

Split split(std::string_view digits, std::string_view country) {
  if (digits.starts_with("00") && digits.size() >= kMinNumberDigits) {
    digits.remove_prefix(2);
  } else if (digits.starts_with('+')) {
    digits.remove_prefix(1);
  } else {
    return {{}, std::string(digits)};
  }
  const std::string_view own = calling_code(country);
  for (const std::string_view code : {own, std::string_view("1"), std::string_view("44")}) {
    if (!code.empty() && digits.starts_with(code)) {
      std::string national(digits.substr(code.size()));
      if (code == "44" && national.starts_with('0')) national.erase(0, 1);
      return {std::string(code), national};
    }
  }
  return {std::string(digits.substr(0, 2)), std::string(digits.substr(std::min<std::size_t>(2, digits.size())))};
}

/// Groups of the given sizes, then of three.
std::string in_groups(std::string_view digits, std::initializer_list<std::size_t> sizes) {
  std::string out;
  std::size_t at = 0;
  for (const std::size_t size : sizes) {
    if (at >= digits.size()) break;
    if (!out.empty()) out += ' ';
    out += digits.substr(at, size);
    at += size;
  }
  while (at < digits.size()) {
    out += ' ';
    out += digits.substr(at, 3);
    at += 3;
  }
  return out;
}

bool has_north_american_plan(std::string_view country) {
  return country == "US" || country == "CA";
}

}  // namespace

std::string spoken_digits(std::string_view text) {
  return DigitReader(words_of(text)).read();
}

bool is_complete_number(std::string_view digits, std::string_view country) {
  const std::size_t count = digit_count(digits);
  if (count > kMaxNumberDigits) return false;
  const Split parts = split(digits, country);
  if (!parts.code.empty()) {
    if (parts.code == "44" || parts.code == "1") return parts.national.size() == 10;
    return count >= 9;
  }
  if (country == "GB") return (digits.starts_with('0') && count == 11) || (digits.starts_with('7') && count == 10);
  if (has_north_american_plan(country)) return count == 10 || (count == 11 && digits.starts_with('1'));
  return count >= 8;
}

std::string grouped_number(std::string_view digits, std::string_view country) {
  const Split parts = split(digits, country);
  if (!parts.code.empty()) {
    const bool american = parts.code == "1";
    const bool british = parts.code == "44";
    const std::string rest = american  ? in_groups(parts.national, {3, 3, 4})
                             : british ? in_groups(parts.national, {4, 3, 3})
                                       : in_groups(parts.national, {3, 3, 3});
    return "+" + parts.code + " " + rest;
  }
  if (has_north_american_plan(country)) {
    return digits.size() == 11 ? in_groups(digits, {1, 3, 3, 4}) : in_groups(digits, {3, 3, 4});
  }
  if (country == "GB") {
    if (digits.starts_with("02")) return in_groups(digits, {3, 4, 4});
    if (digits.starts_with("03") || digits.starts_with("08")) return in_groups(digits, {4, 3, 4});
    return in_groups(digits, {5, 3, 3});
  }
  return in_groups(digits, {3, 3, 3});
}

std::string to_e164(std::string_view digits, std::string_view country) {
  const std::string_view code = calling_code(country);
  if (digits.starts_with("00")) return "+" + std::string(digits.substr(2));
  if (digits.starts_with('+') || code.empty()) return std::string(digits);
  if (has_north_american_plan(country)) {
    if (digits.size() == 10) return "+1" + std::string(digits);
    return digits.size() == 11 && digits.starts_with('1') ? "+" + std::string(digits) : std::string(digits);
  }
  if (digits.starts_with('0'))
    return "+" + std::string(code) + std::string(country == "IT" ? digits : digits.substr(1));
  if (country == "GB" && digits.starts_with('7') && digits.size() == 10) return "+44" + std::string(digits);
  return std::string(digits);
}

std::string to_national(std::string_view e164, std::string_view country) {
  const std::string_view code = calling_code(country);
  if (code.empty() || !e164.starts_with('+') || !e164.substr(1).starts_with(code)) return std::string(e164);
  const std::string rest(e164.substr(1 + code.size()));
  return has_north_american_plan(country) || country == "IT" || country == "ES" ? rest : "0" + rest;
}

NumberProgress NumberDictation::progress() const {
  const std::size_t count = digit_count(digits_);
  if (count == 0) return NumberProgress::nothing;
  if (is_complete_number(digits_, country_)) return NumberProgress::complete;
  const bool national = split(digits_, country_).code.empty();
  const std::size_t longest =
      national && (country_ == "GB" || has_north_american_plan(country_)) ? 11 : kMaxNumberDigits;
  return count > longest ? NumberProgress::too_long : NumberProgress::partial;
}

namespace {

/// Replaces the last occurrence of `wrong`; false if it is not there.
bool replace_last(std::string& digits, std::string_view wrong, std::string_view right) {
  const auto at = wrong.empty() ? std::string::npos : digits.rfind(wrong);
  if (at == std::string::npos) return false;
  digits.replace(at, wrong.size(), right);
  return true;
}

/// "5 4 not 4 5", "not 4 5, 5 4".
bool apply_not(const std::vector<std::string>& words, std::string& digits) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] != "not") continue;
    const auto middle = words.begin() + static_cast<std::ptrdiff_t>(i);
    const std::string before = DigitReader({words.begin(), middle}).read();
    std::vector<std::string> rest(middle + 1, words.end());
    const std::string after = DigitReader(rest).read();
    if (!before.empty() && !after.empty()) return replace_last(digits, after, before);
    if (after.size() % 2 == 0) {
      const std::size_t half = after.size() / 2;
      return replace_last(digits, std::string_view(after).substr(0, half), std::string_view(after).substr(half));
    }
  }
  return false;
}

void replace_tail(std::string& digits, std::string_view tail) {
  digits.erase(digits.size() - std::min(digits.size(), tail.size()));
  digits += tail;
}

bool says_start_again(const std::vector<std::string>& words) {
  return contains_phrase(words, "start again") || contains_phrase(words, "start over") ||
         contains_phrase(words, "from the beginning") || contains_phrase(words, "from the start");
}

/// Where the last "sorry", "no", "i mean", "scratch that" begins; words.size() when nobody corrects himself.
std::size_t last_correction(const std::vector<std::string>& words) {
  for (std::size_t i = words.size(); i-- > 0;) {
    const std::string& word = words[i];
    if (word == "sorry" || word == "no" || word == "mean" || word == "scratch" || word == "correction") return i;
  }
  return words.size();
}

}  // namespace

NumberProgress NumberDictation::hear(std::string_view text) {
  const auto words = words_of(text);
  if (says_start_again(words)) digits_.clear();
  if (apply_not(words, digits_)) return progress();
  const std::size_t cut = last_correction(words);
  const auto middle = words.begin() + static_cast<std::ptrdiff_t>(cut);
  const std::string said = DigitReader({words.begin(), middle}).read();
  const std::string corrected = DigitReader({middle, words.end()}).read();
  if (said.empty() && corrected.empty()) return NumberProgress::nothing;
  if (is_complete_number(said, country_)) {
    digits_ = said;
  } else {
    digits_ += said;
  }
  if (is_complete_number(corrected, country_)) {
    digits_ = corrected;
  } else if (!corrected.empty()) {
    said.empty() ? static_cast<void>(digits_ += corrected) : replace_tail(digits_, corrected);
  }
  return progress();
}

NumberProgress NumberDictation::correct(std::string_view text) {
  const auto words = words_of(text);
  if (says_start_again(words)) digits_.clear();
  if (apply_not(words, digits_)) return progress();
  const std::string said = DigitReader(words).read();
  const bool head =
      contains_phrase(words, "starts") || contains_phrase(words, "begins") || contains_phrase(words, "start");
  const bool tail = contains_phrase(words, "ends") || contains_phrase(words, "end") || contains_phrase(words, "last") ||
                    contains_phrase(words, "ending");
  if (said.empty()) {
    digits_.clear();
  } else if (head && said.size() < digits_.size()) {
    digits_.replace(0, said.size(), said);
  } else if ((tail || said.size() <= 4) && said.size() < digits_.size()) {
    replace_tail(digits_, said);
  } else {
    digits_ = said;
  }
  return progress();
}

}  // namespace frontdesk::messages
