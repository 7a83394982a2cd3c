#include <algorithm>
#include <map>

#include "providers/local_llm/answers.hpp"

namespace frontdesk::local_llm {
namespace {

using business_hours::plan_for;
using knowledge::DayHours;
using knowledge::join_spoken;
using knowledge::time_text;

constexpr int kLongestLunch = 120;
constexpr std::size_t kHolidaysTold = 3;

/// The lunch gap of a day, or {0, 0}.
knowledge::OpenInterval lunch_gap(const DayHours& hours) {
  for (std::size_t i = 1; i < hours.size(); ++i) {
    const int gap = hours[i].from - hours[i - 1].to;
    if (gap > 0 && gap <= kLongestLunch && hours[i - 1].to >= 11 * 60 && hours[i].from <= 15 * 60)
      return {hours[i - 1].to, hours[i].from};
  }
  return {};
}

/// Days with equal hours: "Monday, Tuesday and Thursday", "Monday to Friday".
std::string days_phrase(const std::vector<int>& days) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < days.size();) {
    std::size_t end = i;
    while (end + 1 < days.size() && days[end + 1] == days[end] + 1) ++end;
    const std::string first(knowledge::weekday_name(days[i]));
    if (end >= i + 2) {
      parts.push_back(first + " to " + std::string(knowledge::weekday_name(days[end])));
      i = end + 1;
    } else {
      parts.push_back(first);
      ++i;
    }
  }
  return join_spoken(parts);
}

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

}  // namespace

std::string spoken_hours(const DayHours& hours, bool with_break) {
  const auto gap = lunch_gap(hours);
  if (hours.size() != 2 || gap.to == 0) return knowledge::hours_text(hours);
  std::string text = time_text(hours.front().from) + " to " + time_text(hours.back().to);
  if (with_break) text += ", with a lunch break from " + time_text(gap.from) + " to " + time_text(gap.to);
  return text;
}

std::string Answers::day_sentence(const DayMention& day) const {
  const auto plan = plan_for(b_.hours, day.date);
  const std::string label = !day.holiday.empty() ? day.holiday : day_label(day.date, local_.date);
  const bool plain_day = label == "today" || label == "tomorrow";
  std::string where = plain_day ? label : "on " + label;
  if (plan.special != nullptr && day.holiday.empty()) where += ", " + plan.special->name + ",";
  if (plan.open.empty()) return "we're closed " + where;
  const std::string hours = spoken_hours(plan.open, true);
  if (hours == "all day") return "we're open all day " + where;
  return "we're open " + where + " from " + hours;
}

std::string Answers::at_time(const DayMention& day, int minute) const {
  const auto plan = plan_for(b_.hours, day.date);
  const bool open =
      std::any_of(plan.open.begin(), plan.open.end(), [&](const auto& i) { return minute >= i.from && minute < i.to; });
  return std::string(open ? "Yes, " : "No, not at " + time_text(minute) + ": ") + day_sentence(day) + ".";
}

Answer Answers::now_open() const {
  const auto state = business_hours::state_at(b_.hours, zone_, now_);
  const auto when = [&](const business_hours::Moment& moment) {
    const std::string label = day_label(moment.date, local_.date);
    const std::string day = label == "today" ? "" : label == "tomorrow" ? " tomorrow" : " on " + label;
    return "at " + time_text(moment.minute) + day;
  };
  if (state.always) return {"Yes, we're always open.", {"hours"}};
  if (state.open) {
    const auto plan = plan_for(b_.hours, local_.date);
    std::string text = "Yes, we're open until " + time_text(state.closes->minute);
    const auto gap = lunch_gap(plan.open);
    if (gap.to != 0 && state.closes->minute == gap.from)
      text += ", then again from " + time_text(gap.to) + " to " + time_text(plan.open.back().to);
    return {text + " today.", {"hours"}};
  }
  if (!state.opens) return {"We're closed at the moment.", {"hours"}};
  if (state.on_break)
    return {"We're closed for a short break just now, and open again " + when(*state.opens) + ".", {"hours"}};
  return {"We're closed at the moment. We open again " + when(*state.opens) + ".", {"hours"}};
}

std::string Answers::break_sentence() const {
  std::vector<int> days;
  knowledge::OpenInterval common{};
  for (int day = 0; day < 7; ++day) {
    const auto gap = lunch_gap(b_.hours.week[static_cast<std::size_t>(day)]);
    if (gap.to == 0) continue;
    if (common.to != 0 && !(gap == common)) return {};
    common = gap;
    days.push_back(day);
  }
  if (days.empty()) return {};
  return "close for lunch from " + time_text(common.from) + " to " + time_text(common.to) + " " + days_phrase(days);
}

