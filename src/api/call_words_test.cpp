#include "api/call_words.hpp"

#include <gtest/gtest.h>

namespace frontdesk::api {

TEST(CallWords, RateSoundAsListenersDo) {
  store::LineQuality quality;
  EXPECT_EQ(sound_words(quality), "") << "nothing was heard";
  for (const auto& [score, words] : std::vector<std::pair<double, std::string>>{{4.41, "very good (4.4)"},
                                                                                {4.3, "good (4.3)"},
                                                                                {4.03, "good (4.0)"},
                                                                                {3.7, "fair (3.7)"},
                                                                                {3.2, "poor (3.2)"},
                                                                                {1, "bad (1.0)"}}) {
    quality.mean_opinion_score = score;
    EXPECT_EQ(sound_words(quality), words);
  }
}

TEST(CallWords, SayWhoCalledAndHowSureThatIs) {
  store::CallerFacts who;
  EXPECT_EQ(asserted_by_words(who), "") << "of a call before these columns were there";
  EXPECT_EQ(attestation_words(who), "");
  EXPECT_EQ(diverted_words(who), "");
  who.source = "from";
  who.attestation = "c";
  who.diverted = true;
  EXPECT_EQ(asserted_by_words(who), "the caller alone (From)");
  EXPECT_EQ(attestation_words(who), "the network knows only where the call entered it (C)");
  EXPECT_EQ(diverted_words(who), "from a number that is not told");
  who.diverted_by = base::Pii<std::string>("+443335550100");
  EXPECT_EQ(diverted_words(who), "from +443335550100");
  EXPECT_EQ(encryption_words("off"), "none");
  EXPECT_EQ(encryption_words(""), "");
}

}  // namespace frontdesk::api
