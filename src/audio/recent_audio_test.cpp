#include "audio/recent_audio.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace frontdesk::audio {
namespace {

using testing::ElementsAre;

Pcm counting(int from, std::size_t size) {
  Pcm pcm(size);
  for (std::size_t i = 0; i < size; ++i) pcm[i] = static_cast<Sample>((from + static_cast<int>(i)) % 30000);
  return pcm;
}

TEST(RecentAudio, GivesBackAnyStretchThatIsStillThere) {
  RecentAudio recent(10);
  recent.push(counting(0, 7));
  EXPECT_THAT(recent.copy(2, 5), ElementsAre(2, 3, 4));
  recent.push(counting(7, 6));  // wraps: 3 to 12 are left
  EXPECT_EQ(recent.begin(), 3U);
  EXPECT_EQ(recent.end(), 13U);
  EXPECT_THAT(recent.copy(8, 13), ElementsAre(8, 9, 10, 11, 12));
  EXPECT_THAT(recent.copy(0, 5), ElementsAre(3, 4));
  EXPECT_THAT(recent.copy(11, 99), ElementsAre(11, 12));
  EXPECT_TRUE(recent.copy(5, 5).empty());
  EXPECT_TRUE(recent.copy(20, 30).empty());
}

TEST(RecentAudio, APushLongerThanItsCapacityKeepsItsEnd) {
  RecentAudio recent(10);
  recent.push(counting(0, 3));
  recent.push(counting(3, 25));
  EXPECT_EQ(recent.end(), 28U);
  EXPECT_THAT(recent.copy(24, 28), ElementsAre(24, 25, 26, 27));
  EXPECT_EQ(recent.copy(0, 28).size(), 10U);
  EXPECT_EQ(recent.copy(0, 28).front(), 18);
}

TEST(RecentAudio, KeepsItsCapacityAndCountsFromTheStart) {
  RecentAudio recent(100);
  for (int at = 0; at < 1000; at += 7) {
    recent.push(counting(at, 7));
    const auto end = static_cast<std::uint64_t>(at) + 7;
    const auto from = end > 100 ? end - 100 : 0;
    ASSERT_EQ(recent.copy(from, end), counting(static_cast<int>(from), static_cast<std::size_t>(end - from))) << at;
  }
  EXPECT_EQ(recent.copy(0, 2000).size(), 100U);
  EXPECT_THAT(recent.copy(1000, 1003), ElementsAre(1000));  // 1,001 were pushed
  EXPECT_TRUE(recent.copy(5, 5).empty());
  EXPECT_TRUE(recent.copy(3000, 4000).empty());
  EXPECT_TRUE(recent.copy(990, 980).empty());
}

TEST(RecentAudio, TakesMoreThanItsCapacityAtOnce) {
  RecentAudio recent(100);
  recent.push(counting(0, 30));
  recent.push(counting(30, 500));
  EXPECT_EQ(recent.copy(0, 530), counting(430, 100));
}

}  // namespace
}  // namespace frontdesk::audio
