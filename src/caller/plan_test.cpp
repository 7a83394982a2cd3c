#include "caller/plan.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace frontdesk::caller {
namespace {

using base::milliseconds;

std::string error_of(std::string_view text) {
  const auto plan = parse_plan(text, "p.toml");
  return plan ? "(accepted)" : plan.error().message;
}

TEST(Plan, ReadsEveryKindOfStep) {
  const auto plan = parse_plan(R"(
name = "All"
stagger_ms = 700
[[step]]
say = "Hello."
expect = "Good morning."
[[step]]
play = "q.wav"
barge_in_after_ms = 1200
wait_answer = false
[[step]]
pause_ms = 500
[[step]]
digits = "12#"
[[step]]
hang_up = true
)",
                               "p.toml");
  ASSERT_TRUE(plan.has_value()) << plan.error().message;
  EXPECT_EQ(plan->name, "All");
  EXPECT_TRUE(plan->greeting);
  EXPECT_EQ(plan->stagger, milliseconds(700));
  const std::vector<Step> expected{
      {.kind = StepKind::say, .text = "Hello.", .wait_answer = true, .expect = "Good morning."},
      {.kind = StepKind::play, .text = "q.wav", .wait_answer = false, .barge_in_after = milliseconds(1200)},
      {.kind = StepKind::pause, .wait_answer = false, .pause = milliseconds(500)},
      {.kind = StepKind::digits, .text = "12#", .wait_answer = false},
      {.kind = StepKind::hang_up, .wait_answer = false},
  };
  EXPECT_EQ(plan->steps, expected);
}

TEST(Plan, ErrorsNameTheLineAndTheRemedy) {
  EXPECT_EQ(error_of("[[step]]\nsya = \"x\"\n"), "p.toml:2: there is no setting 'sya'; did you mean 'say'?");
  EXPECT_EQ(error_of("greting = true\n[[step]]\nsay = \"x\"\n"),
            "p.toml:1: there is no setting 'greting'; did you mean 'greeting'?");
  EXPECT_EQ(error_of("[[step]]\nsay = \"x\"\n\n[[step]]\nsay = 5\n"),
            "p.toml:5: 'say' must be text in quotation marks");
  EXPECT_EQ(error_of("[[step]]\nsay = \"x\"\ndigits = \"1\"\n"),
            "p.toml:3: a step does one thing, and this one has both 'say' and 'digits': write two steps");
  EXPECT_EQ(error_of("[[step]]\npause_ms = 60001\n"), "p.toml:2: 'pause_ms' must be from 0 to 60000");
  EXPECT_EQ(error_of("[[step]]\npause_ms = 5\nexpect = \"x\"\n"), "p.toml:3: 'expect' means nothing beside 'pause_ms'");
  EXPECT_EQ(error_of("[[step]]\ndigits = \"12x\"\n"), "p.toml:2: digits are 0 to 9, *, # and A to D");
  EXPECT_EQ(error_of("[[step]]\nsay = \"  \"\n"), "p.toml:2: this is empty");
  EXPECT_EQ(error_of("[[step]]\nhang_up = false\n"), "p.toml:2: only hang_up = true means something");
  EXPECT_EQ(error_of("[[step]]\nhang_up = true\n[[step]]\nsay = \"x\"\n"), "p.toml:3: nothing can follow hang_up");
}

TEST(Plan, ErrorsOfSyntaxHaveALineToo) {
  EXPECT_TRUE(error_of("[[step]]\nsay = \"unclosed\n").starts_with("p.toml:2: "));
  EXPECT_TRUE(error_of("[[step]]\nsay = \"\xff\xfe\"\n").starts_with("p.toml:2: "));
}

TEST(Plan, StepsAreNeeded) {
  EXPECT_NE(error_of("name = \"empty\"\n").find("there are no steps"), std::string::npos);
  EXPECT_NE(error_of("step = []\n").find("there are no steps"), std::string::npos);
  EXPECT_NE(error_of("step = 3\n").find("two brackets"), std::string::npos);
  EXPECT_NE(error_of("[step]\nsay = \"x\"\n").find("two brackets"), std::string::npos);
  EXPECT_NE(error_of("[[step]]\nwait_answer = true\n").find("does nothing"), std::string::npos);
}

