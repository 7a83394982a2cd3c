#include "media/stereo_recorder.hpp"

#include <gtest/gtest.h>

namespace frontdesk::media {

TEST(StereoRecorder, ShipsWholeBlocksAndTheRest) {
  StereoRecorder recorder(base::milliseconds(60), base::Duration{0});
  const audio::Pcm caller(160, 1);
  const audio::Pcm receptionist(160, 2);
  EXPECT_FALSE(recorder.add(caller, receptionist));
  recorder.set_redacted(true);
  EXPECT_FALSE(recorder.add(caller, receptionist));
  recorder.set_redacted(false);
  const auto block = recorder.add(caller, receptionist);
  ASSERT_TRUE(block);
  ASSERT_EQ(block->size(), 960U);
  EXPECT_EQ((*block)[0], 1);
  EXPECT_EQ((*block)[1], 2);
  EXPECT_EQ((*block)[319], 2);
  EXPECT_EQ((*block)[320], 0);
  EXPECT_EQ((*block)[639], 0);
  EXPECT_EQ((*block)[640], 1);
  EXPECT_FALSE(recorder.add(caller, receptionist));
  EXPECT_EQ(recorder.take_rest().size(), 320U);
  EXPECT_TRUE(recorder.take_rest().empty());
}

TEST(StereoRecorder, ARedactionSilencesTheMomentBeforeItToo) {
  StereoRecorder recorder(base::milliseconds(40), base::milliseconds(60));
  audio::Pcm all;
  const auto push = [&](int ticks) {
    for (int i = 0; i < ticks; ++i)
      if (const auto block = recorder.add(audio::Pcm(160, 7), audio::Pcm(160, 8)))
        all.insert(all.end(), block->begin(), block->end());
  };
  push(10);
  recorder.set_redacted(true);
  push(5);
  recorder.set_redacted(true);
  recorder.set_redacted(false);
  push(2);
  const auto rest = recorder.take_rest();
  all.insert(all.end(), rest.begin(), rest.end());
  ASSERT_EQ(all.size(), 17 * 320U) << "nothing is cut: the clock stays right";
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto tick = i / 320;
    EXPECT_EQ(all[i] == 0, tick >= 7 && tick < 15) << tick;
  }
}

}  // namespace frontdesk::media
