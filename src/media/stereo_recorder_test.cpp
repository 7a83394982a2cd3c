#include "media/stereo_recorder.hpp"

#include <gtest/gtest.h>

namespace frontdesk::media {

TEST(StereoRecorder, ShipsWholeBlocksAndTheRest) {
  StereoRecorder recorder(base::milliseconds(60));
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

}  // namespace frontdesk::media
