#include "reception/business_hours/business_hours.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace frontdesk::business_hours {
namespace {

using knowledge::DayHours;
using knowledge::OpeningHours;
using knowledge::SpecialDay;

Date date(int y, unsigned m, unsigned d) {
  return Date(std::chrono::year(y), std::chrono::month(m), std::chrono::day(d));
}

std::string file_bytes(const std::string& zone) {
  std::ifstream file("/usr/share/zoneinfo/" + zone, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TimeZone zone_of(const std::string& name) {
  auto zone = parse_tzif(name, file_bytes(name));
  EXPECT_TRUE(zone.has_value()) << name;
  return zone.value_or(TimeZone{});
}

base::UtcTime utc(int y, unsigned m, unsigned d, int hour, int minute) {
  const std::int64_t day = std::chrono::sys_days(date(y, m, d)).time_since_epoch().count();
  return {((day * 24 + hour) * 60 + minute) * 60'000};
}

/// Monday to Thursday 8-12 and 13-17:30, Friday 8-15, Saturday 9-13.
OpeningHours dental() {
  OpeningHours hours;
  hours.stated = true;
  for (std::size_t i = 0; i < 4; ++i) hours.week[i] = {{480, 720}, {780, 1050}};
  hours.week[4] = {{480, 900}};
  hours.week[5] = {{540, 780}};
  hours.special.push_back({"Christmas Day", {"Christmas", "Xmas"}, date(2000, 12, 25), date(2000, 12, 25), true, {}});
  hours.special.push_back({"Christmas week", {}, date(2000, 12, 24), date(2000, 1, 1), true, {{600, 720}}});
  return hours;
}

TEST(TimeZone, ReadsRealFilesAndTheirFarFuture) {
  const TimeZone london = zone_of("Europe/London");
  EXPECT_EQ(london.offset_at(utc(2026, 1, 15, 12, 0).unix_ms / 1000), 0);
  EXPECT_EQ(london.offset_at(utc(2026, 7, 15, 12, 0).unix_ms / 1000), 3600);
  EXPECT_EQ(london.offset_at(utc(2070, 7, 15, 12, 0).unix_ms / 1000), 3600);
  EXPECT_EQ(london.offset_at(utc(2070, 12, 15, 12, 0).unix_ms / 1000), 0);
  const TimeZone sydney = zone_of("Australia/Sydney");
  EXPECT_EQ(sydney.offset_at(utc(2061, 1, 15, 12, 0).unix_ms / 1000), 11 * 3600);
  EXPECT_EQ(sydney.offset_at(utc(2061, 7, 15, 12, 0).unix_ms / 1000), 10 * 3600);
  EXPECT_EQ(zone_of("Asia/Kathmandu").offset_at(utc(2030, 1, 1, 0, 0).unix_ms / 1000), 20700);
  EXPECT_EQ(zone_of("America/Sao_Paulo").offset_at(utc(2050, 1, 1, 0, 0).unix_ms / 1000), -3 * 3600);
}

TEST(TimeZone, ChangesAtTheRightSecond) {
  const TimeZone new_york = zone_of("America/New_York");  // 2026-03-08 02:00 EST, 2040-11-04 02:00 EDT
  EXPECT_EQ(new_york.offset_at(utc(2026, 3, 8, 7, 0).unix_ms / 1000 - 1), -5 * 3600);
  EXPECT_EQ(new_york.offset_at(utc(2026, 3, 8, 7, 0).unix_ms / 1000), -4 * 3600);
  EXPECT_EQ(new_york.offset_at(utc(2040, 11, 4, 6, 0).unix_ms / 1000 - 1), -4 * 3600);
  EXPECT_EQ(new_york.offset_at(utc(2040, 11, 4, 6, 0).unix_ms / 1000), -5 * 3600);
}

TEST(TimeZone, RefusesDamagedFilesWithoutReadingBeyondThem) {
  const std::string whole = file_bytes("Europe/London");
  EXPECT_FALSE(parse_tzif("x", ""));
  EXPECT_FALSE(parse_tzif("x", "TZif2"));
  for (std::size_t length = 0; length < whole.size(); length += 7) {
    const auto zone = parse_tzif("x", std::string_view(whole).substr(0, length));
    if (!zone) {
      EXPECT_EQ(zone.error().code, base::ErrorCode::data_loss);
    }
  }
  std::string huge = whole;
  for (std::size_t i = 20; i < 44; ++i) huge[i] = '\x7f';
  EXPECT_FALSE(parse_tzif("x", huge));
}

TEST(TimeZone, LocalAndUtcAgreeAcrossBothChanges) {
  const TimeZone london = zone_of("Europe/London");
  // 29 March 2026, 01:00 -> 02:00: 01:30 does not exist and becomes the change itself.
  EXPECT_EQ(to_utc(london, date(2026, 3, 29), 90), utc(2026, 3, 29, 1, 0));
  EXPECT_EQ(to_utc(london, date(2026, 3, 29), 120), utc(2026, 3, 29, 1, 0));
  EXPECT_EQ(to_utc(london, date(2026, 3, 29), 59), utc(2026, 3, 29, 0, 59));
  // 25 October 2026, 02:00 -> 01:00: 01:30 happens twice, the first counts.
  EXPECT_EQ(to_utc(london, date(2026, 10, 25), 90), utc(2026, 10, 25, 0, 30));
  EXPECT_EQ(to_utc(london, date(2026, 10, 25), 120), utc(2026, 10, 25, 2, 0));
  EXPECT_EQ(to_utc(london, date(2026, 7, 1), 24 * 60 + 30), utc(2026, 7, 1, 23, 30));
  EXPECT_EQ(to_local(london, utc(2026, 6, 30, 23, 30)), (LocalTime{date(2026, 7, 1), 30}));
  EXPECT_EQ(to_local(TimeZone{}, base::UtcTime{-1}), (LocalTime{date(1969, 12, 31), 1439}));
}

TEST(OpenState, OpenUntilLunchThenOnABreak) {
  const auto hours = dental();
  const TimeZone london = zone_of("Europe/London");
  auto state = state_at(hours, london, utc(2026, 11, 23, 11, 59));  // a Monday
  EXPECT_TRUE(state.open);
  EXPECT_EQ(state.closes->minute, 720);
  state = state_at(hours, london, utc(2026, 11, 23, 12, 0));
  EXPECT_FALSE(state.open);
  EXPECT_TRUE(state.on_break);
  EXPECT_EQ(state.opens->minute, 780);
  state = state_at(hours, london, utc(2026, 11, 23, 17, 30));
  EXPECT_FALSE(state.open);
  EXPECT_FALSE(state.on_break);
  EXPECT_EQ(state.opens->date, date(2026, 11, 24));
}

TEST(OpenState, SummerTimeCountsInLocalHours) {
  const auto hours = dental();
  const TimeZone london = zone_of("Europe/London");
  EXPECT_FALSE(state_at(hours, london, utc(2026, 7, 6, 6, 59)).open);
  EXPECT_TRUE(state_at(hours, london, utc(2026, 7, 6, 7, 0)).open);    // 8:00 BST
  EXPECT_FALSE(state_at(hours, london, utc(2026, 1, 5, 7, 30)).open);  // 7:30 GMT
}

TEST(OpenState, SkipsTheWeekendAndHolidays) {
  const auto hours = dental();
  const TimeZone london = zone_of("Europe/London");
  auto state = state_at(hours, london, utc(2026, 11, 21, 13, 0));  // Saturday, just closed
  EXPECT_EQ(state.opens->date, date(2026, 11, 23));
  state = state_at(hours, london, utc(2026, 12, 24, 12, 30));  // the special week, before the closed day
  EXPECT_EQ(state.opens->date, date(2026, 12, 26));
  EXPECT_EQ(state.opens->minute, 600);
}

TEST(OpenState, OverMidnightAcrossAClockChange) {
  OpeningHours bar;
  bar.week[5] = {{1320, 1560}};  // Saturday 22:00 to Sunday 02:00, which is the change itself in March
  const TimeZone london = zone_of("Europe/London");
  EXPECT_TRUE(state_at(bar, london, utc(2026, 11, 22, 1, 59)).open);
  EXPECT_FALSE(state_at(bar, london, utc(2026, 11, 22, 2, 0)).open);
  const auto state = state_at(bar, london, utc(2026, 3, 29, 0, 30));
  EXPECT_TRUE(state.open);
  EXPECT_EQ(state.closes->utc, utc(2026, 3, 29, 1, 0));
  EXPECT_EQ(state.closes->minute, 120);
  // In October the hour from one to two comes twice.
  EXPECT_TRUE(state_at(bar, london, utc(2026, 10, 25, 1, 30)).open);
  EXPECT_FALSE(state_at(bar, london, utc(2026, 10, 25, 2, 0)).open);
  EXPECT_FALSE(state_at(bar, london, utc(2026, 11, 22, 3, 0)).on_break);
}

TEST(OpenState, AlwaysAndNever) {
  OpeningHours always;
  always.week.fill({{0, 1440}});
  auto state = state_at(always, zone_of("Europe/London"), utc(2026, 5, 1, 3, 0));
  EXPECT_TRUE(state.open);
  EXPECT_TRUE(state.always);
  EXPECT_FALSE(state.closes);
  state = state_at(OpeningHours{}, zone_of("Europe/London"), utc(2026, 5, 1, 3, 0));
  EXPECT_FALSE(state.open);
  EXPECT_FALSE(state.opens);
}

TEST(OpenState, AdjoiningDaysAreOneOpening) {
  OpeningHours hours;
  hours.week[0] = {{1200, 1440}};
  hours.week[1] = {{0, 120}};
  const auto state = state_at(hours, TimeZone{}, utc(2026, 11, 23, 21, 0));
  EXPECT_EQ(state.closes->date, date(2026, 11, 24));
  EXPECT_EQ(state.closes->minute, 120);
}

TEST(PlanFor, TheShortestSpecialDayWins) {
  const auto hours = dental();
  EXPECT_EQ(plan_for(hours, date(2026, 12, 25)).special->name, "Christmas Day");
  EXPECT_EQ(plan_for(hours, date(2026, 12, 28)).special->name, "Christmas week");
  EXPECT_EQ(plan_for(hours, date(2027, 1, 1)).special->name, "Christmas week");
  EXPECT_EQ(plan_for(hours, date(2027, 1, 2)).special, nullptr);
  EXPECT_EQ(plan_for(hours, date(2026, 12, 25)).open, DayHours{});
}

TEST(FindSpecial, NextOccurrenceByNameOrAlias) {
  const auto hours = dental();
  EXPECT_EQ(find_special(hours, "xmas", date(2026, 11, 22)), date(2026, 12, 25));
  EXPECT_EQ(find_special(hours, "Christmas Day", date(2026, 12, 26)), date(2027, 12, 25));
  EXPECT_EQ(find_special(hours, "christmas week", date(2026, 12, 30)), date(2026, 12, 30));
  EXPECT_EQ(find_special(hours, "Easter", date(2026, 1, 1)), std::nullopt);
  auto once = hours;
  once.special = {{"Stocktake", {}, date(2026, 3, 1), date(2026, 3, 2), false, {}}};
  EXPECT_EQ(find_special(once, "stocktake", date(2026, 3, 2)), date(2026, 3, 2));
  EXPECT_EQ(find_special(once, "stocktake", date(2026, 3, 3)), std::nullopt);
}

}  // namespace
}  // namespace frontdesk::business_hours
