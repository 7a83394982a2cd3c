// The parts that need no model.
#include <gtest/gtest.h>

#include "providers/local_stt/segment.hpp"
#include "providers/local_stt/vocabulary.hpp"

namespace frontdesk::local_stt {
namespace {

TEST(Segment, SilenceAndClicksAreNotWorthTranscribing) {
  EXPECT_FALSE(worth_transcribing({}, 8000));
  EXPECT_FALSE(worth_transcribing(audio::Pcm(400, 8000), 8000));  // 50 ms
  EXPECT_FALSE(worth_transcribing(audio::Pcm(8000, 0), 8000));
  EXPECT_FALSE(worth_transcribing(audio::Pcm(8000, 30), 8000));  // -61 dBFS
  EXPECT_TRUE(worth_transcribing(audio::Pcm(8000, 300), 8000));  // -41 dBFS
}

TEST(Segment, CutsWhereItIsQuietest) {
  audio::Pcm pcm(8000 * 4, 1000);
  std::fill(pcm.begin() + 16000, pcm.begin() + 17600, audio::Sample{10});
  const auto cut = quietest_cut(pcm, 8000, 8000, 8000 * 4);
  EXPECT_GE(cut, 16000U);
  EXPECT_LE(cut, 17600U);
  // A quieter place outside the allowed range does not count.
  std::fill(pcm.begin(), pcm.begin() + 4000, audio::Sample{0});
  EXPECT_EQ(quietest_cut(pcm, 8000, 8000, 8000 * 4), cut);
}

TEST(Segment, AnEvenLevelIsCutLateAndARangeWithoutRoomAtItsEnd) {
  const audio::Pcm pcm(16000, 500);
  EXPECT_GT(quietest_cut(pcm, 8000, 4000, 16000), 15000U);
  EXPECT_EQ(quietest_cut(pcm, 8000, 4000, 4100), 4100U);
}

TEST(Vocabulary, JoinsPiecesAndBytes) {
  const Vocabulary words({"<unk>", "<s>", "</s>", "\xe2\x96\x81Hel", "lo",
                          "\xe2\x96\x81"
                          "caf",
                          "<0xC3>", "<0xA9>", "\xe2\x96\x81\xe2\x96\x81", "."});
  EXPECT_EQ(words.text(std::vector<std::int64_t>{3, 4, 5, 6, 7, 9}), "Hello caf\xc3\xa9.");
  EXPECT_EQ(words.text(std::vector<std::int64_t>{1, 3, 4, 2, 0, -5, 4000}), "Hello");
  EXPECT_EQ(words.text(std::vector<std::int64_t>{3, 4, 6, 9}), "Hello.");  // half a character is dropped
  EXPECT_EQ(words.text(std::vector<std::int64_t>{8, 8}), "");
  EXPECT_EQ(words.text({}), "");
}

TEST(Vocabulary, AFileOfAnotherLengthIsRefused) {
  const auto loaded = Vocabulary::load("/dev/null");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, base::ErrorCode::data_loss);
}

TEST(RepeatsItself, SeesLoopsButLetsDigitsRepeat) {
  EXPECT_FALSE(repeats_itself({}));
  EXPECT_FALSE(repeats_itself(std::vector<std::int64_t>{5, 5, 5, 5, 5, 5, 5}));
  EXPECT_TRUE(repeats_itself(std::vector<std::int64_t>{7, 8, 7, 8, 7, 8, 7, 8, 7, 8}));
  EXPECT_FALSE(repeats_itself(std::vector<std::int64_t>{7, 8, 7, 8, 7, 8, 7, 8, 7, 9}));
  std::vector<std::int64_t> stuck(4, 1);
  stuck.insert(stuck.end(), 12, 6);
  EXPECT_TRUE(repeats_itself(stuck));
}

}  // namespace
}  // namespace frontdesk::local_stt