Answer Answers::week() const {
  std::vector<std::pair<DayHours, std::vector<int>>> groups;
  std::vector<int> closed;
  for (int day = 0; day < 7; ++day) {
    const auto& hours = b_.hours.week[static_cast<std::size_t>(day)];
    if (hours.empty()) {
      closed.push_back(day);
      continue;
    }
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.first == hours; });
    if (same != groups.end())
      same->second.push_back(day);
    else
      groups.push_back({hours, {day}});
  }
  if (groups.empty()) return {"We have no regular opening hours.", {"hours"}};
  const std::string lunch = break_sentence();
  std::vector<std::string> parts;
  for (const auto& [hours, days] : groups)
    parts.push_back(days_phrase(days) + " " + spoken_hours(hours, lunch.empty()));
  std::string text = "We're open " + join_spoken(parts) + ".";
  if (!lunch.empty()) text += " We " + lunch + (closed.empty() ? "." : "");
  if (!closed.empty())
    text += (lunch.empty() ? " We're closed on " : ", and we're closed on ") + days_phrase(closed) + ".";
  return {text, {"hours"}};
}

Answer Answers::lunch(const SpokenDates& dates) const {
  if (dates.days.empty()) {
    const std::string sentence = break_sentence();
    if (!sentence.empty()) return {"Yes, we " + sentence + ".", {"hours"}};
  }
  const DayMention day = dates.days.empty() ? DayMention{local_.date, {}} : dates.days.front();
  const auto plan = plan_for(b_.hours, day.date);
  const auto gap = lunch_gap(plan.open);
  const std::string label = day_label(day.date, local_.date);
  const std::string where = label == "today" || label == "tomorrow" ? label : "on " + label;
  if (plan.open.empty()) return {"We're closed " + where + ".", {"hours"}};
  if (gap.to != 0)
    return {"Yes, " + where + " we close for lunch from " + time_text(gap.from) + " to " + time_text(gap.to) + ".",
            {"hours"}};
  return {"No, we don't close for lunch " + where + ". " + capital(day_sentence(day)) + ".", {"hours"}};
}

/// The next few special days; only those called "bank holiday" when the business names any so.
Answer Answers::holidays() const {
  std::vector<std::pair<Date, const knowledge::SpecialDay*>> coming;
  const bool bank = business_hours::find_special(b_.hours, "bank holiday", local_.date).has_value();
  for (const auto& special : b_.hours.special) {
    if (bank && std::find(special.aliases.begin(), special.aliases.end(), "bank holiday") == special.aliases.end())
      continue;
    if (const auto date = business_hours::find_special(b_.hours, special.name, local_.date))
      coming.emplace_back(*date, &special);
  }
  if (coming.empty()) return {};
  std::sort(coming.begin(), coming.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  coming.resize(std::min(coming.size(), kHolidaysTold));
  std::string text;
  for (const auto& [date, special] : coming)
    text += (text.empty() ? "" : " ") + capital(day_sentence({date, special->name})) + ".";
  return {text, {"hours"}};
}

Answer Answers::hours(const Utterance& u, const SpokenDates& dates) const {
  if (!b_.hours.stated) return {};
  if (!dates.unlisted_holiday.empty() && dates.days.empty()) {
    // Nothing is invented about a holiday that has no hours of its own.
    if (dates.unlisted_holiday.find("holiday") != std::string::npos) return holidays();
    return {};
  }
  if (u.has({"holidays"})) {
    if (auto told = holidays(); told.known()) return told;
  }
  if (u.has({"lunch", "lunchtime"})) return lunch(dates);
  if (dates.minute && (u.has({"open", "closed", "close"}) || u.says({"are you"}))) {
    return {at_time(dates.days.empty() ? DayMention{local_.date, {}} : dates.days.front(), *dates.minute), {"hours"}};
  }
  if (!dates.days.empty()) {
    std::vector<std::string> parts;
    for (const auto& day : dates.days) parts.push_back(day_sentence(day));
    const bool asked = u.says(
        {"are you open", "are you closed", "you open", "you closed", "are you there", "are you in", "are you working"});
    const bool when = u.has({"what", "when", "how", "which"});
    if (parts.size() == 1 && asked && !when && !u.has({"closed"})) {
      const bool open = !plan_for(b_.hours, dates.days.front().date).open.empty();
      return {(open ? "Yes, " : "No, ") + parts.front() + ".", {"hours"}};
    }
    return {capital(join_spoken(parts, "and")) + ".", {"hours"}};
  }
  const bool asks_week = u.has({"hours", "days", "week", "weekdays", "times", "weekday", "usually", "normally"});
  const bool now =
      dates.now ||
      (!asks_week &&
       u.says({"are you open", "are you closed", "you open", "you still open", "you closed", "is the * open"}) &&
       !u.has({"what", "when", "which"}));
  if (now) return now_open();
  const bool closing =
      u.has({"close", "closing", "shut", "finish", "shuts", "closes"}) || u.says({"how late", "open until"});
  if (closing && !asks_week) {
    const auto state = business_hours::state_at(b_.hours, zone_, now_);
    const auto plan = plan_for(b_.hours, local_.date);
    if (state.open && !plan.open.empty() && plan.open.back().to > local_.minute)
      return {"We close at " + time_text(plan.open.back().to) + " today.", {"hours"}};
    Answer answer = now_open();
    const Answer all = week();
    answer.text = plan.open.empty() ? answer.text + " " + all.text : answer.text;
    return answer;
  }
  return week();
}

}  // namespace frontdesk::local_llm
