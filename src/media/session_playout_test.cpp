// What the receptionist says: the queue, flushing, pausing, running dry.
#include "media/session_bench_test.hpp"

namespace frontdesk::media {
namespace {

using namespace test;

TEST(Playout, AccountsForEverySample) {
  Bench bench;
  EXPECT_EQ(bench.session.play(1, tone(400)).queued, 400U);
  bench.session.play(2, tone(100));
  bench.session.finish(1);
  bench.session.finish(2);
  bench.tick();
  EXPECT_EQ(bench.events, (std::vector<MediaEvent>{PlayoutStarted{1}}));
  bench.ticks(2);
  // 400 samples end inside the third tick, and the next utterance follows without a gap.
  EXPECT_EQ(bench.events,
            (std::vector<MediaEvent>{PlayoutStarted{1}, PlayoutFinished{1, milliseconds(50)}, PlayoutStarted{2}}));
  bench.tick();
  EXPECT_EQ(bench.events.back(), (MediaEvent{PlayoutFinished{2, base::microseconds(12500)}}));
  bench.ticks(3);
  EXPECT_EQ(bench.events.size(), 4U);
  for (std::size_t i = 0; i < 500; ++i) {
    const Sample sent = tone(400)[i < 400 ? i : i - 400];
    ASSERT_EQ(bench.played[i], audio::decode_g711(audio::G711Law::mu, audio::encode_g711(audio::G711Law::mu, sent)));
  }
  EXPECT_EQ(audio::peak(audio::PcmView(bench.played).subspan(500)), 0);
  EXPECT_FALSE(bench.session.playing());
}

TEST(Playout, OrderIsThatOfTheFirstMention) {
  Bench bench;
  bench.session.play(7, tone(160));
  bench.session.play(3, tone(160));
  bench.session.play(7, tone(160));
  bench.session.finish(5);
  for (const UtteranceId id : {3, 7}) bench.session.finish(id);
  bench.ticks(4);
  EXPECT_EQ(bench.events,
            (std::vector<MediaEvent>{PlayoutStarted{7}, PlayoutFinished{7, milliseconds(40)}, PlayoutStarted{3},
                                     PlayoutFinished{3, milliseconds(20)}, PlayoutFinished{5, Duration(0)}}));
}

TEST(Playout, FlushCutsAllWithAShortFade) {
  Bench bench;
  bench.session.play(1, Pcm(8000, 10000));
  bench.session.play(2, Pcm(8000, 10000));
  bench.session.finish(2);
  bench.ticks(10);
  bench.session.flush(milliseconds(10));
  EXPECT_FALSE(bench.session.playing());
  EXPECT_EQ(bench.session.queued(), Duration(0));
  bench.ticks(2);
  EXPECT_EQ(bench.events,
            (std::vector<MediaEvent>{PlayoutStarted{1}, PlayoutCut{1, milliseconds(200)}, PlayoutCut{2, Duration(0)}}));
  for (std::size_t i = 1600; i < 1680; ++i) ASSERT_LE(bench.played[i], bench.played[i - 1]);
  EXPECT_NEAR(bench.played[1639], 5000, 300);
  EXPECT_EQ(audio::peak(audio::PcmView(bench.played).subspan(1680)), 0);
  // What the voice engine sends late belongs to the past; a new utterance plays.
  EXPECT_EQ(bench.session.play(1, tone(800)).refused, 800U);
  bench.session.finish(1);
  EXPECT_EQ(bench.session.play(3, tone(160)).queued, 160U);
  bench.session.finish(3);
  bench.tick();
  EXPECT_EQ(bench.events.back(), (MediaEvent{PlayoutFinished{3, milliseconds(20)}}));
  EXPECT_EQ(bench.session.stats().refused_samples, 800U);
}

TEST(Playout, PauseIsSilentAtOnceAndResumeGoesOnFromAQuietPlace) {
  Bench bench;
  // Two words with a gap of 50 ms between them, which ends 150 ms before the pause.
  Pcm words = tone(1600);
  words.resize(2000);
  const auto second = tone(8000);
  words.insert(words.end(), second.begin(), second.end());
  bench.session.play(1, words);
  bench.session.finish(1);
  bench.ticks(20);  // 400 ms: 150 ms into the second word
  bench.session.pause(milliseconds(10));
  bench.ticks(50);
  EXPECT_TRUE(bench.session.playing());
  EXPECT_EQ(audio::peak(audio::PcmView(bench.played).subspan(3200 + 80)), 0);
  EXPECT_EQ(bench.events, (std::vector<MediaEvent>{PlayoutStarted{1}}));

  bench.session.resume();
  bench.ticks(60);
  const auto again = audio::PcmView(bench.played).subspan(21 * 160 + 49 * 160);
  EXPECT_EQ(audio::peak(again.first(80)), 0);  // within the gap
  EXPECT_GT(audio::peak(again.subspan(400, 160)), 4000);
  // Each sample once, but for those after the quiet place.
  EXPECT_EQ(bench.events.back(), (MediaEvent{PlayoutFinished{1, base::microseconds(10000 * 125)}}));
}

TEST(Playout, APausedUtteranceCanBeFlushedAndTellsWhatWasHeard) {
  Bench bench;
  bench.session.play(1, tone(8000));
  bench.ticks(10);
  bench.session.pause(milliseconds(10));
  bench.session.pause(milliseconds(10));  // twice is once
  bench.ticks(5);
  bench.session.play(2, tone(800));  // what comes meanwhile waits
  bench.ticks(5);
  bench.session.flush(milliseconds(10));
  bench.ticks(2);
  EXPECT_EQ(bench.events,
            (std::vector<MediaEvent>{PlayoutStarted{1}, PlayoutCut{1, milliseconds(200)}, PlayoutCut{2, Duration(0)}}));
  bench.session.play(3, tone(160));
  bench.session.finish(3);
  bench.tick();
  EXPECT_EQ(bench.events.back(), (MediaEvent{PlayoutFinished{3, milliseconds(20)}}));
}

TEST(Playout, AFlushWhileThePeerIsHeldLeavesNoFadeForLater) {
  Bench bench;
  bench.session.play(1, tone(8000));
  bench.ticks(10);
  bench.session.set_held(true);
  bench.session.flush(milliseconds(10));
  bench.ticks(5);
  bench.session.set_held(false);
  bench.ticks(5);
  EXPECT_EQ(audio::peak(audio::PcmView(bench.played).subspan(10 * 160)), 0);
}

TEST(Playout, ResumeWithoutAPauseOrSoundIsHarmless) {
  Bench bench;
  bench.session.resume();
  bench.session.pause(milliseconds(10));
  bench.session.play(1, tone(320));
  bench.session.finish(1);
  bench.ticks(3);
  EXPECT_TRUE(bench.events.empty());
  bench.session.resume();
  bench.ticks(3);
  EXPECT_EQ(bench.events, (std::vector<MediaEvent>{PlayoutStarted{1}, PlayoutFinished{1, milliseconds(40)}}));
}

TEST(Playout, FlushOfNothingAndTwiceIsHarmless) {
  Bench bench;
  bench.session.flush(milliseconds(10));
  bench.session.play(1, Pcm(4000, 9000));
  bench.session.flush(milliseconds(10));
  bench.tick();
  EXPECT_EQ(audio::peak(bench.played), 0);  // it had not begun: nothing to fade
  bench.session.play(2, Pcm(4000, 9000));
  bench.tick();
  bench.session.flush(base::seconds(9));
  bench.session.flush(milliseconds(10));
  bench.ticks(5);
  EXPECT_EQ(audio::peak(audio::PcmView(bench.played).subspan(160 * 2 + 400)), 0);
  EXPECT_EQ(bench.of_kind<PlayoutCut>().size(), 2U);
}

TEST(Playout, StarvationIsToldOncePerGap) {
  Bench bench;
  bench.session.play(1, tone(200));
  bench.ticks(5);
  EXPECT_EQ(bench.events, (std::vector<MediaEvent>{PlayoutStarted{1}, PlayoutStarved{1}}));
  EXPECT_EQ(bench.session.stats().starved_ticks, 4U);
  bench.session.play(1, tone(160));
  bench.ticks(3);
  EXPECT_EQ(bench.of_kind<PlayoutStarved>().size(), 2U);
  bench.session.finish(1);
  bench.tick();
  EXPECT_EQ(bench.events.back(), (MediaEvent{PlayoutFinished{1, milliseconds(45)}}));
  // Finished in time, an utterance never starves.
  bench.session.play(2, tone(160));
  bench.session.finish(2);
  bench.ticks(3);
  EXPECT_EQ(bench.of_kind<PlayoutStarved>().size(), 2U);
}

TEST(Playout, IsBounded) {
  Bench bench;
  const Pcm minute(480'000, 100);
  EXPECT_EQ(bench.session.play(1, audio::PcmView(minute).first(479'000)).refused, 0U);
  const auto result = bench.session.play(1, audio::PcmView(minute).first(2'000));
  EXPECT_EQ(result.queued, 1'000U);
  EXPECT_EQ(result.refused, 1'000U);
  EXPECT_EQ(bench.session.queued(), kMaxQueuedPlayout);
  bench.ticks(10);
  EXPECT_EQ(bench.session.play(1, minute).queued, 1'600U);
  for (UtteranceId id = 2; id < 2 + kMaxQueuedUtterances; ++id) bench.session.finish(id);
  bench.tick();
  EXPECT_EQ(bench.of_kind<PlayoutCut>(), (std::vector{PlayoutCut{1 + kMaxQueuedUtterances, Duration(0)}}));
}

}  // namespace
}  // namespace frontdesk::media
