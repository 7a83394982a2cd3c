#include "conversation/end_of_turn.hpp"

#include <gtest/gtest.h>

namespace frontdesk::conversation {
namespace {

base::Duration silence(std::string_view text) {
  return silence_that_ends_turn(text, {}).silence;
}

const EndOfTurnSettings kDefault;

}  // namespace

TEST(EndOfTurn, CompleteSentencesNeedLittle) {
  for (const char* text : {"What time do you open?", "I'd like to book a table.", "Stop!", "yes", "Okay", "no thanks",
                           "hello", "He said \"stop.\""})
    EXPECT_EQ(silence(text), kDefault.complete) << text;
}

TEST(EndOfTurn, OpenEndingsNeedMore) {
  for (const char* text :
       {"I would like to", "and the", "my", "Well um", "I want that, ", "so...", "It is for", "I'm", "My address is,"})
    EXPECT_EQ(silence(text), kDefault.open) << text;
}

TEST(EndOfTurn, NumbersNeedMost) {
  for (const char* text : {"oh two oh seven", "It's 0207", "double", "four six.", "my number is 5"})
    EXPECT_EQ(silence(text), kDefault.digits) << text;
}

TEST(EndOfTurn, WithoutAClueItIsUnsure) {
  EXPECT_EQ(silence(""), kDefault.unsure);
  EXPECT_EQ(silence("   "), kDefault.unsure);
  EXPECT_EQ(silence("..."), kDefault.unsure);
  EXPECT_EQ(silence("a table for Friday"), kDefault.unsure);
}

TEST(EndOfTurn, EveryDecisionSaysWhy) {
  for (const char* text : {"", "yes", "and", "five", "x.", "x,", "x"})
    EXPECT_FALSE(std::string_view(silence_that_ends_turn(text, {}).because).empty());
}

TEST(Backchannel, IsSoundsOfListeningOnly) {
  for (const char* text : {"Mm.", "mhm", "Uh-huh.", "mm hmm", "Oh."}) EXPECT_TRUE(is_backchannel(text)) << text;
  for (const char* text : {"", "...", "Mm, no.", "Yes.", "stop", "okay"}) EXPECT_FALSE(is_backchannel(text)) << text;
}

TEST(EndOfTurn, AWholeTelephoneNumberNeedsNoLongPause) {
  EXPECT_EQ(silence("My number is zero two zero, seven nine four six, zero one two three."), kDefault.unsure);
  EXPECT_EQ(silence("It's 020 7946 0123"), kDefault.unsure);
  EXPECT_EQ(silence("zero double seven double zero nine hundred"), kDefault.unsure) << "no digit at its end";
  EXPECT_EQ(silence("My number is zero two zero, seven nine four six"), kDefault.digits);
  EXPECT_EQ(silence("at 10 past 9, 2 of us, call 5550100"), kDefault.digits);
}

}  // namespace frontdesk::conversation
