#include "providers/local_llm/spoken_dates.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "reception/business_hours/business_hours.hpp"
#include "reception/knowledge/business.hpp"

namespace frontdesk::local_llm {
namespace {

using business_hours::add_days;
using business_hours::weekday_of;

constexpr std::array<std::string_view, 12> kMonths{"january",   "february", "march",    "april",
                                                   "may",       "june",     "july",     "august",
                                                   "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 31> kOrdinals{
    "first",        "second",      "third",        "fourth",      "fifth",       "sixth",         "seventh",
    "eighth",       "ninth",       "tenth",        "eleventh",    "twelfth",     "thirteenth",    "fourteenth",
    "fifteenth",    "sixteenth",   "seventeenth",  "eighteenth",  "nineteenth",  "twentieth",     "twentyfirst",
    "twentysecond", "twentythird", "twentyfourth", "twentyfifth", "twentysixth", "twentyseventh", "twentyeighth",
    "twentyninth",  "thirtieth",   "thirtyfirst"};
/// Asked about, but only the business can say what its hours are then.
constexpr std::array<std::string_view, 17> kHolidays{
    "christmas eve",    "christmas",     "boxing day",   "new year eve", "new year",      "good friday",
    "easter sunday",    "easter monday", "easter",       "bank holiday", "bank holidays", "thanksgiving",
    "independence day", "labor day",     "memorial day", "halloween",    "public holiday"};
constexpr std::array<std::string_view, 12> kHours{"one",   "two",   "three", "four", "five",   "six",
                                                  "seven", "eight", "nine",  "ten",  "eleven", "twelve"};

int weekday_word(const std::string& word) {
  if (word.size() < 5) return -1;
  std::string singular = word.ends_with("days") ? word.substr(0, word.size() - 1) : word;
  for (int day = 0; day < 7; ++day) {
    std::string name(knowledge::weekday_name(day));
    name[0] = static_cast<char>(name[0] + 32);
    if (singular == name) return day;
  }
  static constexpr std::array<std::pair<std::string_view, int>, 8> kSlips{{{"wensday", 2},
                                                                           {"wednesdy", 2},
                                                                           {"wendsday", 2},
                                                                           {"thurday", 3},
                                                                           {"saterday", 5},
                                                                           {"satuday", 5},
                                                                           {"tuesdy", 1},
                                                                           {"thurs", 3}}};
  for (const auto& [slip, day] : kSlips) {
    if (singular == slip) return day;
  }
  return -1;
}

std::optional<int> ordinal(const std::vector<std::string>& words, std::size_t at, std::size_t& used) {
  const std::string& word = words[at];
  int number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  const std::string_view tail(end, static_cast<std::size_t>(word.data() + word.size() - end));
  used = 1;
  if (error == std::errc{} && number >= 1 && number <= 31 &&
      (tail.empty() || tail == "st" || tail == "nd" || tail == "rd" || tail == "th")) {
    return number;
  }
  const std::string two =
      at + 1 < words.size() && (word == "twenty" || word == "thirty") ? word + words[at + 1] : std::string();
  for (std::size_t i = 0; i < kOrdinals.size(); ++i) {
    if (!two.empty() && two == kOrdinals[i]) return used = 2, static_cast<int>(i) + 1;
    if (word == kOrdinals[i]) return static_cast<int>(i) + 1;
  }
  return std::nullopt;
}

class Reader {
 public:
  Reader(const Utterance& utterance, const knowledge::OpeningHours& hours, Date today)
      : utterance_(utterance), hours_(hours), today_(today), used_(utterance.words.size(), false) {}

  SpokenDates read() {
    read_listed_holidays();
    if (out_.days.empty()) read_unlisted_holidays();
    for (std::size_t i = 0; i < used_.size(); ++i) {
      if (!used_[i]) read_calendar_date(i);
    }
    for (std::size_t i = 0; i < used_.size(); ++i) {
      if (!used_[i]) read_relative(i);
    }
    out_.now =
        utterance_.says({"right now", "at the moment", "just now", "currently", "at present"}) || ends_with_now();
    read_time();
    return std::move(out_);
  }

 private:
  const std::vector<std::string>& words() const { return utterance_.words; }
  std::string_view word(std::size_t i) const {
    return i < words().size() ? std::string_view(words()[i]) : std::string_view{};
  }
  bool ends_with_now() const {
    return !words().empty() && (words().back() == "now" || utterance_.says({"open now", "closed now", "now or"}));
  }

  void add(Date date, std::string holiday = {}) {
    const DayMention day{date, std::move(holiday)};
    if (out_.days.size() < kMaxDays && std::find(out_.days.begin(), out_.days.end(), day) == out_.days.end())
      out_.days.push_back(day);
  }
  void use(std::size_t first, std::size_t count) {
    std::fill_n(used_.begin() + static_cast<std::ptrdiff_t>(first), count, true);
  }

  void read_listed_holidays() {
    const knowledge::SpecialDay* best_day = nullptr;
    Occurrence best;
    Date best_date{};
    for (const auto& special : hours_.special) {
      const auto date = business_hours::find_special(hours_, special.name, today_);
      if (!date) continue;
      std::vector<std::string> names = special.aliases;
      names.push_back(special.name);
      for (const auto& name : names) {
        const Occurrence found = find_name(words(), name);
        const bool better = found.letters > best.letters || (found.letters == best.letters && *date < best_date);
        if (found.count == 0 || !found.exact || !better) continue;
        best = found;
        best_day = &special;
        best_date = *date;
      }
    }
    if (best_day == nullptr) return;
    add(best_date, best_day->name);
    use(best.first, best.count);
  }

