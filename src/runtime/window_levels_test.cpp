#include "runtime/window_levels.hpp"

#include <gtest/gtest.h>

namespace frontdesk::runtime {

TEST(WindowLevels, KnowsTheLastWindowsHoweverTheSamplesCame) {
  WindowLevels levels;
  const audio::Pcm loud(speech::kVadWindowSamples, 16384);
  const audio::Pcm soft(speech::kVadWindowSamples, 164);
  EXPECT_FALSE(levels.of(0));
  levels.push(audio::PcmView(loud).first(100));
  EXPECT_FALSE(levels.of(0));
  levels.push(audio::PcmView(loud).subspan(100));
  levels.push(soft);
  ASSERT_TRUE(levels.of(0) && levels.of(1));
  EXPECT_NEAR(*levels.of(0), -6.0F, 0.1F);
  EXPECT_NEAR(*levels.of(1), -46.0F, 0.1F);
  EXPECT_FALSE(levels.of(2));
  levels.push(audio::Pcm(70 * speech::kVadWindowSamples, 1));
  EXPECT_FALSE(levels.of(0)) << "long gone";
  EXPECT_TRUE(levels.of(71));
}

}  // namespace frontdesk::runtime
