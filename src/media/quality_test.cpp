#include "media/quality.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace frontdesk::media {
namespace {

constexpr CodecImpairment kPerfect{0, 4.3};

double r(double loss, int delay_ms = 0, CodecImpairment codec = kPerfect, double burst = 1) {
  return rating({codec, loss, burst, base::milliseconds(delay_ms)});
}

TEST(Quality, DefaultsGiveThePublishedRating) {
  // G.107, clause 7.7: with all parameters at their defaults R = 93.2.
  EXPECT_NEAR(r(0), 93.2, 0.05);
  EXPECT_NEAR(mean_opinion_score(r(0)), 4.41, 0.005);
}

TEST(Quality, OpinionScoresOfAnnexB) {
  // G.107, Table B.1.
  const double table[][2] = {{90, 4.34}, {80, 4.03}, {70, 3.60}, {60, 3.10}, {50, 2.58}};
  for (const auto& [rating_value, mos] : table)
    EXPECT_NEAR(mean_opinion_score(rating_value), mos, 0.01) << rating_value;
  EXPECT_EQ(mean_opinion_score(-5), 1);
  EXPECT_EQ(mean_opinion_score(120), 4.5);
  for (double value = 0; value < 100; value += 0.5) EXPECT_GE(mean_opinion_score(value), 1);
}

TEST(Quality, EquipmentOfG113) {
  // Ie of G.113 table I.1: the rating falls by it: G.729A 11, G.723.1 at 5.3 kbit/s 19, GSM full rate 20.
  for (const double ie : {11.0, 19.0, 20.0}) EXPECT_NEAR(r(0) - r(0, 0, {ie, 19}), ie, 1e-9);
  // Ie-eff = Ie + (95 - Ie) Ppl / (Ppl/BurstR + Bpl): G.729A+VAD, 2 % random loss: 11 + 84 * 2 / 21 = 19.
  EXPECT_NEAR(r(0) - r(0.02, 0, {11, 19}), 19, 1e-9);
  // The same losses in bursts of twice the random length: 11 + 84 * 2 / 20.
  EXPECT_NEAR(r(0) - r(0.02, 0, {11, 19}, 2), 19.4, 1e-9);
  // G.711 without concealment, 3 %: 95 * 3 / 7.3; with Appendix I: 95 * 3 / 28.1.
  EXPECT_NEAR(r(0) - r(0.03, 0, {0, 4.3}), 39.04, 0.01);
  EXPECT_NEAR(r(0) - r(0.03, 0, {0, 25.1}), 10.14, 0.01);
}

TEST(Quality, DelayFollowsThePublishedApproximation) {
  // Cole and Rosenbluth (2001): Id = 0.024 d + 0.11 (d - 177.3) beyond 177.3 ms, fitted to G.107; loose towards 400 ms.
  for (int ms = 0; ms <= 350; ms += 25) {
    const double fitted = 0.024 * ms + (ms > 177.3 ? 0.11 * (ms - 177.3) : 0);
    EXPECT_NEAR(r(0) - r(0, ms), fitted, 3) << ms;
    if (ms == 0) continue;
    EXPECT_LE(r(0, ms), r(0, ms - 25)) << ms;
  }
}

TEST(Quality, EveryCodecHasAnImpairmentAndLossOnlyHurts) {
  for (const auto codec : codec::kAllCodecs) {
    const auto impairment = impairment_of(codec);
    double before = 101;
    for (double loss = 0; loss <= 1; loss += 0.01) {
      const double now = r(loss, 100, impairment);
      EXPECT_LE(now, before);
      EXPECT_GE(now, 0);
      before = now;
    }
  }
}

TEST(Quality, BurstRatioOfObservedRuns) {
  EXPECT_EQ(burst_ratio(0, 0, 0), 1);
  EXPECT_EQ(burst_ratio(100, 100, 1), 1);
  EXPECT_EQ(burst_ratio(1000, 10, 10), 1);  // singly: at most random
  EXPECT_NEAR(burst_ratio(1000, 40, 10), 3.84, 1e-9);
}

}  // namespace
}  // namespace frontdesk::media