  void read_unlisted_holidays() {
    for (const auto name : kHolidays) {
      if (!utterance_.says({name})) continue;
      out_.unlisted_holiday = name;
      const auto length = static_cast<std::size_t>(std::count(name.begin(), name.end(), ' ')) + 1;
      for (std::size_t i = 0; i + length <= words().size(); ++i) {
        if (find_name({words().begin() + static_cast<std::ptrdiff_t>(i),
                       words().begin() + static_cast<std::ptrdiff_t>(i + length)},
                      name)
                .exact) {
          use(i, length);
          return;
        }
      }
      return;
    }
  }

  /// "december 25th", "the 3rd of march", "on the 15th".
  void read_calendar_date(std::size_t i) {
    std::size_t length = 0;
    const auto day = ordinal(words(), i, length);
    const auto month_at = [&](std::size_t at) {
      const auto found = std::find(kMonths.begin(), kMonths.end(), word(at));
      return found == kMonths.end() ? 0 : static_cast<int>(found - kMonths.begin()) + 1;
    };
    if (!day) return;
    std::size_t after = i + length;
    if (word(after) == "of") ++after;
    int month = month_at(after);
    if (month == 0 && i > 0) month = month_at(i - 1);
    if (month == 0 && i > 1 && word(i - 1) == "the") month = month_at(i - 2);
    const bool has_suffix = words()[i].size() > 2 || length == 2;
    if (month == 0 && !(i > 0 && word(i - 1) == "the" && has_suffix)) return;
    Date date{today_.year(), month == 0 ? today_.month() : std::chrono::month(static_cast<unsigned>(month)),
              std::chrono::day(static_cast<unsigned>(*day))};
    if (date.ok() && date < today_)
      date = month == 0 ? Date(date + std::chrono::months(1)) : Date(date + std::chrono::years(1));
    if (!date.ok()) return;
    add(date);
    use(i, length);
  }

  void read_relative(std::size_t i) {
    const std::string_view w = word(i);
    if (w == "today" || w == "tonight" ||
        (w == "this" && (word(i + 1) == "morning" || word(i + 1) == "afternoon" || word(i + 1) == "evening"))) {
      add(today_);
    } else if (w == "tomorrow") {
      add(add_days(today_, i > 1 && word(i - 1) == "after" && word(i - 2) == "day" ? 2 : 1));
    } else if (w == "weekend" || w == "weekends") {
      const int to_saturday = (5 - weekday_of(today_) + 7) % 7;
      add(add_days(today_, to_saturday));
      add(add_days(today_, to_saturday + 1));
    } else if (const int weekday = weekday_word(words()[i]); weekday >= 0) {
      int ahead = (weekday - weekday_of(today_) + 7) % 7;
      if (ahead == 0 && i > 0 && word(i - 1) == "next") ahead = 7;
      add(add_days(today_, ahead));
    }
  }

  std::optional<int> hour_word(std::size_t i) const {
    const auto found = std::find(kHours.begin(), kHours.end(), word(i));
    if (found != kHours.end()) return static_cast<int>(found - kHours.begin() + 1) * 60;
    int hour = 0, minute = 0;
    const std::string_view text = word(i);
    const char* end = text.data() + text.size();
    auto [at, error] = std::from_chars(text.data(), end, hour);
    if (error != std::errc{} || hour < 1 || hour > 23) return std::nullopt;
    if (at != end && *at == ':') at = std::from_chars(at + 1, end, minute).ptr;
    const std::string_view tail(at, static_cast<std::size_t>(end - at));
    if (!tail.empty() && tail != "am" && tail != "pm") return std::nullopt;
    if (tail == "pm" && hour < 12) hour += 12;
    return hour * 60 + minute;
  }

  /// "at half past five", "after 6 pm", "before nine".
  void read_time() {
    for (std::size_t i = 0; i + 1 < words().size(); ++i) {
      const std::string_view w = word(i);
      if (w != "at" && w != "after" && w != "before" && w != "until" && w != "past") continue;
      const auto time = hour_word(i + 1);
      if (!time) continue;
      int minute = *time;
      if (w == "past") minute += word(i - 1) == "half" && i > 0 ? 30 : 0;
      const std::string_view half = word(i + 2);
      const bool evening = half == "pm" || (half == "p" && word(i + 3) == "m");
      const bool morning = half == "am" || words()[i + 1].ends_with("am");
      // Office hours decide the half of the day nobody named: one to seven is the afternoon.
      if (minute < 12 * 60 && (evening || (!morning && minute < 8 * 60))) minute += 12 * 60;
      out_.minute = minute;
      return;
    }
  }

  const Utterance& utterance_;
  const knowledge::OpeningHours& hours_;
  Date today_;
  std::vector<bool> used_;
  SpokenDates out_;
};

}  // namespace

SpokenDates spoken_dates(const Utterance& utterance, const knowledge::OpeningHours& hours, Date today) {
  return Reader(utterance, hours, today).read();
}

std::string day_label(Date date, Date today) {
  const auto ahead = (std::chrono::sys_days(date) - std::chrono::sys_days(today)).count();
  if (ahead == 0) return "today";
  if (ahead == 1) return "tomorrow";
  const std::string weekday(knowledge::weekday_name(weekday_of(date)));
  if (ahead > 1 && ahead < 7) return weekday;
  const unsigned day = static_cast<unsigned>(date.day());
  const char* suffix = day % 10 == 1 && day != 11   ? "st"
                       : day % 10 == 2 && day != 12 ? "nd"
                       : day % 10 == 3 && day != 13 ? "rd"
                                                    : "th";
  std::string month(kMonths[static_cast<unsigned>(date.month()) - 1]);
  month[0] = static_cast<char>(month[0] - 32);
  return weekday + " the " + std::to_string(day) + suffix + " of " + month;
}

}  // namespace frontdesk::local_llm
