#include "speech/sentence_splitter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace frontdesk::speech {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(SplitForSpeech, SentencesOneByOne) {
  EXPECT_THAT(split_for_speech("We are open. Do come in! Can I help?"),
              ElementsAre("We are open.", "Do come in!", "Can I help?"));
  EXPECT_THAT(split_for_speech("  one piece  "), ElementsAre("one piece"));
  EXPECT_THAT(split_for_speech(" \n "), IsEmpty());
}

TEST(SplitForSpeech, TheFirstPieceIsAShortClause) {
  EXPECT_THAT(split_for_speech("Thank you for calling Riverside Dental, the friendliest practice in all of the town."),
              ElementsAre("Thank you for calling Riverside Dental,", "the friendliest practice in all of the town."));
  // Only the first.
  EXPECT_THAT(split_for_speech("Hello there. We are open today, and we would be very glad to see you here."),
              SizeIs(2));
  // Not after one word, and not a clause that is itself long.
  EXPECT_THAT(split_for_speech("Sure, the practice opens at nine in the morning on every weekday."), SizeIs(1));
  EXPECT_THAT(split_for_speech("The quick brown fox that jumped over the lazy dog, so they say, ran."), SizeIs(1));
}

TEST(SplitForSpeech, StopsThatEndNoSentence) {
  EXPECT_THAT(split_for_speech("Dr. Lee is in. Mr. J. Smith is out."),
              ElementsAre("Dr. Lee is in.", "Mr. J. Smith is out."));
  EXPECT_THAT(split_for_speech("It is 3.50 at www.example.com today"), SizeIs(1));
  EXPECT_THAT(split_for_speech("From 9 a.m. to 5 p.m. We are closed on Sunday."),
              ElementsAre("From 9 a.m. to 5 p.m.", "We are closed on Sunday."));
  EXPECT_THAT(split_for_speech("He said \"hello.\" Then he left."), ElementsAre("He said \"hello.\"", "Then he left."));
}

TEST(SplitForSpeech, LongSentencesAreCutAndNothingIsLost) {
  std::string text;
  for (int i = 0; i < 80; ++i) text += "word" + std::to_string(i) + (i % 20 == 19 ? ", " : " ");
  const auto pieces = split_for_speech(text);
  EXPECT_GT(pieces.size(), 2U);
  std::string joined;
  for (const auto& piece : pieces) {
    EXPECT_LE(piece.size(), kLongestPieceBytes);
    joined += piece + " ";
  }
  EXPECT_EQ(joined, text);
}

TEST(SplitForSpeech, TextWithoutSpacesIsCutBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "\xc3\xa9";
  std::string joined;
  for (const auto& piece : split_for_speech(text)) {
    EXPECT_LE(piece.size(), kLongestPieceBytes);
    EXPECT_EQ(static_cast<unsigned char>(piece[0]), 0xc3);
    joined += piece;
  }
  EXPECT_EQ(joined, text);
}

}  // namespace
}  // namespace frontdesk::speech
