// The recording's decisions, played against the conversation: nothing is recorded before the caller knows.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.hpp"
#include "conversation/answered_line_test.hpp"
#include "conversation/consent_words.hpp"

namespace frontdesk::conversation {
namespace {

using base::milliseconds;

}  // namespace

TEST(Recording, TheAnnouncementGoesBeforeTheGreetingsQuestion) {
  RecordingSettings settings{.policy = RecordingPolicy::announce};
  auto opening = opening_of("Hello, this is Hillside. How can I help?", settings);
  EXPECT_EQ(opening.before, "Hello, this is Hillside.");
  EXPECT_EQ(opening.notice, "This call is recorded.");
  EXPECT_EQ(opening.after, "How can I help?");
  EXPECT_EQ(opening_of("Hillside Dental!", settings).before, "Hillside Dental!");
  EXPECT_EQ(opening_of("How can I help?", settings).after, "How can I help?");
  EXPECT_EQ(opening_of("", settings).notice, "This call is recorded.");
  settings.policy = RecordingPolicy::ask;
  opening = opening_of("Hello, this is Hillside. How can I help?", settings);
  EXPECT_EQ(opening.before + "|" + opening.notice + "|" + opening.after,
            "Hello, this is Hillside.|May we record this call?|");
  settings.policy = RecordingPolicy::off;
  EXPECT_EQ(opening_of("Hello?", settings).before, "Hello?");
}

TEST(Recording, BeginsWhenTheAnnouncementWasHeard) {
  Line line(RecordingPolicy::announce);
  line.run(milliseconds(2000));
  EXPECT_FALSE(line.recording()) << "the announcement is being said";
  line.run(milliseconds(200));
  EXPECT_TRUE(line.recording());
  line.listen();
  EXPECT_EQ(line.heard(),
            (std::vector<std::string>{"Hello, this is Hillside Dental.", "This call is recorded.", "How can I help?"}));
  ASSERT_EQ(line.consents().size(), 1U);
  EXPECT_EQ(line.consents()[0].outcome, call::ConsentOutcome::announced);
  EXPECT_EQ(line.consents()[0].policy, "announce");
}

TEST(Recording, OffIsOff) {
  Line line(RecordingPolicy::off);
  line.listen();
  line.say("What time do you open?");
  line.listen();
  EXPECT_EQ(line.starts(), 0);
  EXPECT_TRUE(line.consents().empty());
}

TEST(Recording, NoneOfAHundredInterruptedAnnouncementsIsTakenForHeard) {
  base::Random random(40);
  int recorded = 0;
  for (int i = 0; i < 100; ++i) {
    Line line(i % 2 == 0 ? RecordingPolicy::announce : RecordingPolicy::ask);
    line.run(milliseconds(random.between(20, 2000)));
    ASSERT_FALSE(line.was_heard("This call is recorded."));
    switch (i % 4) {
      case 0:
      case 1:
        line.say("What time do you open?");
        break;
      case 2:
        line.send(call::LegEnded{"the caller hung up"});
        break;
      default:
        line.speak_over();
        line.run(milliseconds(300));
        line.send(call::HangUpRequested{"the operator"});
        break;
    }
    if (!line.was_heard("This call is recorded.")) recorded += line.starts();
  }
  EXPECT_EQ(recorded, 0);
}

TEST(Recording, ACutOffAnnouncementIsRepeatedAfterTheAnswer) {
  Line line(RecordingPolicy::announce);
  line.run(milliseconds(1600));
  line.say("What time do you open?");
  EXPECT_FALSE(line.recording());
  line.listen();
  const auto heard = line.heard();
  ASSERT_GE(heard.size(), 3U);
  EXPECT_EQ(heard[heard.size() - 2], "We open at eight.");
  EXPECT_EQ(heard.back(), "This call is recorded.");
  EXPECT_TRUE(line.recording());
}

TEST(Recording, IsGivenUpWhenTheCallerNeverHearsOfIt) {
  Line line(RecordingPolicy::announce);
  line.run(milliseconds(1500));
  for (int i = 0; i < 4; ++i) {
    line.say("What time do you open?");
    line.run(milliseconds(700));
  }
  line.listen();
  line.say("And on Sunday?");
  line.listen();
  EXPECT_EQ(line.starts(), 0);
  ASSERT_EQ(line.consents().size(), 1U);
  EXPECT_EQ(line.consents()[0].outcome, call::ConsentOutcome::unheard);
}

TEST(Recording, AskedAYesStartsIt) {
  Line line(RecordingPolicy::ask);
  line.listen();
  EXPECT_FALSE(line.recording());
  line.say("Sure, go ahead.");
  EXPECT_TRUE(line.recording());
  line.listen();
  EXPECT_EQ(line.heard().back(), "How can I help?");
  ASSERT_EQ(line.consents().size(), 1U);
  EXPECT_EQ(line.consents()[0].outcome, call::ConsentOutcome::given);
  EXPECT_EQ(line.consents()[0].words.expose(), "Sure, go ahead.");
}

TEST(Recording, AYesWithAQuestionIsAnsweredByTheModel) {
  Line line(RecordingPolicy::ask);
  line.listen();
  line.say("Yes, what time do you open on Saturday?");
  EXPECT_TRUE(line.recording());
  line.listen();
  EXPECT_EQ(line.heard().back(), "We open at eight.");
}

TEST(Recording, AskedANoOrNothingMeansNo) {
  Line refused(RecordingPolicy::ask);
  refused.listen();
  refused.say("No, thank you.");
  refused.listen();
  EXPECT_EQ(refused.starts(), 0);
  EXPECT_EQ(refused.consents().at(0).outcome, call::ConsentOutcome::refused);
  EXPECT_EQ(refused.heard().back(), "How can I help?");

  Line ignored(RecordingPolicy::ask);
  ignored.listen();
  ignored.say("What time do you open?");
  ignored.listen();
  ignored.say("Yes.");
  ignored.listen();
  EXPECT_EQ(ignored.starts(), 0) << "a yes to something else";
  EXPECT_EQ(ignored.consents().at(0).outcome, call::ConsentOutcome::unanswered);

  Line silent(RecordingPolicy::ask);
  silent.run(base::seconds(16));
  ASSERT_TRUE(silent.was_heard("Are you still there?"));
  silent.say("Yes.");
  silent.listen();
  EXPECT_EQ(silent.starts(), 0) << "a yes to something else";
}

TEST(Recording, BothPartiesNeedAClearYes) {
  Line line(RecordingPolicy::both_party);
  line.listen();
  line.say("Okay.");
  EXPECT_FALSE(line.recording());
  line.listen();
  EXPECT_TRUE(line.was_heard("may we record this call?")) << line.heard().back();
  line.say("Yes.");
  EXPECT_TRUE(line.recording());

  Line vague(RecordingPolicy::both_party);
  vague.listen();
  vague.say("Okay.");
  vague.listen();
  vague.say("Okay.");
  vague.listen();
  EXPECT_EQ(vague.starts(), 0);
  EXPECT_EQ(vague.consents().at(0).outcome, call::ConsentOutcome::unanswered);
}

TEST(Recording, ConsentCanBeWithdrawn) {
  for (const auto policy : {RecordingPolicy::announce, RecordingPolicy::ask, RecordingPolicy::both_party}) {
    Line line(policy);
    line.listen();
    if (policy != RecordingPolicy::announce) line.say("Yes.");
    line.listen();
    ASSERT_TRUE(line.recording());
    line.say("Please stop recording.");
    EXPECT_FALSE(line.recording());
    line.listen();
    line.say("Yes.");
    line.listen();
    EXPECT_FALSE(line.recording()) << "for good";
    EXPECT_EQ(line.consents().at(1).outcome, call::ConsentOutcome::withdrawn);
    EXPECT_EQ(line.consents().at(1).words.expose(), "Please stop recording.");
  }
}

TEST(Recording, PausesByHandAndGoesOn) {
  Line line(RecordingPolicy::announce);
  line.listen();
  line.send(call::RecordingRequested{true});
  EXPECT_TRUE(line.paused());
  line.say("It is [number].");
  EXPECT_TRUE(line.paused());
  line.send(call::RecordingRequested{false});
  EXPECT_FALSE(line.paused());
}

TEST(Recording, PausesWhileKeysAreHidden) {
  Line line(RecordingPolicy::announce, [](auto& recording) { recording.hide_keys = true; });
  line.listen();
  for (int i = 0; i < 16; ++i) {
    line.send(call::DigitPressed{call::kHiddenKey});
    EXPECT_TRUE(line.paused());
    line.run(milliseconds(900));
  }
  line.run(base::seconds(5));
  EXPECT_FALSE(line.paused());
  for (const auto& asked : line.asked()) EXPECT_EQ(asked.find(call::kHiddenKey), std::string::npos) << asked;
}

TEST(Recording, PausesWhileACardNumberIsAskedFor) {
  Line line(RecordingPolicy::announce);
  line.listen();
  line.listen_to_model("Certainly, I can take that now. Could you tell me your card number, please?");
  line.say("I want to pay the bill.");
  line.listen();
  EXPECT_TRUE(line.paused());
  line.run(base::seconds(10));
  ASSERT_TRUE(line.was_heard("Are you still there?"));
  EXPECT_TRUE(line.paused()) << "the number is still to come";
  line.listen_to_model("Thank you, that is paid.");
  line.say("It is [number].");
  line.listen();
  EXPECT_FALSE(line.paused());
}

TEST(ConsentWords, TellYesFromNo) {
  using enum ConsentAnswer;
  for (const auto* text : {"Yes.", "Yeah, sure.", "Um, yes please", "I agree", "yes that's fine", "You may."}) {
    EXPECT_EQ(consent_answer(text, true), yes) << text;
    EXPECT_EQ(consent_answer(text, false), yes) << text;
  }
  for (const auto* text : {"Okay.", "That's fine.", "Go ahead", "No problem.", "I don't mind", "Sure", "Of course"}) {
    EXPECT_EQ(consent_answer(text, false), yes) << text;
    EXPECT_NE(consent_answer(text, true), yes) << text;
  }
  for (const auto* text : {"No.", "No thanks", "Rather not.", "I don't want that", "Please don't", "Nope",
                           "I would rather not be recorded if that is at all possible", "Yes but don't record it",
                           "No, I would like to know what time you open on Saturday"})
    for (const bool strict : {false, true}) EXPECT_EQ(consent_answer(text, strict), no) << text;
  for (const auto* text :
       {"", "What time do you open?", "Is it okay to bring my dog?", "I don't know", "Hello?", "Why?", "Pardon?"})
    for (const bool strict : {false, true}) EXPECT_EQ(consent_answer(text, strict), unclear) << text;
  EXPECT_TRUE(only_an_answer("Yes, that's fine, thank you."));
  EXPECT_FALSE(only_an_answer("Yes, I need a dentist."));
}

TEST(ConsentWords, HearWhenConsentIsWithdrawn) {
  for (const auto* text : {"Please stop recording.", "Don't record this", "I don't want to be recorded",
                           "could you turn the recording off", "I do not want this call to be recorded"})
    EXPECT_TRUE(withdraws_consent(text)) << text;
  for (const auto* text : {"Do you have a record of my visit?", "I have no record of that", "Is this recorded?",
                           "When does the bus stop?", "You could record that I called"})
    EXPECT_FALSE(withdraws_consent(text)) << text;
}

TEST(ConsentWords, KnowWhatIsAPayment) {
  EXPECT_TRUE(asks_for_payment_details("Could you read me your card number, please?"));
  EXPECT_TRUE(asks_for_payment_details("And the expiry date, please."));
  EXPECT_FALSE(asks_for_payment_details("You can pay by credit card or cash."));
  EXPECT_FALSE(asks_for_payment_details("What is your telephone number?"));
}

}  // namespace frontdesk::conversation
