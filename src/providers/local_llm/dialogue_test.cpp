#include "providers/local_llm/dialogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "providers/local_llm/dialogue_state.hpp"
#include "providers/local_llm/hillside_test.hpp"

namespace frontdesk::local_llm {
namespace {

using testing::Caller;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct Taken {
  std::string name, number, reason;
  friend bool operator==(const Taken&, const Taken&) = default;
};

/// The one take_message call of a reply.
Taken taken(const Reply& reply) {
  for (const auto& call : reply.tool_calls) {
    if (call.name != "take_message") continue;
    const auto object = boost::json::parse(call.arguments).as_object();
    const auto text = [&](const char* key) { return std::string(object.at(key).as_string()); };
    return {text("name"), text("number"), text("reason")};
  }
  ADD_FAILURE() << "no message was taken: " << reply.text;
  return {};
}

bool calls(const Reply& reply, std::string_view tool) {
  return std::any_of(reply.tool_calls.begin(), reply.tool_calls.end(),
                     [&](const auto& call) { return call.name == tool; });
}

TEST(Dialogue, TakesAMessage) {
  Caller caller;
  EXPECT_THAT(caller.says("can i leave a message please").text, HasSubstr("your name"));
  EXPECT_THAT(caller.says("yeah it's sarah connor").text, HasSubstr("Sarah. What's the best number"));
  EXPECT_THAT(caller.says("oh double seven double oh nine hundred one two three").text,
              HasSubstr("07700 900 123. Is that right?"));
  EXPECT_THAT(caller.says("yes that's right").text, HasSubstr("what's the message"));
  EXPECT_THAT(caller.says("please ask dr patel to ring me about my crown").text, HasSubstr("Shall I pass that on?"));
  EXPECT_THAT(caller.last.tool_calls, IsEmpty());
  EXPECT_THAT(caller.says("yes please").text, HasSubstr("anything else"));
  EXPECT_EQ(taken(caller.last),
            (Taken{"Sarah Connor", "+447700900123", "please ask dr patel to ring me about my crown"}));
  EXPECT_THAT(caller.says("no that's all thanks").text, HasSubstr("Goodbye"));
  EXPECT_TRUE(calls(caller.last, "end_call"));
}

TEST(Dialogue, OffersTheNumberTheyCallFrom) {
  Caller caller{"+447700900456"};
  caller.says("could someone call me back");
  EXPECT_THAT(caller.says("bob").text, HasSubstr("07700 900 456"));
  caller.says("yes that's fine");
  caller.says("it's about my bill");
  caller.says("yep");
  EXPECT_EQ(taken(caller.last), (Taken{"Bob", "+447700900456", "it's about my bill"}));
}

TEST(Dialogue, AnotherNumberInPiecesAndCorrected) {
  Caller caller{"+447700900456"};
  caller.says("i'd like to leave a message");
  caller.says("my name is anne");
  EXPECT_THAT(caller.says("no use a different one").text, HasSubstr("What number"));
  EXPECT_THAT(caller.says("oh one six one").text, HasSubstr("0161"));
  EXPECT_THAT(caller.says("four nine six").text, HasSubstr("so far"));
  EXPECT_THAT(caller.says("double oh double oh").text, HasSubstr("01614 960 000. Is that right?"));
  EXPECT_THAT(caller.says("no it ends double oh one one").text, HasSubstr("01614 960 011. Is that right?"));
  EXPECT_THAT(caller.says("correct").text, HasSubstr("message"));
  caller.says("the heating in room two is broken");
  caller.says("yes");
  EXPECT_EQ(taken(caller.last).number, "+441614960011");
}

TEST(Dialogue, AQuestionInTheMiddleThenBack) {
  Caller caller;
  caller.says("can i leave a message");
  caller.says("sarah");
  EXPECT_THAT(caller.says("what time do you close on friday").text,
              ::testing::AllOf(HasSubstr("2 pm"), HasSubstr("best number")));
  EXPECT_THAT(caller.last.sources, Contains("hours"));
  caller.says("07700 900123");
  EXPECT_THAT(caller.says("sorry could you repeat that").text, HasSubstr("07700 900 123"));
  caller.says("yes");
  EXPECT_THAT(caller.says("hold on a second").text, HasSubstr("message"));
  caller.last.tool_calls.clear();
}

TEST(Dialogue, GivesUpWithoutAMessage) {
  Caller caller;
  caller.says("take a message please");
  caller.says("tom smith");
  EXPECT_THAT(caller.says("actually never mind").text, HasSubstr("won't pass anything on"));
  EXPECT_THAT(caller.last.tool_calls, IsEmpty());
  EXPECT_THAT(caller.says("how much is a crown").text, HasSubstr("£620"));
}

TEST(Dialogue, CorrectsTheNameAtTheReadBack) {
  Caller caller{"+447700900456"};
  caller.says("leave a message");
  caller.says("sarah conner");
  caller.says("yes");
  caller.says("my brace hurts");
  EXPECT_THAT(caller.says("no the name is sara connell").text, HasSubstr("Sara Connell"));
  caller.says("yes that's right");
  EXPECT_EQ(taken(caller.last).name, "Sara Connell");
}

TEST(Dialogue, BookingBecomesAMessageAndSaysWhy) {
  Caller caller{"+447700900456"};
  const Reply first = caller.says("i'd like to book a cleaning on tuesday afternoon");
  EXPECT_THAT(first.text, HasSubstr("can't book"));
  caller.says("john smith");
  EXPECT_THAT(caller.says("yes").text, HasSubstr("to book an appointment"));
  caller.says("yes");
  EXPECT_EQ(taken(caller.last).reason, "Book an appointment: i'd like to book a cleaning on tuesday afternoon");
}

TEST(Dialogue, AnsweringThenBookingInOneBreath) {
  Caller caller;
  const Reply reply = caller.says("how much is a check up and can i book an appointment");
  EXPECT_THAT(reply.text, ::testing::AllOf(HasSubstr("£48"), HasSubstr("your name")));
}

TEST(Dialogue, WithoutANumber) {
  Caller caller;
  caller.says("leave a message");
  caller.says("jo");
  EXPECT_THAT(caller.says("i'd rather not give my number").text, HasSubstr("message"));
  caller.says("the gate was open last night");
  EXPECT_THAT(caller.last.text, HasSubstr("no number"));
  caller.says("yes");
  EXPECT_EQ(taken(caller.last).number, "");
}

TEST(Dialogue, FollowUpsKeepTheTopic) {
  Caller caller;
  caller.says("what time do you open tomorrow");
  EXPECT_THAT(caller.says("and on saturday").text, HasSubstr("9 am to 1 pm"));
  caller.says("how much is a check up");
  EXPECT_THAT(caller.says("how about children").text, HasSubstr("free"));
  EXPECT_THAT(caller.says("and whitening").text, HasSubstr("£295"));
  caller.says("is dr patel in tomorrow");
  EXPECT_THAT(caller.says("and on wednesday").text, HasSubstr("isn't in on Wednesday"));
  EXPECT_THAT(caller.says("what about dr okafor").text, HasSubstr("Dr James Okafor"));
  EXPECT_THAT(caller.says("how much is a root canal").text, HasSubstr("£380"));
  EXPECT_THAT(caller.says("how long does it take").text, HasSubstr("90 minutes"));
}

TEST(Dialogue, RepeatsTheLastAnswer) {
  Caller caller;
  const std::string answer = caller.says("where are you").text;
  EXPECT_EQ(caller.says("sorry can you say that again").text, answer);
  EXPECT_EQ(caller.says("pardon").text, answer);
}

TEST(Dialogue, AReplyNobodyHeardChangesNothing) {
  Caller caller;
  caller.says("how much is a check up");
  const std::string heard = caller.last.state;
  caller.says("is dr patel in tomorrow");
  caller.last.state = heard;  // the second reply was interrupted before its first word
  EXPECT_THAT(caller.says("and for children").text, HasSubstr("free"));
}

TEST(Dialogue, AsksBackWhenUnsureAndTakesYes) {
  Caller caller;
  DialogueState state;
  state.pending = Pending::clarify;
  state.clarify_topic = Topic::parking;
  caller.last.state = write_state(state);
  EXPECT_THAT(caller.says("yes please").text, HasSubstr("eight free"));
  caller.last.state = write_state(state);
  EXPECT_THAT(caller.says("no").text, HasSubstr("another way"));
  caller.last.state = write_state(state);
  EXPECT_THAT(caller.says("no i meant what time do you open").text, HasSubstr("8 am"));
}

TEST(Dialogue, AnUnknownQuestionIsAdmittedAndBecomesAMessage) {
  Caller caller{"+447700900456"};
  EXPECT_THAT(caller.says("do you repair washing machines").text, HasSubstr("take a message"));
  EXPECT_THAT(caller.last.sources, IsEmpty());
  EXPECT_THAT(caller.says("yes please").text, HasSubstr("your name"));
  caller.says("ann lee");
  caller.says("yes");
  EXPECT_THAT(caller.last.text, HasSubstr("washing machines"));
  caller.says("yes");
  EXPECT_EQ(taken(caller.last).reason, "do you repair washing machines");
}

TEST(Dialogue, NothingHeardThreeTimesOffersAMessage) {
  Caller caller;
  const std::string first = caller.says("").text;
  EXPECT_THAT(first, HasSubstr("Sorry"));
  EXPECT_NE(caller.says("...").text, first);
  EXPECT_THAT(caller.says(" ").text, HasSubstr("take a message"));
  EXPECT_THAT(caller.says("yes").text, HasSubstr("your name"));
}

TEST(Dialogue, EmergenciesComeFirst) {
  Caller caller;
  EXPECT_THAT(caller.says("my father has chest pain what time do you open").text, HasSubstr("999"));
  Caller other;
  other.says("leave a message");
  EXPECT_THAT(other.says("she has stopped breathing").text, HasSubstr("999"));
}

TEST(Dialogue, TransfersOnlyWhenTheHostCan) {
  Caller caller;
  EXPECT_FALSE(calls(caller.says("can i speak to dr patel"), "transfer_call"));
  EXPECT_THAT(caller.last.text, HasSubstr("Dr Anita Patel"));
  EXPECT_THAT(caller.says("yes please").text, HasSubstr("message for Dr Anita Patel"));
  Caller lucky;
  lucky.can_transfer = true;
  EXPECT_TRUE(calls(lucky.says("can i speak to dr patel"), "transfer_call"));
}

TEST(Dialogue, TransfersToThoseAloneWhoTakeCalls) {
  Caller caller;
  caller.can_transfer = true;
  caller.transfer_to = {"reception", "Dr Anita Patel"};
  EXPECT_TRUE(calls(caller.says("can i speak to dr patel"), "transfer_call"));
  EXPECT_TRUE(calls(caller.says("can i speak to a human"), "transfer_call"));
  Caller unlucky = caller;
  EXPECT_FALSE(calls(unlucky.says("put me through to megan please"), "transfer_call"));
  EXPECT_THAT(unlucky.last.text, HasSubstr("can't put you through to Megan Price"));
  Caller stranger = caller;
  EXPECT_FALSE(calls(stranger.says("can i speak to dr evans"), "transfer_call")) << "nobody of that name works here";
}

TEST(Dialogue, TransfersToTheDepartmentThatWasNamed) {
  Caller caller;
  caller.can_transfer = true;
  caller.transfer_to = {"reception", "hygiene"};
  const auto to = [](const auto& reply) {
    return calls(reply, "transfer_call") ? reply.tool_calls.front().arguments : "";
  };
  Caller other = caller;
  EXPECT_THAT(to(caller.says("could you put me through to hygiene please")), HasSubstr(R"("to":"hygiene")"));
  EXPECT_THAT(to(other.says("can i speak to the front desk")), HasSubstr(R"("to":"reception")"));
  Caller unlucky;
  unlucky.can_transfer = true;
  unlucky.transfer_to = {"reception"};
  EXPECT_FALSE(calls(unlucky.says("put me through to hygiene please"), "transfer_call"));
  EXPECT_THAT(unlucky.last.text, HasSubstr("can't put you through to hygiene"));
}

TEST(Dialogue, OpenNowFollowsTheClock) {
  Caller caller;
  EXPECT_THAT(caller.says("are you open now").text, HasSubstr("open until 12:30 pm"));
  caller.now.unix_ms += 3LL * 60 * 60 * 1000;  // 13:00, the lunch break
  EXPECT_THAT(caller.says("are you open now").text, HasSubstr("1:30 pm"));
  caller.now.unix_ms += 6LL * 60 * 60 * 1000;  // 19:00
  EXPECT_THAT(caller.says("are you open now").text, HasSubstr("8 am tomorrow"));
}

TEST(Dialogue, NothingIsInventedForAnEmptyBusiness) {
  auto empty = std::make_shared<knowledge::Business>();
  empty->name = "Nowhere";
  const Dialogue dialogue(empty, {}, nullptr);
  for (const char* said : {"what time do you open", "how much is a cleaning", "where are you", "is there parking",
                           "who works there", "do you take cards"}) {
    const Reply reply = dialogue.turn({said, "", "", testing::kMondayMorning, false});
    EXPECT_THAT(reply.sources, IsEmpty()) << said;
    EXPECT_THAT(reply.text, HasSubstr("don't have that information")) << said;
  }
}

TEST(Dialogue, SurvivesHostileInputAndState) {
  const auto brain = testing::brain();
  for (const char* state : {"{", "[]", "{\"form\":{\"step\":99}}", "{\"service\":999999,\"topic\":\"price\"}",
                            "{\"person\":77,\"topic\":\"person\",\"date\":\"2026-99-99\"}",
                            "{\"date\":\"----------\",\"person\":1,\"topic\":\"person\"}",
                            "{\"pending\":3,\"clarify\":\"faq\",\"clarify_entry\":5000}",
                            "{\"pending\":1,\"person\":500,\"topic\":\"human\"}"}) {
    for (const char* said : {"yes", "she in then", "and anita", "how much is it", "what about her", "and on friday",
                             "how long does it take"}) {
      EXPECT_NO_THROW(EXPECT_FALSE(brain->turn({said, state, "", testing::kMondayMorning, false}).text.empty()))
          << state << said;
    }
  }
  EXPECT_FALSE(brain->turn({std::string(100'000, 'a'), "", "", testing::kMondayMorning, false}).text.empty());
  EXPECT_FALSE(brain->turn({"\xff\xfe\x01 \xf0", "", "", testing::kMondayMorning, false}).text.empty());
}

TEST(Dialogue, IsDeterministic) {
  const auto brain = testing::brain();
  const TurnInput input{"what time do you open and how much is a crown", "", "", testing::kMondayMorning, false};
  const Reply a = brain->turn(input), b = brain->turn(input);
  EXPECT_EQ(a.text, b.text);
  EXPECT_EQ(a.state, b.state);
}

TEST(Dialogue, ApologisesWhenATransferFails) {
  const auto brain = testing::brain();
  EXPECT_THAT(brain->tool_result("", "transfer_call", "error: no answer").text, HasSubstr("message"));
  EXPECT_EQ(brain->tool_result("", "take_message", "saved").text, "");
}

TEST(Dialogue, RepliesAreShort) {
  for (const char* said :
       {"what are your opening hours", "what treatments do you offer", "who works there", "how much is whitening"}) {
    Caller caller;
    EXPECT_LT(caller.says(said).text.size(), 330U) << caller.last.text;
  }
}

TEST(DialogueState, TravelsWhole) {
  DialogueState state;
  state.topic = Topic::price;
  state.service = 3;
  state.pending = Pending::clarify;
  state.last_reply = "It's £48.";
  state.form.step = Step::number_check;
  state.form.number = "07700900123";
  state.form.number_settled = true;
  const DialogueState back = read_state(write_state(state));
  EXPECT_EQ(write_state(back), write_state(state));
  EXPECT_EQ(back.form.number, "07700900123");
  EXPECT_EQ(read_state("nonsense").turns, 0);
}

TEST(Dialogue, TellsWhatAQuestionComesNearTo) {
  auto business = testing::hillside();
  business.policies.push_back({"doc_1.0", "Luggage", {"You can leave a suitcase at the desk."}, "Two pounds a day."});
  const Dialogue dialogue(std::make_shared<const knowledge::Business>(business), {}, nullptr);
  const auto found = dialogue.nearest("Can I leave my suitcase at the desk?", 3);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].source, "policy:doc_1.0");
  EXPECT_EQ(found[0].text, "Two pounds a day.");
  EXPECT_TRUE(found[0].answers);
  EXPECT_GE(found[0].score, found[1].score);
  for (const auto& each : dialogue.nearest("zebra xylophone", 3)) EXPECT_FALSE(each.answers) << each.source;
  EXPECT_TRUE(dialogue.nearest("", 3).empty());
}

}  // namespace
}  // namespace frontdesk::local_llm
