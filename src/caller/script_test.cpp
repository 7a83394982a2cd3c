#include "caller/script.hpp"

#include <gtest/gtest.h>

namespace frontdesk::caller {
namespace {

using base::Duration;
using base::milliseconds;

constexpr Duration kTick = milliseconds(20);

/// Plays a script against a receptionist whose sound is a list of stretches, heard as the activity
/// meter tells it: a stretch stays open for 250 ms of silence.
class Stage {
 public:
  explicit Stage(CallPlan plan, Duration line = milliseconds(1000), const ScriptTimes& times = {})
      : line_(line), script_(plan, times), plan_(plan) {}

  void receptionist(int start_ms, int end_ms) { sound_.push_back({milliseconds(start_ms), milliseconds(end_ms)}); }

  void run_until(int end_ms) {
    while (now_ < milliseconds(end_ms)) {
      now_ += kTick;
      ScriptCommands commands;
      if (line_end_ && now_ >= *line_end_) {
        line_end_.reset();
        script_.on_sent(*speaking_, now_, commands);
      }
      script_.on_tick(hearing(), now_, commands);
      take(commands);
    }
  }
  void hang_up_by_receptionist() {
    ScriptCommands commands;
    script_.on_call_ended(hearing(), now_, commands);
    take(commands);
  }

  Hearing hearing() const {
    Hearing heard;
    for (const Span& each : sound_) {
      if (now_ < each.start + milliseconds(30)) continue;
      heard.last_sound = std::min(now_, each.end);
      if (now_ - heard.last_sound < milliseconds(250)) heard.open_since = each.start;
    }
    return heard;
  }

  const Script& script() const { return script_; }
  int started(std::size_t step) const {
    const auto found = started_.find(step);
    return found == started_.end() ? -1 : static_cast<int>(base::to_ms(found->second));
  }
  std::string hung_up() const { return hung_up_; }
  std::size_t replies() const { return replies_; }

 private:
  void take(const ScriptCommands& commands) {
    for (const ScriptCommand& command : commands) {
      if (const auto* speak = std::get_if<Speak>(&command)) begin(speak->step);
      if (const auto* press = std::get_if<PressDigits>(&command)) begin(press->step);
      if (const auto* end = std::get_if<HangUp>(&command)) hung_up_ = end->reason;
      if (std::holds_alternative<ReplyEnded>(command)) ++replies_;
    }
  }
  void begin(std::size_t step) {
    started_[step] = now_;
    speaking_ = step;
    line_end_ = now_ + line_;
  }

