#include "reception/knowledge/business.hpp"

#include <gtest/gtest.h>

namespace frontdesk::knowledge {
namespace {

TEST(MoneyText, WritesWhatASpeakerCanRead) {
  EXPECT_EQ(money_text(65'000'000, "GBP"), "£65");
  EXPECT_EQ(money_text(12'500'000, "GBP"), "£12.50");
  EXPECT_EQ(money_text(12'050'000, "USD"), "$12.05");
  EXPECT_EQ(money_text(80'000'000, "CHF"), "80 CHF");
  EXPECT_EQ(money_text(-5'000'000, "EUR"), "€-5");
}

TEST(PriceText, CoversEveryKind) {
  EXPECT_EQ(price_text({}, "GBP"), "");
  EXPECT_EQ(price_text({Price::Kind::from, 320'000'000, 0}, "GBP"), "from £320");
  EXPECT_EQ(price_text({Price::Kind::range, 45'000'000, 90'000'000}, "GBP"), "£45 to £90");
  EXPECT_EQ(price_text({Price::Kind::free, 0, 0}, "GBP"), "free of charge");
  EXPECT_EQ(price_text({Price::Kind::on_request, 0, 0}, "GBP"), "priced on request");
}

TEST(TimeText, UsesNoonAndMidnight) {
  EXPECT_EQ(time_text(480), "8 am");
  EXPECT_EQ(time_text(1050), "5:30 pm");
  EXPECT_EQ(time_text(545), "9:05 am");
  EXPECT_EQ(time_text(720), "noon");
  EXPECT_EQ(time_text(750), "12:30 pm");
  EXPECT_EQ(time_text(30), "12:30 am");
  EXPECT_EQ(time_text(1440), "midnight");
  EXPECT_EQ(time_text(1560), "2 am");
}

TEST(HoursText, JoinsIntervals) {
  EXPECT_EQ(hours_text({}), "closed");
  EXPECT_EQ(hours_text({{480, 720}, {780, 1050}}), "8 am to noon and 1 pm to 5:30 pm");
  EXPECT_EQ(hours_text({{0, 1440}}), "all day");
}

TEST(SpokenEmail, SpellsTheSigns) {
  EXPECT_EQ(spoken_email("front-desk@hill.example"), "front dash desk at hill dot example");
}

TEST(JoinSpoken, UsesOneLastWord) {
  EXPECT_EQ(join_spoken({}), "");
  EXPECT_EQ(join_spoken({"a"}), "a");
  EXPECT_EQ(join_spoken({"a", "b", "c"}, "or"), "a, b or c");
}

TEST(Slug, KeepsLettersAndDigits) {
  EXPECT_EQ(slug("Dr. Anita  Patel!"), "dr-anita-patel");
  EXPECT_EQ(slug("***"), "");
}

TEST(Facts, EachHasASourceAndAFullSentence) {
  Business business;
  business.name = "Hill";
  business.address.parking = "Park behind the building";
  business.hours.stated = true;
  business.hours.week[0] = {{480, 720}};
  business.hours.special.push_back({"Christmas Day", {}, {}, {}, true, {}});
  business.people.push_back({"patel", "Dr Patel", {}, "dentist", "", {true, false, true}, true, "Likes crowns"});
  business.services.push_back({"cleaning", "a cleaning", {}, "", {Price::Kind::exact, 65'000'000, 0}, 30, ""});
  const auto all = facts(business);
  ASSERT_EQ(all.size(), 11U);
  EXPECT_EQ(all[0], (Fact{"parking", "Park behind the building."}));
  EXPECT_EQ(all[1], (Fact{"hours", "Monday: 8 am to noon."}));
  EXPECT_EQ(all[9], (Fact{"person:patel", "Dr Patel, dentist, in on Monday and Wednesday. Likes crowns."}));
  EXPECT_EQ(all[10], (Fact{"price:cleaning", "a cleaning: £65, about 30 minutes."}));
}

TEST(Facts, UnstatedHoursAreNotClaimedAsClosed) {
  EXPECT_TRUE(facts(Business{}).empty());
}

}  // namespace
}  // namespace frontdesk::knowledge
