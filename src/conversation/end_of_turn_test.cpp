#include "conversation/end_of_turn.hpp"

#include <gtest/gtest.h>

namespace frontdesk::conversation {
namespace {

using base::milliseconds;

const EndOfTurnSettings kDefault;

base::Duration silence(Pause pause) {
  return silence_that_ends_turn(pause, kDefault).silence;
}

}  // namespace

TEST(EndOfTurn, TheWordsSetTheSilence) {
  EXPECT_EQ(silence({.text = "What time do you open?"}), kDefault.question);
  EXPECT_EQ(silence({.text = "Yes, please."}), kDefault.answer);
  EXPECT_EQ(silence({.text = "I'd like to book a table."}), kDefault.statement);
  EXPECT_EQ(silence({.text = "I'd like to"}), kDefault.open);
  EXPECT_EQ(silence({.text = "oh two oh seven"}), kDefault.number);
  EXPECT_EQ(silence({.text = "It's 020 7946 0123"}), kDefault.whole_number);
  EXPECT_EQ(silence({.text = "S M I T"}), kDefault.spelling);
  EXPECT_EQ(silence({.text = ""}), kDefault.unsure);
}

TEST(EndOfTurn, TheMelodyStretchesOrShortensWhatTheWordsLeaveOpen) {
  EXPECT_GT(silence({.text = "I'd like to book a table.", .finished = 0.1F}), kDefault.statement);
  EXPECT_LT(silence({.text = "I'd like to book a table.", .finished = 0.95F}), kDefault.statement);
  EXPECT_EQ(silence({.text = "I'd like to book a table.", .finished = 0.5F}), kDefault.statement);
  EXPECT_EQ(silence({.text = "my number is", .finished = 0.95F}), kDefault.open) << "nobody stops there";
}

TEST(EndOfTurn, WhoWasAskedForANumberMayThink) {
  EXPECT_GE(silence({.text = "It's the usual one.", .expected = Expected::number}), kDefault.unsure);
  EXPECT_EQ(silence({.text = "It's 020 7946 0123", .expected = Expected::number}), kDefault.whole_number);
}

TEST(EndOfTurn, YesEndsTheTurnWhereAChoiceWasOffered) {
  EXPECT_EQ(silence({.text = "Yes.", .expected = Expected::yes_or_no}), kDefault.answer);
  EXPECT_EQ(silence({.text = "Yes."}), kDefault.statement) << "\"Yes, hi, I would like...\"";
}

TEST(EndOfTurn, AQuestionThatWasNotHeardClearlyMayBeHalfOfSomething) {
  EXPECT_EQ(silence({.text = "What time do you open?", .confidence = 0.5F}), kDefault.unsure);
}

TEST(EndOfTurn, WhatAnswersOurQuestionNeedsLess) {
  EXPECT_EQ(silence({.text = "It's John Smith.", .understood = true, .expected = Expected::answer}),
            kDefault.understood);
  EXPECT_EQ(silence({.text = "It's John Smith.", .understood = true}), kDefault.statement) << "nobody asked";
  EXPECT_EQ(silence({.text = "My name is", .understood = true, .expected = Expected::answer}), kDefault.open);
}

TEST(EndOfTurn, WhoPausesLongIsGivenTime) {
  const auto patient = silence({.text = "I'd like a table.", .longest_resumed = milliseconds(1300)});
  EXPECT_GT(patient, kDefault.statement);
  EXPECT_LT(patient, milliseconds(1300));
  EXPECT_EQ(silence({.text = "What time do you open?", .longest_resumed = milliseconds(900)}), kDefault.question);
}

TEST(EndOfTurn, ARequestLeavesTimeForItsParticulars) {
  EXPECT_EQ(silence({.text = "Can I book an appointment?"}), kDefault.request);
  EXPECT_EQ(silence({.text = "Can I book an appointment for Tuesday?"}), kDefault.question);
}

TEST(EndOfTurn, IsBounded) {
  EndOfTurnSettings extreme;
  extreme.open = base::seconds(60);
  extreme.question = milliseconds(0);
  EXPECT_EQ(silence_that_ends_turn({.text = "and the"}, extreme).silence, extreme.longest);
  EXPECT_EQ(silence_that_ends_turn({.text = "What time do you open?"}, extreme).silence, extreme.shortest);
}

TEST(EndOfTurn, TheFixedPolicyKnowsOneSilence) {
  EndOfTurnSettings fixed;
  fixed.policy = EndOfTurnPolicy::fixed;
  for (const char* text : {"", "yes", "and the", "What time do you open?"})
    EXPECT_EQ(silence_that_ends_turn({.text = text}, fixed).silence, fixed.fixed) << text;
}

TEST(EndOfTurn, EveryDecisionSaysWhy) {
  for (const char* text : {"", "yes", "and", "five", "x.", "x,", "x", "S M"})
    EXPECT_FALSE(silence_that_ends_turn({.text = text}, {}).because.empty()) << text;
}

TEST(Expected, IsWhatTheLastQuestionAsksFor) {
  EXPECT_EQ(expected_after("Thank you. Could you spell that for me?"), Expected::spelling);
  EXPECT_EQ(expected_after("And what number can we reach you on?"), Expected::number);
  EXPECT_EQ(expected_after("Your number is 5. Shall I book it?"), Expected::yes_or_no);
  EXPECT_EQ(expected_after("How can I help?"), Expected::anything);
  EXPECT_EQ(expected_after("And what is your name?"), Expected::answer);
  EXPECT_EQ(expected_after("We are open."), Expected::anything);
  EXPECT_EQ(expected_after("?"), Expected::anything);
  EXPECT_EQ(expected_after(""), Expected::anything);
}

}  // namespace frontdesk::conversation
