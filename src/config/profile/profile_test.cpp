#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "config/profile/overlay.hpp"
#include "reception/business_hours/business_hours.hpp"

namespace frontdesk::profile {
namespace {

tl::expected<Profile, std::vector<json::Problem>> read(std::string_view text) {
  return json::read<Profile>(boost::json::parse(text));
}

Profile good(std::string_view text) {
  auto profile = read(text);
  EXPECT_TRUE(profile) << (profile ? "" : profile.error().front().pointer + " " + profile.error().front().detail);
  return profile ? std::move(*profile) : Profile();
}

std::vector<std::string> wrong_places(const Profile& profile) {
  std::vector<std::string> places;
  for (const auto& problem : check(profile, "GB")) places.push_back(problem.pointer);
  return places;
}

config::Config from_file() {
  config::Config config;
  config.business.name = "Hillside Dental";
  config.business.greeting = "Hello from the file.";
  config.business.faq = {{"cards", "Do you take cards?", {}, "Yes."}};
  config.business.people = {{"patel", "Dr Patel", {}, "dentist", "", {}, false, "", "+442079460000"}};
  return config;
}

using Places = std::vector<std::string>;

TEST(Profile, APartThatIsLeftOutIsAsTheFileSays) {
  const auto config = laid_over(from_file(), good(R"({"greeting":"Good day.","faq":[]})"));
  EXPECT_EQ(config.business.greeting, "Good day.");
  EXPECT_TRUE(config.business.faq.empty());
  EXPECT_EQ(config.business.name, "Hillside Dental");
  ASSERT_EQ(config.business.people.size(), 1U);
  EXPECT_EQ(config.business.people[0].transfer, "+442079460000");
}

TEST(Profile, WhatItDoesNotKnowIsRefusedByItsPlace) {
  const auto refused = read(R"({"personality":"warm","people":[{"name":"A","age":3}]})");
  ASSERT_FALSE(refused);
  Places places;
  for (const auto& problem : refused.error()) places.push_back(problem.pointer);
  EXPECT_EQ(places, (Places{"/people/0/age", "/personality"}));
  EXPECT_FALSE(read(R"({"language":"de"})"));
  EXPECT_FALSE(read(R"({"voice":{"id":"flite:slt","speed":9}})"));
}

TEST(Profile, SeveralRangesADayAndHolidaysComeOutAsHours) {
  const auto profile = good(R"({"hours":{"timezone":"Europe/London",
    "week":{"mon":[{"from":"08:00","to":"12:00"},{"from":"13:00","to":"17:30"}],"fri":[{"from":"22:00","to":"02:00"}]},
    "holidays":[{"name":"Christmas Day","from":"12-25"}],
    "closed":{"from":"2026-08-03","until":"2026-08-14","reason":"our summer break"}}})");
  EXPECT_EQ(wrong_places(profile), Places());
  const auto config = laid_over(from_file(), profile);
  EXPECT_EQ(config.business.hours.week[0], (knowledge::DayHours{{480, 720}, {780, 1050}}));
  EXPECT_EQ(config.business.hours.week[4], (knowledge::DayHours{{1320, 1560}}));
  EXPECT_TRUE(config.business.hours.week[1].empty());
  EXPECT_EQ(config.zone.name, "Europe/London");
  using namespace std::chrono;
  EXPECT_TRUE(business_hours::plan_for(config.business.hours, 2026y / 8 / 10).open.empty()) << "a Monday of the break";
  EXPECT_FALSE(business_hours::plan_for(config.business.hours, 2026y / 8 / 17).open.empty()) << "the Monday after it";
  EXPECT_TRUE(business_hours::plan_for(config.business.hours, 2028y / 12 / 25).open.empty()) << "a Monday at Christmas";
}

TEST(Profile, HoursDatesPricesAndNumbersAreCheckedWithTheirPlaces) {
  EXPECT_EQ(wrong_places(good(R"({"hours":{"timezone":"Mars/Base",
    "week":{"tue":[{"from":"13:00","to":"17:00"},{"from":"08:00","to":"12:00"}],"wed":[{"from":"29:00","to":"29:30"}]},
    "holidays":[{"name":"x","from":"2026-02-30"},{"name":"y","from":"2026-03-02","to":"2026-03-01"}],
    "closed":{"from":"12-25","until":"2026-01-01","reason":"r"}}})")),
            (Places{"/hours/timezone", "/hours/week/tue", "/hours/week/wed", "/hours/holidays/0/from",
                    "/hours/holidays/1/to", "/hours/closed/from"}));
  EXPECT_EQ(wrong_places(good(R"({"services":[{"name":"A","price":"cheap"},{"name":"a"}]})")),
            (Places{"/services/0/price", "/services/1/name"}));
  EXPECT_EQ(wrong_places(good(R"({"company":{"name":"A","email":"nobody"}})")), Places{"/company/email"});
}

TEST(Profile, ATransferNeverCarriesASecondHeaderOrAnEmergencyNumber) {
  for (const std::string_view bad : {"999", "sip:a@b\\r\\nX: y", "sip:a b@c", "sip:<a@b>", "sip:", "nobody"})
    EXPECT_EQ(wrong_places(good(R"({"people":[{"name":"A","transfer":")" + std::string(bad) + "\"}]}")),
              Places{"/people/0/transfer"})
        << bad;
  const auto profile = good(R"({"company":{"name":"A"},"people":[{"name":"A","transfer":"020 7946 0000"}]})");
  EXPECT_EQ(wrong_places(profile), Places());
  EXPECT_EQ(laid_over(from_file(), profile).business.people[0].transfer, "+442079460000");
}

TEST(Profile, WhatAConfigurationHasComesBackAsTheSameConfiguration) {
  auto config = from_file();
  config.business.hours.stated = true;
  config.business.hours.week[2] = {{0, 1440}};
  config.business.hours.week[3] = {{1320, 1560}};
  using namespace std::chrono;
  config.business.hours.special = {{"Easter", {"easter"}, 2026y / 4 / 3, 2026y / 4 / 6, false, {{600, 720}}}};
  config.business.timezone = "Europe/London";
  config.business.services = {
      {"clean", "clean", {"polish"}, "", {knowledge::Price::Kind::range, 45'500'000, 90'000'000}, 30, "n"}};
  const auto profile = profile_of(config);
  EXPECT_EQ(wrong_places(profile), Places());
  const auto read_back = json::read<Profile>(json::write(profile));
  ASSERT_TRUE(read_back);
  const auto again = laid_over(config::Config(), *read_back);
  EXPECT_EQ(again.business.hours.week, config.business.hours.week);
  ASSERT_EQ(again.business.hours.special.size(), 1U);
  EXPECT_EQ(again.business.hours.special[0].last, config.business.hours.special[0].last);
  EXPECT_EQ(again.business.services[0].price, config.business.services[0].price);
  EXPECT_EQ(json::write(profile_of(again)), json::write(profile));
}

TEST(Profile, QuestionsThatDifferInMarksAloneHaveIdsOfTheirOwn) {
  const auto config = laid_over(from_file(), good(R"({"faq":[{"question":"Cards?","answer":"Yes."},
    {"question":"Cards!","answer":"No."},{"question":"?","answer":"What?"}]})"));
  ASSERT_EQ(config.business.faq.size(), 3U);
  EXPECT_NE(config.business.faq[0].id, config.business.faq[1].id);
  EXPECT_FALSE(config.business.faq[2].id.empty());
}

}  // namespace
}  // namespace frontdesk::profile
