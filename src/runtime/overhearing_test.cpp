#include "runtime/overhearing.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace frontdesk::runtime {
namespace {

class OverhearingTest : public testing::Test {
 protected:
  std::shared_ptr<Ears> ears = std::make_shared<Ears>(100, nullptr, 10);
  Overhearing overhearing{7};
  std::vector<HeardSound> heard;

  void ticks(int count, audio::Sample caller, audio::Sample ours) {
    const audio::Pcm left(audio::kFrameSamples, caller), right(audio::kFrameSamples, ours);
    for (int i = 0; i < count; ++i) overhearing.add(left, right);
    std::vector<HeardSound> more;
    ears->drain(more);
    for (auto& each : more) heard.push_back(std::move(each));
  }
};

TEST_F(OverhearingTest, BothDirectionsComeAFixedTimeLate) {
  overhearing.change(ears, false);
  ticks(15, 100, -200);
  EXPECT_TRUE(heard.empty()) << "300 ms are held back";
  ticks(5, 100, -200);
  ASSERT_EQ(heard.size(), 5U);
  for (std::uint32_t i = 0; i < heard.size(); ++i) {
    EXPECT_EQ(heard[i].call, 7U);
    EXPECT_EQ(heard[i].number, i);
    ASSERT_EQ(heard[i].stereo.size(), 2 * audio::kFrameSamples);
    EXPECT_EQ(heard[i].stereo[0], 100);
    EXPECT_EQ(heard[i].stereo[1], -200);
  }
}

TEST_F(OverhearingTest, NumbersAreSilentAndSoIsTheMomentBefore) {
  overhearing.change(ears, false);
  ticks(20, 100, 100);
  overhearing.set_redacted(true);
  ticks(20, 100, 100);
  overhearing.set_redacted(false);
  ticks(20, 100, 100);
  ASSERT_EQ(heard.size(), 45U);
  const auto loud = [](const HeardSound& each) {
    return std::any_of(each.stereo.begin(), each.stereo.end(), [](auto sample) { return sample != 0; });
  };
  for (std::size_t i = 0; i < heard.size(); ++i) EXPECT_EQ(loud(heard[i]), i < 5 || i >= 40) << i;
}

TEST_F(OverhearingTest, WhoComesWhileNumbersAreSaidHearsSilence) {
  overhearing.change(ears, true);
  ticks(20, 100, 100);
  ASSERT_EQ(heard.size(), 5U);
  EXPECT_EQ(heard[4].stereo[0], 0);
}

TEST_F(OverhearingTest, AListenerWhoDoesNotTakeItLosesSoundAndSeesIt) {
  ears = std::make_shared<Ears>(3, nullptr, 1);
  overhearing.change(ears, false);
  ticks(25, 1, 1);
  ticks(1, 1, 1);
  ASSERT_EQ(heard.size(), 4U);
  EXPECT_EQ(heard[2].number, 2U);
  EXPECT_EQ(heard[3].number, 10U);
}

TEST_F(OverhearingTest, TheEndComesThroughThoughTheMailboxIsFull) {
  ears = std::make_shared<Ears>(3, nullptr, 1);
  overhearing.change(ears, false);
  const audio::Pcm frame(audio::kFrameSamples, 5);
  for (int i = 0; i < 50; ++i) overhearing.add(frame, frame);
  overhearing.finish();
  overhearing.finish();
  ticks(1, 1, 1);
  ASSERT_EQ(heard.size(), 4U);
  EXPECT_TRUE(heard[3].over);
}

TEST_F(OverhearingTest, WithoutListenersThereIsNothing) {
  ticks(100, 1, 1);
  overhearing.change(ears, false);
  overhearing.change(nullptr, false);
  ticks(100, 1, 1);
  overhearing.finish();
  ticks(1, 1, 1);
  EXPECT_TRUE(heard.empty());
}

}  // namespace
}  // namespace frontdesk::runtime
