// Somebody of the business steps into a call.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conversation/answered_line_test.hpp"

namespace frontdesk::conversation {
namespace {

using call::OperatorGaveBack;
using call::OperatorHeld;
using call::OperatorPutThrough;
using call::OperatorSaid;
using call::OperatorTookOver;
using call::OperatorWhispered;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

OperatorSaid said(const std::string& text) {
  return {"Priya", base::Pii<std::string>(text)};
}

const std::string kBack = ConversationSettings().given_back;

}  // namespace

TEST(SteppingIn, WhoeverTakesOverIsNotTalkedOver) {
  Line line{ConversationSettings{}};
  line.run(base::milliseconds(500));  // in the middle of the greeting
  line.send(OperatorTookOver{"Priya"});
  EXPECT_TRUE(line.silent());
  EXPECT_EQ(line.attendant(), "Priya");
  line.say("What time do you open?");
  line.run(base::seconds(120));
  EXPECT_TRUE(line.silent()) << "no answer, no filler, no question whether anybody is there";
  EXPECT_THAT(line.asked(), IsEmpty());
  EXPECT_THAT(line.caller_turns(), ElementsAre("What time do you open?"));
  EXPECT_EQ(line.state(), State::listening);
}

TEST(SteppingIn, GivenBackSheKnowsWhatWasSaidMeanwhile) {
  Line line{ConversationSettings{}};
  line.listen();
  line.send(OperatorTookOver{"Priya"});
  line.say("My name is Ada.");
  line.send(OperatorGaveBack{"Priya"});
  EXPECT_EQ(line.attendant(), "");
  line.listen();
  EXPECT_TRUE(line.was_heard(kBack.substr(0, kBack.find(" Is"))));
  EXPECT_THAT(line.asked(), IsEmpty());
  line.say("What time do you open?");
  line.listen();
  EXPECT_THAT(line.asked(), ElementsAre("What time do you open?"));
  EXPECT_TRUE(line.was_heard("We open at eight."));
}

TEST(SteppingIn, AnAnswerOnItsWayIsNotGiven) {
  Line line{ConversationSettings{}};
  line.listen();
  line.send(call::SpeechStarted{base::Instant{base::seconds(20)}});
  line.run(base::milliseconds(400));
  line.send(OperatorTookOver{"Priya"});  // while the caller speaks
  line.send(call::SpeechStopped{base::Instant{base::seconds(21)}});
  line.hear("Do you take new patients?");
  line.run(base::seconds(20));
  EXPECT_THAT(line.asked(), IsEmpty());
  EXPECT_THAT(line.caller_turns(), ElementsAre("Do you take new patients?"));
  EXPECT_FALSE(line.was_heard("We open at eight."));
}

TEST(SteppingIn, TwiceIsOnceAndBackWithoutWordsIsNothing) {
  Line line{ConversationSettings{}};
  line.listen();
  line.send(OperatorGaveBack{"Priya"});
  line.listen();
  EXPECT_FALSE(line.was_heard(kBack.substr(0, kBack.find(" Is"))));
  line.send(OperatorTookOver{"Priya"});
  line.send(OperatorTookOver{"Sam"});
  EXPECT_EQ(line.attendant(), "Sam");
  line.send(OperatorGaveBack{"Sam"});
  line.send(OperatorGaveBack{"Priya"});
  line.listen();
  EXPECT_EQ(std::count(line.heard().begin(), line.heard().end(), kBack.substr(0, kBack.find(" Is"))), 1);
}

TEST(SteppingIn, SheSaysWhatIsTypedInPlaceOfWhatSheWasSaying) {
  Line line{ConversationSettings{}};
  line.run(base::milliseconds(500));
  line.send(said("Please hold on."));
  line.listen();
  EXPECT_THAT(line.heard(), ElementsAre("Please hold on."));
  line.send(OperatorTookOver{"Priya"});
  line.send(said("Priya is typing."));
  line.listen();
  EXPECT_THAT(line.heard(), ElementsAre("Please hold on.", "Priya is typing."));
  EXPECT_EQ(line.attendant(), "Priya") << "typing is not giving back";
  line.say("Thank you.");
  EXPECT_THAT(line.asked(), IsEmpty());
}

TEST(SteppingIn, WhispersReachTheModelAndNobodyElse) {
  Line line{ConversationSettings{}};
  line.listen();
  const auto heard = line.heard();
  line.send(OperatorWhispered{"Priya", base::Pii<std::string>("Offer Tuesday at nine.")});
  line.run(base::seconds(1));
  EXPECT_EQ(line.heard(), heard);
  line.say("When can I come?");
  EXPECT_THAT(line.prompt(), HasSubstr("Offer Tuesday at nine."));
  for (int i = 0; i < 30; ++i) line.send(OperatorWhispered{"Priya", base::Pii<std::string>(std::string(2000, 'x'))});
  line.say("When can I come?");
  EXPECT_LT(line.prompt().size(), 6000U);
  EXPECT_THAT(line.prompt(), Not(HasSubstr("Tuesday")));
}

TEST(SteppingIn, OnHoldThereIsMusicAndNoQuestion) {
  Line line{ConversationSettings{}};
  line.listen();
  line.send(OperatorHeld{"Priya", true});
  EXPECT_TRUE(line.music());
  line.say("Hello?");
  line.run(base::seconds(60));
  EXPECT_TRUE(line.silent());
  EXPECT_THAT(line.asked(), IsEmpty());
  line.send(OperatorHeld{"Priya", false});
  EXPECT_FALSE(line.music());
  line.listen();
  EXPECT_TRUE(line.was_heard(kBack.substr(0, kBack.find(" Is"))));
  line.send(OperatorHeld{"Priya", true});
  line.send(OperatorTookOver{"Priya"});
  EXPECT_FALSE(line.music());
  EXPECT_TRUE(line.silent());
}

TEST(SteppingIn, CallersArePutThroughOnlyToThoseOnTheList) {
  ConversationSettings settings;
  settings.transfers.targets = {{.name = "Accounts", .address = "+441632960123"}};
  settings.transfers.method = transfer::Method::announced;
  Line line{settings};
  line.listen();
  line.send(OperatorTookOver{"Priya"});
  line.send(OperatorPutThrough{"Priya", "+447700900999"});
  line.listen();
  EXPECT_THAT(line.second_legs(), IsEmpty());
  EXPECT_EQ(line.attendant(), "Priya") << "nothing came of it";
  line.send(OperatorPutThrough{"Priya", "Accounts"});
  line.listen();
  EXPECT_THAT(line.second_legs(), SizeIs(1));
  EXPECT_EQ(line.attendant(), "");
  EXPECT_EQ(line.state(), State::transferring);
  line.send(OperatorTookOver{"Priya"});
  EXPECT_EQ(line.attendant(), "") << "the caller is being put through";
}

TEST(SteppingIn, WhoeverOrdersWhatDoesNotFitIsToldWhy) {
  ConversationSettings settings;
  settings.transfers.targets = {{.name = "Accounts", .address = "+441632960123"}};
  Line line{settings};
  line.listen();
  line.send(OperatorGaveBack{"Priya"});
  line.send(OperatorHeld{"Priya", false});
  line.send(OperatorHeld{"Priya", true});
  line.send(OperatorHeld{"Priya", true});
  line.send(OperatorPutThrough{"Priya", "the moon"});
  EXPECT_THAT(line.refused(), ElementsAre("nobody has taken the call over", "the caller is not on hold",
                                          "the caller is on hold already",
                                          "callers are put through only to those whom the settings name"));
  EXPECT_TRUE(line.music()) << "what was refused changed nothing";
  line.send(OperatorPutThrough{"Priya", "Accounts"});
  line.listen();
  ASSERT_EQ(line.state(), State::transferring);
  line.send(OperatorTookOver{"Priya"});
  line.send(OperatorGaveBack{"Priya"});
  line.send(said("Hello?"));
  line.send(OperatorHeld{"Priya", true});
  line.send(OperatorPutThrough{"Priya", "Accounts"});
  EXPECT_THAT(line.refused(), SizeIs(9));
  EXPECT_EQ(line.refused()[4], "the caller is being put through");
  EXPECT_THAT(line.second_legs(), SizeIs(1));
}

TEST(SteppingIn, HowCallersArePutThroughMayBeSaid) {
  for (const auto usual : {transfer::Method::announced, transfer::Method::blind}) {
    ConversationSettings settings;
    settings.transfers.targets = {{.name = "Accounts", .address = "+441632960123"}};
    settings.transfers.method = usual;
    Line warm{settings}, cold{settings};
    warm.listen();
    cold.listen();
    warm.send(OperatorPutThrough{"Priya", "Accounts", call::PutThroughKind::warm});
    cold.send(OperatorPutThrough{"Priya", "Accounts", call::PutThroughKind::cold});
    warm.listen();
    cold.listen();
    EXPECT_THAT(warm.second_legs(), ElementsAre("+441632960123"));
    EXPECT_THAT(warm.referred(), IsEmpty());
    EXPECT_THAT(cold.referred(), ElementsAre("+441632960123"));
    EXPECT_THAT(cold.second_legs(), IsEmpty());
  }
}

TEST(SteppingIn, WhoTakesOverBeforeTheCallerIsPutThroughKeepsTheCaller) {
  ConversationSettings settings;
  settings.transfers.targets = {{.name = "Accounts", .address = "+441632960123"}};
  Line line{settings};
  line.listen();
  line.send(OperatorPutThrough{"Sam", "Accounts"});
  line.run(base::milliseconds(300));  // "I'll put you through now."
  line.send(OperatorTookOver{"Priya"});
  line.run(base::seconds(30));
  EXPECT_THAT(line.second_legs(), IsEmpty());
  EXPECT_EQ(line.attendant(), "Priya");
  EXPECT_TRUE(line.silent());
}

TEST(SteppingIn, WhoSpeaksIsNotTalkedOver) {
  ConversationSettings settings;
  settings.transfers.targets = {{.name = "Accounts", .address = "+441632960123"}};
  Line line{settings};
  line.listen();
  line.speak_over();
  line.run(base::milliseconds(400));
  line.send(said("One moment."));
  for (int i = 0; i < 5; ++i) line.send(said("Please."));
  EXPECT_THAT(line.refused(), SizeIs(3)) << "what waits is bounded";
  line.send(OperatorPutThrough{"Priya", "Accounts"});
  line.run(base::seconds(2));
  EXPECT_TRUE(line.silent());
  line.finish("I would like to complain about my bill.");
  line.listen();
  EXPECT_THAT(line.caller_turns(), ElementsAre("I would like to complain about my bill."));
  EXPECT_THAT(line.asked(), IsEmpty()) << "what was typed is the answer";
  EXPECT_THAT(line.heard(), testing::Contains(HasSubstr("One moment.")));
  EXPECT_THAT(line.heard(), testing::Contains(HasSubstr("put you through")));
  EXPECT_THAT(line.second_legs(), SizeIs(1));
}

TEST(SteppingIn, AReplyThatIsBeingMadeIsCancelled) {
  Line line{ConversationSettings{}};
  line.listen();
  line.let_model_think();
  line.say("What time do you open?");
  ASSERT_EQ(line.state(), State::thinking);
  const auto before = line.cancelled();
  line.send(OperatorTookOver{"Priya"});
  EXPECT_EQ(line.cancelled(), before + 1);
  line.answer_model();  // it was on its way
  line.run(base::seconds(30));
  EXPECT_FALSE(line.was_heard("We open at eight."));
  EXPECT_TRUE(line.silent()) << "no filler, no apology for a late answer";
  EXPECT_THAT(line.caller_turns(), ElementsAre("What time do you open?"));
}

TEST(SteppingIn, ACallThatIsTakenOverEndsLikeAnother) {
  for (const bool by_caller : {true, false}) {
    Line line{ConversationSettings{}};
    line.listen();
    line.send(OperatorTookOver{"Priya"});
    line.say("My name is Ada.");
    line.speak_over();
    by_caller ? line.send(call::LegEnded{"the caller hung up"})
              : line.send(call::HangUpRequested{"Sam ended the call"});
    EXPECT_EQ(line.state(), State::ended);
    EXPECT_THAT(line.caller_turns(), ElementsAre("My name is Ada."));
    line.send(OperatorGaveBack{"Priya"});
    EXPECT_TRUE(line.silent());
  }
}

TEST(SteppingIn, AQuestionWhetherToRecordIsNotAnsweredToSomebodyElse) {
  Line line(RecordingPolicy::ask);
  line.listen();
  line.send(OperatorTookOver{"Priya"});
  line.say("Yes.");
  EXPECT_FALSE(line.recording()) << "the yes was perhaps for Priya";
  line.send(OperatorGaveBack{"Priya"});
  line.listen();
  line.say("Yes.");
  line.listen();
  EXPECT_FALSE(line.recording());
  ASSERT_THAT(line.consents(), SizeIs(1));
  EXPECT_EQ(line.consents().front().outcome, call::ConsentOutcome::unanswered);
}

TEST(SteppingIn, ACallersWishNotToBeRecordedIsObeyed) {
  Line line(RecordingPolicy::announce);
  line.listen();
  ASSERT_TRUE(line.recording());
  line.send(OperatorTookOver{"Priya"});
  line.say("Please stop recording.");
  EXPECT_FALSE(line.recording());
  EXPECT_TRUE(line.silent());
}

TEST(SteppingIn, WhoTakesOverDuringTheAnnouncementHasNoRecordingUntilItWasHeard) {
  Line line(RecordingPolicy::announce);
  line.run(base::milliseconds(1200));
  line.send(OperatorTookOver{"Priya"});
  line.say("Hello.");
  line.run(base::seconds(10));
  EXPECT_FALSE(line.recording());
  EXPECT_TRUE(line.silent());
  line.send(OperatorGaveBack{"Priya"});
  line.listen();
  line.say("What time do you open?");
  line.listen();
  EXPECT_TRUE(line.recording()) << "told after all, once she answers again";
}

}  // namespace frontdesk::conversation
