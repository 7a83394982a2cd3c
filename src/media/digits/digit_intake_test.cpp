#include "media/digits/digit_intake.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.hpp"

namespace frontdesk::digits {
namespace {

using base::milliseconds;

base::Instant at(std::int64_t ms) {
  return {milliseconds(ms)};
}

TEST(DigitIntake, OncePerPressWhateverTheForms) {
  DigitIntake intake;
  EXPECT_TRUE(intake.take(Form::telephone_event, '1', at(0)));
  EXPECT_FALSE(intake.take(Form::info, '1', at(300)));
  EXPECT_FALSE(intake.take(Form::in_band, '1', at(310)));
  EXPECT_TRUE(intake.take(Form::telephone_event, '1', at(400)));
  EXPECT_TRUE(intake.take(Form::info, '2', at(401)));
  EXPECT_FALSE(intake.take(Form::info, '1', at(700)));
  EXPECT_FALSE(intake.take(Form::telephone_event, '2', at(900)));
}

TEST(DigitIntake, TheSameDigitLaterIsAnotherPress) {
  DigitIntake intake;
  EXPECT_TRUE(intake.take(Form::telephone_event, '5', at(0)));
  EXPECT_TRUE(intake.take(Form::info, '5', at(2001)));
}

TEST(DigitIntake, OnlyTheWantedForm) {
  for (const auto accepted : {Accepted::telephone_event, Accepted::in_band, Accepted::info}) {
    DigitIntake intake(accepted);
    int taken = 0;
    for (const auto form : {Form::telephone_event, Form::in_band, Form::info}) taken += intake.take(form, '1', at(0));
    EXPECT_EQ(taken, 1);
  }
  EXPECT_TRUE(DigitIntake(Accepted::in_band).listens(true));
  EXPECT_FALSE(DigitIntake(Accepted::automatic).listens(true));
  EXPECT_TRUE(DigitIntake(Accepted::automatic).listens(false));
  EXPECT_FALSE(DigitIntake(Accepted::info).listens(false));
}

/// 10,000 presses, each in one, two or three forms that arrive up to 700 ms apart, 100 to 400 ms from one another.
TEST(DigitIntake, TenThousandPressesInSeveralForms) {
  struct Arrival {
    std::int64_t ms;
    Form form;
    char digit;
  };
  for (const bool every_form : {true, false}) {
    base::Random random(11);
    std::vector<Arrival> arrivals;
    std::string pressed;
    std::int64_t now = 0;
    const std::int64_t info_lag = random.between(100, 700);
    for (int i = 0; i < 10'000; ++i) {
      now += random.between(100, 400);
      const char digit = "0123456789*#"[random.below(12)];
      pressed += digit;
      arrivals.push_back({now, Form::telephone_event, digit});
      if (every_form || i % 2 == 0) arrivals.push_back({now + 40, Form::in_band, digit});
      if (every_form || i % 3 == 0) arrivals.push_back({now + info_lag, Form::info, digit});
    }
    std::stable_sort(arrivals.begin(), arrivals.end(), [](const auto& a, const auto& b) { return a.ms < b.ms; });
    DigitIntake intake;
    std::string taken;
    for (const auto& arrival : arrivals) {
      if (intake.take(arrival.form, arrival.digit, at(arrival.ms))) taken += arrival.digit;
    }
    EXPECT_EQ(taken, pressed);
  }
}

}  // namespace
}  // namespace frontdesk::digits