TEST(Plan, AnInterruptionNeedsSomethingToInterrupt) {
  EXPECT_EQ(error_of("[[step]]\nsay = \"x\"\nwait_answer = false\n[[step]]\nsay = \"y\"\nbarge_in_after_ms = 5\n"),
            "p.toml:4: barge_in_after_ms interrupts the answer to the step before, and that step waits for none");
  EXPECT_NE(error_of("greeting = false\n[[step]]\nsay = \"y\"\nbarge_in_after_ms = 5\n").find("greeting = false"),
            std::string::npos);
  EXPECT_EQ(error_of("[[step]]\nsay = \"y\"\nbarge_in_after_ms = 5\n"), "(accepted)");
  EXPECT_NE(error_of("[[step]]\nsay = \"y\"\nbarge_in_after_ms = -5\n").find("must be from 0"), std::string::npos);
}

TEST(Plan, HasLimits) {
  EXPECT_NE(error_of("[[step]]\nsay = \"" + std::string(kMaxSayCharacters + 1, 'a') + "\"\n").find("at most 400"),
            std::string::npos);
  EXPECT_EQ(error_of("[[step]]\nsay = \"" + std::string(kMaxSayCharacters, 'a') + "\"\n"), "(accepted)");
  std::string many;
  for (std::size_t i = 0; i < kMaxSteps; ++i) many += "[[step]]\npause_ms = 1\n";
  EXPECT_EQ(error_of(many), "(accepted)");
  EXPECT_NE(error_of(many + "[[step]]\npause_ms = 1\n").find("at most 200 steps"), std::string::npos);
  EXPECT_NE(error_of(std::string(kMaxPlanBytes + 1, '\n')).find("too large"), std::string::npos);
}

TEST(Plan, TheExamplesAreValid) {
  const auto plan = parse_plan(default_plan_text(), "five-turns.toml");
  ASSERT_TRUE(plan.has_value()) << plan.error().message;
  EXPECT_EQ(plan->steps.size(), 5U);
  for (const char* name : {"five-turns.toml", "barge-in.toml", "message.toml"}) {
    const auto loaded = load_plan(std::filesystem::path("examples/calls") / name);
    EXPECT_TRUE(loaded.has_value()) << loaded.error().message;
  }
}

TEST(Plan, FilesLieBesideThePlan) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "frontdesk-plan-test";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "p.toml") << "[[step]]\nplay = \"sounds/q.wav\"\n[[step]]\nplay = \"/abs/q.wav\"\n";
  const auto plan = load_plan(folder / "p.toml");
  ASSERT_TRUE(plan.has_value()) << plan.error().message;
  EXPECT_EQ(plan->steps[0].text, (folder / "sounds/q.wav").lexically_normal().string());
  EXPECT_EQ(plan->steps[1].text, "/abs/q.wav");
  EXPECT_EQ(load_plan(folder / "none.toml").error().code, base::ErrorCode::not_found);
  EXPECT_EQ(load_plan(folder).error().code, base::ErrorCode::not_found);
  std::filesystem::remove_all(folder);
}

TEST(Plan, DigitsHaveThreeForms) {
  const auto plan = parse_plan(
      "telephone_events = false\n[[step]]\ndigits = \"1\"\n[[step]]\ndigits = \"2\"\nby = \"in-band\"\n[[step]]\n"
      "digits = \"3\"\nby = \"info\"\n",
      "p");
  ASSERT_TRUE(plan.has_value()) << plan.error().message;
  EXPECT_FALSE(plan->telephone_events);
  EXPECT_EQ(plan->steps[0].by, PressedBy::telephone_event);
  EXPECT_EQ(plan->steps[1].by, PressedBy::in_band);
  EXPECT_EQ(plan->steps[2].by, PressedBy::info);
  EXPECT_NE(parse_plan("[[step]]\ndigits = \"1\"\nby = \"smoke\"\n", "p").error().message.find("in-band"),
            std::string::npos);
  EXPECT_FALSE(parse_plan("[[step]]\npause_ms = 1\nby = \"info\"\n", "p").has_value());
}

}  // namespace
}  // namespace frontdesk::caller
