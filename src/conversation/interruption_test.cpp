#include "conversation/interruption.hpp"

#include <gtest/gtest.h>

namespace frontdesk::conversation {
namespace {

using enum InterruptionVerdict;

InterruptionVerdict verdict(Overlap overlap) {
  return judge_interruption(overlap, {}).verdict;
}

}  // namespace

TEST(Backchannel, IsSoundsOfListeningOnly) {
  for (const char* text : {"Mm.", "mhm", "Uh-huh.", "mm hmm", "Oh.", "Okay.", "Yeah, okay.", "I see.", "Got it!"})
    EXPECT_TRUE(is_backchannel(text)) << text;
  for (const char* text : {"", "...", "Mm, no.", "stop", "okay so what about Sunday", "No.", "Wait."})
    EXPECT_FALSE(is_backchannel(text)) << text;
}

TEST(Interruption, WordsTakeTheTurn) {
  EXPECT_EQ(verdict({.text = "Wait."}), yield);
  EXPECT_EQ(verdict({.text = "And on Sunday?", .transcribed = true}), yield);
}

TEST(Interruption, ListeningAndNoiseDoNot) {
  EXPECT_EQ(verdict({.text = "", .transcribed = false}), wait);
  EXPECT_EQ(verdict({.text = "", .transcribed = true}), go_on);
  EXPECT_EQ(verdict({.text = "Mm.", .transcribed = false}), wait) << "it may become \"Mm, no\"";
  EXPECT_EQ(verdict({.text = "Okay.", .transcribed = true}), go_on);
}

TEST(Interruption, OkayAnswersAQuestionThatWasNearlySaid) {
  EXPECT_EQ(verdict({.text = "Yes.", .transcribed = true, .we_asked = true, .nearly_said = true}), yield);
  EXPECT_EQ(verdict({.text = "Yes.", .transcribed = true, .we_asked = true, .nearly_said = false}), go_on);
  EXPECT_EQ(verdict({.text = "Yes.", .transcribed = true, .we_asked = false, .nearly_said = true}), go_on);
}

TEST(Interruption, ThePolicyMayBeAnyVoice) {
  EXPECT_EQ(judge_interruption({.text = ""}, {.policy = InterruptionPolicy::voice}).verdict, yield);
}

}  // namespace frontdesk::conversation
