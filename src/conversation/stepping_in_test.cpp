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
  EXPECT_EQ(line.state(), State::listening) << "she is back with the caller";
  line.send(OperatorPutThrough{"Priya", "Accounts"});
  line.listen();
  EXPECT_THAT(line.second_legs(), SizeIs(1));
  EXPECT_EQ(line.attendant(), "");
  EXPECT_EQ(line.state(), State::transferring);
  line.send(OperatorTookOver{"Priya"});
  EXPECT_EQ(line.attendant(), "") << "the caller is being put through";
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
