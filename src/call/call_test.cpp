#include "call/call.hpp"

#include <gtest/gtest.h>

#include "call/tape.hpp"

namespace frontdesk::call {
namespace {

using base::Instant;
using base::seconds;

/// Ends itself on a wakeup and then babbles on, as no activity should.
class Babbler final : public Activity {
 public:
  void start(Instant now, Commands& commands) override {
    wakeup_ = now + seconds(5);
    commands.emplace_back(Synthesise{1, "hello"});
  }
  void handle(const Event& event, Instant, Commands& commands) override {
    if (!std::holds_alternative<Wakeup>(event)) return;
    commands.emplace_back(EndCall{EndClass::completed, "done"});
    commands.emplace_back(EndCall{EndClass::failed, "again"});
    commands.emplace_back(Play{1});
  }
  Instant next_wakeup() const override { return wakeup_; }

 private:
  Instant wakeup_{};
};

int end_calls(const Commands& commands) {
  return static_cast<int>(std::count_if(commands.begin(), commands.end(), [](const Command& command) {
    return std::holds_alternative<EndCall>(command);
  }));
}

struct Harness {
  Call call{CallLimits{}, std::make_unique<Babbler>()};
  Commands commands;
  void operator()(Event event, int second) { call.handle(event, Instant{seconds(second)}, commands); }
};

}  // namespace

TEST(Call, AnswersStartsAndEndsOnceWithSilenceAfter) {
  Harness harness;
  harness(LegOffered{}, 0);
  harness(LegEstablished{}, 1);
  EXPECT_EQ(harness.call.next_wakeup(), Instant{seconds(6)});
  harness(Wakeup{}, 6);
  EXPECT_EQ(harness.call.phase(), Phase::ended);
  EXPECT_EQ(end_calls(harness.commands), 1);
  EXPECT_TRUE(std::holds_alternative<EndCall>(harness.commands.back()));
  const auto count = harness.commands.size();
  harness(LegEnded{"bye"}, 7);
  harness(SpeechStarted{}, 7);
  EXPECT_EQ(harness.commands.size(), count);
  EXPECT_EQ(harness.call.next_wakeup(), base::kNever);
}

TEST(Call, GivesUpWithoutAck) {
  Harness harness;
  harness(LegOffered{}, 0);
  ASSERT_EQ(harness.call.next_wakeup(), Instant{seconds(32)});
  harness(Wakeup{}, 32);
  EXPECT_EQ(std::get<EndCall>(harness.commands.back()).end_class, EndClass::failed);
}

TEST(Call, EndsOnceForEveryWayTheLegCanGo) {
  for (const Event& event : {Event{LegEnded{"bye"}}, Event{MediaLost{}}, Event{HangUpRequested{"drain"}}}) {
    Harness harness;
    harness(LegOffered{}, 0);
    harness(LegEstablished{}, 1);
    harness(event, 2);
    harness(event, 3);
    EXPECT_EQ(end_calls(harness.commands), 1);
  }
}

TEST(Call, RefusesOrdersBeforeItIsAnswered) {
  Harness harness;
  harness(LegOffered{}, 0);
  harness(OperatorTookOver{"Priya"}, 1);
  harness(SpeechStarted{}, 1);
  ASSERT_EQ(harness.commands.size(), 2U);
  EXPECT_EQ(std::get<RefuseOrder>(harness.commands[1]).reason, "the call is not answered yet");
}

TEST(Tape, EveryEventReadsBackAsItWasWritten) {
  const TapeOrigin origin{Instant{seconds(100)}, 5000};
  const Instant at{seconds(101)};
  llm::ChatOutcome outcome{.tool_calls = {{"t1", "take_message", R"({"name":"Bob \"the\" builder"})"}},
                           .provider_state = "s\n2",
                           .confidence = 0.5F,
                           .sources = {"hours"},
                           .usage = {12, 30}};
  const std::vector<Event> events = {
      LegOffered{},
      LegEstablished{},
      LegEnded{"by\\e", EndClass::failed},
      LegHeld{true},
      MediaLost{},
      DigitPressed{'#'},
      SpeechStarted{at},
      SpeechStopped{at},
      TurnEndPredicted{5003, 0.1234567F},
      LineSoundHeard{LineSound::beep},
      PartialTranscript{base::Pii<std::string>("a")},
      FinalTranscript{5003, base::Pii<std::string>("What \"time\"?"), 0.75F, base::milliseconds(82)},
      TranscriptionFailed{5003, {base::ErrorCode::unavailable, "tape", "gone", base::Retry::never, 0}},
      ChatText{5004, "We open\nat 8."},
      ChatFinished{5004, outcome},
      ChatFailed{5004, {base::ErrorCode::resource_exhausted, "llm", "too many", base::Retry::later, 429}},
      ToolFinished{"t1", "ok"},
      PieceReady{5005},
      PieceSynthesised{5005, base::milliseconds(1234), base::milliseconds(5)},
      SynthesisFailed{5005, {base::ErrorCode::unavailable, "tape", "x", base::Retry::never, 0}},
      PlayoutStarted{5005},
      PlayoutFinished{5005},
      PlayoutCut{5005, base::milliseconds(400)},
      SecondLegRinging{},
      SecondLegAnswered{},
      SecondLegHeard{5006},
      SecondLegDigit{'1'},
      SecondLegEnded{"the line was busy"},
      ReferEnded{true, ""},
      Wakeup{},
      HangUpRequested{"drain"},
      RecordingRequested{true},
      OperatorTookOver{"Priya"},
      OperatorGaveBack{"Priya"},
      OperatorSaid{"Priya", base::Pii<std::string>("One \"moment\".")},
      OperatorWhispered{"Priya", base::Pii<std::string>("Offer Tuesday.")},
      OperatorHeld{"Priya", true},
      OperatorPutThrough{"Priya", "Accounts", PutThroughKind::cold}};
  ASSERT_EQ(events.size(), std::variant_size_v<Event>);
  for (const auto& event : events) {
    const auto line = to_line(at, event, origin);
    const auto back = parse_event(line, origin);
    ASSERT_TRUE(back) << line << ": " << back.error().message;
    ASSERT_TRUE(back->has_value()) << line;
    EXPECT_EQ((*back)->at, at);
    EXPECT_EQ(to_line(at, (*back)->event, origin), line);
  }
}

TEST(Tape, LosesNothingOfAnEvent) {
  const base::Error error{base::ErrorCode::resource_exhausted, "llm", "too many", base::Retry::later, 429};
  const auto failed = *parse_event(to_line({}, ChatFailed{1, error}));
  EXPECT_EQ(std::get<ChatFailed>(failed->event).error, error);
  for (const float value : {0.1F, 1.0F / 3.0F, 1e-9F, 0.93F}) {
    const auto predicted = *parse_event(to_line({}, TurnEndPredicted{1, value}));
    EXPECT_EQ(std::get<TurnEndPredicted>(predicted->event).probability, value);
  }
}

TEST(Tape, TellsTheWholeInputOfTheModelApart) {
  StartChat chat;
  chat.request.messages = {{.role = llm::Role::user, .text = "Hi"}, {.role = llm::Role::user, .text = "Are you open?"}};
  const auto detail = to_detail(chat);
  EXPECT_TRUE(detail.starts_with("#+ input 2 messages "));
  chat.request.messages[0].text = "Ho";
  EXPECT_NE(to_detail(chat), detail);
  EXPECT_EQ(to_detail(Play{1}), "");
}

TEST(Tape, NamesTheFaultOfALine) {
  for (const char* bad : {"x speech_started 1", "1.0 nonsense", "1.0 final 3", "1.0 partial \"open", "1.0 wakeup more"})
    EXPECT_FALSE(parse_event(bad)) << bad;
  for (const char* none : {"", "   ", "# comment", " 1.000  > play #3"}) {
    const auto parsed = parse_event(none);
    ASSERT_TRUE(parsed) << none;
    EXPECT_FALSE(parsed->has_value()) << none;
  }
}

}  // namespace frontdesk::call