  Duration line_;
  Script script_;
  CallPlan plan_;
  std::vector<Span> sound_;
  Duration now_{0};
  std::optional<std::size_t> speaking_;
  std::optional<Duration> line_end_;
  std::map<std::size_t, Duration> started_;
  std::string hung_up_;
  std::size_t replies_ = 0;
};

Step say(std::string text) {
  return {.kind = StepKind::say, .text = std::move(text)};
}
Step interrupt(std::string text, int after_ms) {
  Step step = say(std::move(text));
  step.barge_in_after = milliseconds(after_ms);
  return step;
}

Span span(int start_ms, int end_ms) {
  return {milliseconds(start_ms), milliseconds(end_ms)};
}

TEST(Script, SpeaksAfterTheGreetingAndHangsUpAfterTheLastAnswer) {
  Stage stage({.steps = {say("one")}});
  stage.receptionist(300, 900);    // greeting, two sentences
  stage.receptionist(1400, 2000);  // 500 ms pause: the same greeting
  stage.receptionist(4100, 5000);
  stage.run_until(8000);
  EXPECT_EQ(stage.started(0), 2700);  // 700 ms of silence
  EXPECT_EQ(stage.script().greeting().heard, span(300, 2000));
  EXPECT_EQ(stage.script().steps()[0].reply.heard, span(4100, 5000));
  EXPECT_TRUE(stage.script().completed());
  EXPECT_EQ(stage.hung_up(), "the plan is finished");
  EXPECT_EQ(stage.replies(), 2U);
}

TEST(Script, WaitsBeforeItsFirstLineAndOnlyThere) {
  Stage stage({.steps = {say("one"), say("two")}}, milliseconds(1000), {.before_first_step = milliseconds(1500)});
  stage.receptionist(300, 900);
  stage.receptionist(5000, 6000);
  stage.run_until(9000);
  EXPECT_EQ(stage.started(0), 3100);  // 900 + 700 of silence + 1500
  EXPECT_EQ(stage.started(1), 6700);
}

TEST(Script, WithoutAGreetingItSpeaksAfterTheTimeout) {
  Stage stage({.steps = {say("one")}});
  stage.receptionist(9400, 10000);
  stage.run_until(12000);
  EXPECT_EQ(stage.started(0), 8000);
  EXPECT_FALSE(stage.script().greeting().heard.has_value());
  EXPECT_EQ(stage.script().steps()[0].reply.heard, span(9400, 10000));
}

TEST(Script, NeedNotWaitForAGreeting) {
  Stage stage({.greeting = false, .steps = {say("one")}});
  stage.run_until(40);
  EXPECT_EQ(stage.started(0), 20);
}

TEST(Script, AnUnansweredLineIsGivenUpAndTwoEndTheCall) {
  Stage stage({.greeting = false, .steps = {say("one"), say("two"), say("three")}});
  stage.run_until(20000);
  EXPECT_EQ(stage.started(1), 20 + 1000 + 8000);
  EXPECT_EQ(stage.started(2), -1);
  EXPECT_EQ(stage.hung_up(), "2 lines in a row got no answer");
  EXPECT_FALSE(stage.script().completed());
}

TEST(Script, SoundThatEndsBeforeTheLineIsNoAnswer) {
  Stage stage({.greeting = false, .steps = {say("one")}});
  stage.receptionist(300, 500);    // "mhm" while the caller speaks
  stage.receptionist(1300, 1600);  // the answer
  stage.run_until(3000);
  EXPECT_EQ(stage.script().steps()[0].reply.heard, span(1300, 1600));
}

TEST(Script, AnAnswerMayBeginBeforeTheLineIsOver) {
  Stage stage({.greeting = false, .steps = {say("one")}});
  stage.receptionist(900, 2000);
  stage.run_until(4000);
  EXPECT_EQ(stage.script().steps()[0].reply.heard, span(900, 2000));
}

TEST(Script, InterruptsTheGivenTimeAfterTheAnswerBegan) {
  Stage stage({.greeting = false, .steps = {say("one"), interrupt("two", 1200)}});
  stage.receptionist(1400, 2800);  // would go on, yields 200 ms after the interruption
  stage.receptionist(4000, 5000);
  stage.run_until(7000);
  EXPECT_EQ(stage.started(1), 2600);
  EXPECT_EQ(stage.script().steps()[0].reply.heard, span(1400, 2800));
  EXPECT_TRUE(stage.script().steps()[0].reply.interrupted);
  EXPECT_EQ(stage.script().steps()[1].reply.heard, span(4000, 5000));
  EXPECT_TRUE(stage.script().completed());
}

TEST(Script, WhatIsToBeInterruptedIsWaitedForInAnyCase) {
  Step first = say("one");
  first.wait_answer = false;
  Stage stage({.greeting = false, .steps = {first, interrupt("two", 600)}});
  stage.receptionist(1400, 2200);
  stage.run_until(3000);
  EXPECT_EQ(stage.started(1), 2000);
  EXPECT_TRUE(stage.script().steps()[0].answer_awaited);
}

TEST(Script, InterruptsTheGreeting) {
  Stage stage({.steps = {interrupt("one", 500)}});
  stage.receptionist(300, 1000);
  stage.receptionist(2200, 2600);
  stage.run_until(5000);
  EXPECT_EQ(stage.started(0), 800);
  EXPECT_TRUE(stage.script().greeting().interrupted);
  EXPECT_EQ(stage.script().steps()[0].reply.heard, span(2200, 2600));
}

TEST(Script, AReceptionistThatTalksOnIsNotTakenForAnAnswer) {
  Stage stage({.greeting = false, .steps = {say("one"), interrupt("two", 400)}});
  stage.receptionist(1400, 6000);   // deaf to the interruption
  stage.receptionist(9000, 10000);  // 3 s after it stopped
  stage.run_until(12000);
  EXPECT_EQ(stage.script().steps()[0].reply.heard, span(1400, 6000));
  EXPECT_EQ(stage.script().steps()[1].reply.heard, span(9000, 10000));
}

TEST(Script, AnAnswerShorterThanTheInterruptionIsFollowedByTheLine) {
  Stage stage({.greeting = false, .steps = {say("one"), interrupt("two", 1200)}});
  stage.receptionist(1400, 1700);
  stage.run_until(3000);
  EXPECT_EQ(stage.started(1), 2400);
  EXPECT_FALSE(stage.script().steps()[0].reply.interrupted);
}

TEST(Script, AnEndlessAnswerEndsTheCall) {
  Stage stage({.greeting = false, .steps = {say("one")}});
  stage.receptionist(1400, 100'000);
  stage.run_until(80'000);
  EXPECT_EQ(stage.hung_up(), "the receptionist has been speaking for 60 s without a pause");
  EXPECT_FALSE(stage.script().completed());
}

TEST(Script, PausesPressesAndHangsUp) {
  Stage stage({.greeting = false,
               .steps = {{.kind = StepKind::pause, .wait_answer = false, .pause = milliseconds(500)},
                         {.kind = StepKind::digits, .text = "1", .wait_answer = false},
                         {.kind = StepKind::hang_up, .wait_answer = false}}});
  stage.run_until(3000);
  EXPECT_EQ(stage.started(1), 520);
  EXPECT_EQ(stage.hung_up(), "the plan says so");
  EXPECT_TRUE(stage.script().completed());
}

TEST(Script, TheReceptionistMayHangUpAfterItsLastAnswer) {
  Stage stage({.greeting = false, .steps = {say("goodbye")}});
  stage.receptionist(1300, 2000);
  stage.run_until(2100);
  stage.hang_up_by_receptionist();
  EXPECT_TRUE(stage.script().completed());
  EXPECT_EQ(stage.script().steps()[0].reply.heard, span(1300, 2000));
}

TEST(Script, HangingUpBeforeTheAnswerIsNotCompletion) {
  Stage stage({.greeting = false, .steps = {say("one")}});
  stage.run_until(1500);
  stage.hang_up_by_receptionist();
  EXPECT_FALSE(stage.script().completed());
}

}  // namespace
}  // namespace frontdesk::caller
