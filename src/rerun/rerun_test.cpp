#include <gtest/gtest.h>

#include "rerun/comparison.hpp"
#include "rerun/recorded_call.hpp"
#include "rerun/virtual_call.hpp"

namespace frontdesk::rerun {
namespace {

using Text = base::Pii<std::string>;

/// Answers from a table, at once; says goodbye with a tool.
class TableModel final : public llm::ChatModel {
 public:
  void start(const llm::ChatRequest& request, llm::ChatSink& sink) override {
    const auto& words = request.messages.back().text;
    llm::ChatOutcome outcome;
    if (words == "Nothing works.")
      return sink.on_chat_failed(request.id, {base::ErrorCode::unavailable, "llm", "down"});
    if (words == "Goodbye.") {
      outcome.tool_calls = {{"t", "end_call", "{}"}};
      sink.on_text(request.id, "Goodbye.");
    } else if (words == "Tell them I called.") {
      outcome.tool_calls = {{"m", "take_message", R"({"name":"Ann"})"}};
      sink.on_text(request.id, "I have noted that.");
    } else {
      sink.on_text(request.id, price);
    }
    sink.on_chat_done(request.id, outcome);
  }
  void cancel(base::RequestId) override {}
  std::string price = "It costs £48.";
};

store::TurnRow turn(store::TurnSpeaker speaker, std::string words, int from_ms, int to_ms) {
  store::TurnRow row;
  row.speaker = speaker;
  row.text = Text(std::move(words));
  row.started_ms = from_ms;
  row.ended_ms = to_ms;
  return row;
}

std::vector<store::TurnRow> turns() {
  using enum store::TurnSpeaker;
  return {turn(receptionist, "Hello, this is Frontdesk.", 0, 1500),
          turn(caller, "How much is it?", 2000, 3000),
          turn(receptionist, "One moment, please.", 4200, 5000),
          turn(receptionist, "It costs £48.", 5200, 8000),
          turn(caller, "Tell them I called.", 6000, 7000),
          turn(receptionist, "I have noted that.", 7300, 9000),
          turn(caller, "Goodbye.", 9500, 10000),
          turn(receptionist, "Goodbye.", 10300, 11000)};
}

replay::Journal journal() {
  replay::Recipe recipe;
  conversation::ConversationSettings settings;
  settings.greeting = "Hello, this is Frontdesk.";
  recipe.activity = settings;
  const auto read = replay::read_journal("#! recipe " + replay::to_text(recipe) +
                                         "\n#! clock zero_us=0 first_request=0\n"
                                         "#! audio_start 0.100000\n"
                                         " 0.000  leg_offered\n"
                                         " 0.500  leg_established\n"
                                         " 7.900  playing #9\n"
                                         " 7.900  > run_tool \"take_message\" \"{\\\"name\\\":\\\"Ann\\\"}\"\n"
                                         " 11.500  played #12\n"
                                         " 11.500  > end_call completed \"the caller said goodbye\"\n");
  EXPECT_TRUE(read) << read.error().message;
  return *read;
}

RecordedCall recorded() {
  const auto call = recorded_call("call_a", journal(), turns(), nullptr);
  EXPECT_TRUE(call) << call.error().message;
  return *call;
}

ComparedCall rerun(const RecordedCall& call, llm::ChatModel& model) {
  TimedEngines engines(model);
  const auto performance = perform({call, call.settings, {"none"}, 1}, engines);
  EXPECT_TRUE(performance);
  const auto compared = compare(call, *performance);
  EXPECT_EQ(compared.exchanges.size(), call.lines.size() + 1) << performance->tape;
  return compared;
}

}  // namespace

TEST(RecordedCall, IsAScriptOfTheCaller) {
  const auto call = recorded();
  ASSERT_EQ(call.lines.size(), 3U);
  EXPECT_EQ(call.lines[0].said, "How much is it?");
  EXPECT_EQ(call.lines[0].wait, base::milliseconds(500));
  EXPECT_FALSE(call.lines[0].cuts_in);
  EXPECT_TRUE(call.lines[1].cuts_in);
  EXPECT_EQ(call.lines[1].wait, base::milliseconds(800)) << "after the answer began";
  EXPECT_EQ(call.exchanges[0].answer, "Hello, this is Frontdesk.");
  EXPECT_EQ(call.exchanges[1].answer, "It costs £48.") << "a filler is no answer";
  EXPECT_EQ(call.exchanges[2].actions, std::vector<std::string>{R"(take_message {"name":"Ann"})"});
  EXPECT_EQ(call.exchanges[3].actions, std::vector<std::string>{"end_call completed"});
}

TEST(RecordedCall, CutsTheCallersSoundAtTheMarks) {
  audio::Wav sound;
  sound.channels = 2;
  for (std::size_t i = 0; i < 8000 * 12; ++i) {
    sound.samples.push_back(static_cast<audio::Sample>(i / 80));  // hundredths of a second
    sound.samples.push_back(-1);
  }
  const auto call = *recorded_call("call_a", journal(), turns(), &sound);
  // The line from 2.0 to 3.0 s after the answer, which was 0.4 s after the first sample; 0.2 s on both sides.
  EXPECT_EQ(call.lines[0].sound.front(), 220);
  EXPECT_EQ(call.lines[0].sound.size(), 8000U * 14 / 10);
  EXPECT_EQ(call.lines[0].lead, base::milliseconds(200));
}

TEST(RecordedCall, NeedsAJournalThatDescribesAConversation) {
  EXPECT_FALSE(recorded_call("call_a", {}, turns(), nullptr));
  auto unanswered = journal();
  unanswered.steps.resize(1);
  EXPECT_FALSE(recorded_call("call_a", unanswered, turns(), nullptr));
}

TEST(Rerun, OfTheSameReceptionistChangesNothing) {
  TableModel model;
  const auto compared = rerun(recorded(), model);
  EXPECT_EQ(compared.changed(), 0U) << text_of(compared);
  EXPECT_EQ(compared.lines_said, 3U);
  EXPECT_EQ(text_of(rerun(recorded(), model)), text_of(compared)) << "without engines of sound it is exact";
}

TEST(Rerun, FindsTheAnswerThatChanged) {
  TableModel model;
  model.price = "It costs £52.";
  const auto compared = rerun(recorded(), model);
  EXPECT_EQ(compared.changed(), 1U) << text_of(compared);
  EXPECT_TRUE(compared.exchanges[1].answer_changed);
  EXPECT_EQ(compared.exchanges[1].after.answer, "It costs £52.");
  EXPECT_NE(json_of({compared}).find(R"("changed":1)"), std::string::npos);
  EXPECT_NE(summary_of({compared}).find("1 answers changed"), std::string::npos);
}

TEST(Rerun, FindsAnActionThatIsNotTakenAnyMore) {
  auto call = recorded();
  call.lines[1].said = "Never mind.";
  TableModel model;
  const auto compared = rerun(call, model);
  EXPECT_TRUE(compared.exchanges[2].actions_changed) << text_of(compared);
  EXPECT_TRUE(compared.exchanges[2].after.actions.empty());
}

TEST(Rerun, ToldWhenTheReceptionistHangsUpEarly) {
  auto call = recorded();
  call.lines[0].said = "Goodbye.";
  TableModel model;
  const auto compared = rerun(call, model);
  EXPECT_EQ(compared.lines_said, 1U);
  EXPECT_NE(text_of(compared).find("before 2 of the caller's lines"), std::string::npos);
}

TEST(Rerun, GoesOnWhenTheModelFails) {
  auto call = recorded();
  call.lines[0].said = "Nothing works.";
  TableModel model;
  const auto compared = rerun(call, model);
  EXPECT_TRUE(compared.exchanges[1].answer_changed);
  EXPECT_EQ(compared.lines_said, 3U) << text_of(compared);
}

TEST(Comparison, HearsWordsNotSpelling) {
  EXPECT_EQ(normalised("  We're open,  8 to 5. "), "we're open 8 to 5");
  EXPECT_EQ(normalised("It costs £48."), normalised("it costs £48"));
  EXPECT_NE(normalised("£48"), normalised("48"));
}

}  // namespace frontdesk::rerun
