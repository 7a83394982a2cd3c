#include "rtp/jitter_buffer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.hpp"

namespace frontdesk::rtp {
namespace {

using base::Duration;
using base::Instant;
using base::milliseconds;

/// A talker whose n-th frame is filled with the byte n % 250 + 1, a network that delays, and a
/// listener who pulls every 20 ms.
class Line {
 public:
  explicit Line(JitterBufferConfig config = {}) : buffer(config) {}

  struct Arrival {
    Instant at;
    int frame;
    std::uint16_t sequence;
    std::uint32_t timestamp;
    bool marker;
    int samples;
  };

  void send(int frame, Duration delay) { send_at(frame, milliseconds(20 * frame) + delay); }
  void send_at(int frame, Duration at) {
    arrivals.push_back({Instant{at}, frame, static_cast<std::uint16_t>(first_sequence + frame),
                        first_timestamp + static_cast<std::uint32_t>(frame) * 160, frame == 0, 160});
  }

  /// Runs to `end` and notes each frame out: its byte, or '-', '.', '_' in `kinds`.
  void run(Duration end, Duration tick_phase = milliseconds(7)) {
    std::stable_sort(arrivals.begin(), arrivals.end(), [](auto& a, auto& b) { return a.at < b.at; });
    std::size_t next = 0;
    for (Duration now = tick_phase; now < end; now += milliseconds(20)) {
      for (; next < arrivals.size() && arrivals[next].at.since_start <= now; ++next) insert(arrivals[next]);
      note(buffer.pull(Instant{now}), now);
    }
  }
  InsertOutcome insert(const Arrival& a) {
    const std::vector<std::uint8_t> payload(static_cast<std::size_t>(a.samples),
                                            static_cast<std::uint8_t>(a.frame % 250 + 1));
    return buffer.insert({a.sequence, a.timestamp, a.marker, quiet, payload}, a.at);
  }
  void note(const JitterFrame& frame, Duration now) {
    const std::string_view signs = "_a-.";
    kinds += signs[static_cast<std::size_t>(frame.kind)];
    if (frame.kind != FrameKind::audio) return;
    heard.push_back(frame.payload[0] - 1);
    heard_at.push_back(now);
  }
  std::string last_kinds(std::size_t count) const { return kinds.substr(kinds.size() - count); }

  JitterBuffer buffer;
  std::vector<Arrival> arrivals;
  std::vector<int> heard;
  std::vector<Duration> heard_at;
  std::string kinds;
  std::uint16_t first_sequence = 65500;
  std::uint32_t first_timestamp = 0xfffff000;
  bool quiet = false;
};

/// Time from a frame's arrival on a path of constant `delay` to its playout.
Duration wait_of_last(const Line& line, Duration delay, int frame_number) {
  return line.heard_at.back() - (milliseconds(20 * frame_number) + delay);
}

}  // namespace

TEST(JitterBuffer, CleanPathPlaysEverythingOnceAndSettlesLow) {
  for (int phase = 0; phase < 20; phase += 3) {
    Line line;
    line.quiet = true;
    for (int i = 0; i < 240; ++i) line.send(i, milliseconds(5));
    line.run(milliseconds(20 * 240), milliseconds(phase));
    const int last = line.heard.back();
    const Duration wait = wait_of_last(line, milliseconds(5), last);
    EXPECT_GE(wait, milliseconds(10)) << phase;
    EXPECT_LE(wait, milliseconds(32)) << phase;
    EXPECT_NEAR(base::to_seconds(line.buffer.delay()), base::to_seconds(wait), 0.004) << phase;
    EXPECT_TRUE(std::is_sorted(line.heard.begin(), line.heard.end()));
    EXPECT_EQ(line.buffer.counters().late + line.buffer.counters().duplicate + line.buffer.counters().discarded, 0U);
    EXPECT_LE(line.buffer.counters().shrunk, 1U);
    EXPECT_EQ(line.kinds.find('-'), std::string::npos);
  }
}

TEST(JitterBuffer, DoesNotSkipLoudSoundForAFrameOfDelay) {
  Line line;
  for (int i = 0; i < 200; ++i) line.send(i, milliseconds(5));
  line.run(milliseconds(20 * 200), milliseconds(4));
  EXPECT_EQ(line.buffer.counters().shrunk, 0U);
  for (std::size_t i = 0; i < line.heard.size(); ++i) EXPECT_EQ(line.heard[i], static_cast<int>(i));
}

TEST(JitterBuffer, ReordersAndDropsDuplicates) {
  Line line;
  for (int i = 0; i < 100; ++i) {
    line.send(i, milliseconds(i % 10 == 3 ? 25 : 0));
    if (i % 7 == 0) line.send(i, milliseconds(3));
  }
  line.run(milliseconds(2000));
  for (std::size_t i = 0; i < line.heard.size(); ++i) ASSERT_EQ(line.heard[i], static_cast<int>(i));
  EXPECT_EQ(line.buffer.counters().duplicate, 15U);
  EXPECT_EQ(line.buffer.counters().late, 0U);
}

TEST(JitterBuffer, ALostPacketIsOneMissingFrameAndNoMoreDelay) {
  Line line;
  for (int i = 0; i < 100; ++i) {
    if (i % 10 != 5) line.send(i, milliseconds(0));
  }
  line.run(milliseconds(2000));
  EXPECT_EQ(line.buffer.counters().missing, 10U);
  EXPECT_EQ(line.buffer.counters().grown, 0U);
  for (std::size_t i = 1; i < line.heard.size(); ++i) {
    ASSERT_EQ(line.heard_at[i] - line.heard_at[i - 1], milliseconds(20) * (line.heard[i] - line.heard[i - 1]));
  }
}

TEST(JitterBuffer, LossAtTheLowestDelayDoesNotRaiseIt) {
  for (int phase = 0; phase < 20; phase += 3) {
    Line line;
    line.quiet = true;
    for (int i = 0; i < 240; ++i) {
      if (i < 140 || i % 10 != 5) line.send(i, milliseconds(0));
    }
    line.run(milliseconds(4800), milliseconds(phase));
    EXPECT_EQ(line.buffer.counters().grown, 0U) << phase;
    EXPECT_EQ(line.buffer.counters().missing, 10U) << phase;
    EXPECT_LE(wait_of_last(line, Duration(0), line.heard.back()), milliseconds(32)) << phase;
  }
}

TEST(JitterBuffer, LearnsTheDelayThatReorderingNeeds) {
  Line line;
  for (int i = 0; i < 500; ++i) line.send(i, milliseconds(i % 5 == 2 ? 90 : 0));
  line.run(milliseconds(10000));
  EXPECT_GE(line.buffer.counters().late, 1U);
  EXPECT_LE(line.buffer.counters().late, 6U);
  EXPECT_EQ(std::count(line.kinds.begin() + 100, line.kinds.end(), '-'), 0);
}

TEST(JitterBuffer, ADelaySpikeAddsDelayInsteadOfLosingSound) {
  Line line;
  for (int i = 0; i < 100; ++i) line.send_at(i, std::max(milliseconds(20 * i), milliseconds(i >= 50 ? 1100 : 0)));
  line.run(milliseconds(2200));
  for (std::size_t i = 0; i < 100; ++i) ASSERT_EQ(line.heard[i], static_cast<int>(i));
  EXPECT_GE(line.buffer.counters().grown, 3U);
  EXPECT_EQ(line.buffer.counters().late, 0U);
}

TEST(JitterBuffer, ComesBackDownAfterASpike) {
  Line line;
  line.quiet = true;
  for (int i = 0; i < 600; ++i) line.send_at(i, std::max(milliseconds(20 * i), milliseconds(i >= 50 ? 1100 : 0)));
  line.run(milliseconds(12000));
  EXPECT_LE(wait_of_last(line, Duration(0), 599 - (599 - line.heard.back() % 250 - 500)), milliseconds(40));
  EXPECT_LE(line.buffer.delay(), milliseconds(35));
}

TEST(JitterBuffer, ABurstNeverLeavesMoreThanTheLongestDelay) {
  Line line;
  for (int i = 0; i < 200; ++i) line.send_at(i, std::max(milliseconds(20 * i), milliseconds(i >= 50 ? 1800 : 0)));
  line.run(milliseconds(4000));
  EXPECT_GT(line.buffer.counters().discarded, 0U);
  EXPECT_LE(wait_of_last(line, Duration(0), line.heard.back()), milliseconds(220));
  EXPECT_EQ(line.last_kinds(20), std::string(20, 'a'));
}

TEST(JitterBuffer, HeavyJitterIsRiddenOut) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    base::Random random(seed);
    Line line;
    for (int i = 0; i < 1500; ++i) line.send(i, milliseconds(random.between(0, 100)));
    line.run(milliseconds(30000));
    // After the first seconds of learning nearly everything is heard.
    const auto settled = std::count(line.kinds.begin() + 250, line.kinds.end(), '-');
    EXPECT_LE(settled, 12) << seed;
    EXPECT_LE(line.buffer.delay(), milliseconds(150)) << seed;
  }
}

TEST(JitterBuffer, SilenceOfTheSenderIsToldFromLoss) {
  Line line;
  for (int i = 0; i < 50; ++i) line.send(i, Duration(0));
  for (int i = 150; i < 200; ++i) line.send(i, Duration(0));
  line.run(milliseconds(4000));
  EXPECT_NE(line.kinds.find("a-----......"), std::string::npos) << line.kinds;
  EXPECT_EQ(std::count(line.kinds.begin(), line.kinds.end(), '-'), 5) << line.kinds;
  EXPECT_EQ(line.heard.size(), 100U - 2 - (line.kinds.back() == 'a' ? 0 : 1));
  EXPECT_LE(wait_of_last(line, Duration(0), line.heard.back()), milliseconds(60));
}

TEST(JitterBuffer, ComfortNoiseMeansSilenceAtOnce) {
  Line line;
  for (int i = 0; i < 10; ++i) line.send(i, Duration(0));
  line.run(milliseconds(190));
  line.buffer.note_comfort_noise();
  Duration now = milliseconds(207);
  for (int i = 0; i < 6; ++i, now += milliseconds(20)) line.note(line.buffer.pull(Instant{now}), now);
  EXPECT_EQ(line.last_kinds(3), "...");
  EXPECT_EQ(line.kinds.find('-'), std::string::npos);
}

TEST(JitterBuffer, OtherPacketLengthsPlayWhole) {
  for (const int ms : {5, 10, 30, 40, 60, 100}) {
    Line line;
    for (int i = 0; i < 3000 / ms; ++i) {
      line.arrivals.push_back({Instant{milliseconds(i * ms)}, i, static_cast<std::uint16_t>(i),
                               static_cast<std::uint32_t>(i * ms * 8), i == 0, ms * 8});
    }
    line.run(milliseconds(3000));
    // Long packets need delay to be learnt; afterwards nothing is missing.
    EXPECT_EQ(line.last_kinds(80), std::string(80, 'a')) << ms;
    EXPECT_EQ(line.buffer.counters().late, 0U) << ms;
    EXPECT_EQ(line.buffer.counters().discarded, 0U) << ms;
  }
}

TEST(JitterBuffer, FollowsTimestampJumpsEitherWay) {
  for (const std::int64_t jump : {1'000'000, -1'000'000, 40'000, -8'000, -400}) {
    Line line;
    for (int i = 0; i < 100; ++i) {
      line.send(i, Duration(0));
      if (i >= 50) line.arrivals.back().timestamp += static_cast<std::uint32_t>(jump);
    }
    line.run(milliseconds(2000));
    EXPECT_EQ(line.last_kinds(30), std::string(30, 'a')) << jump;
    EXPECT_GE(line.heard.size(), 88U) << jump;
    // 400 samples back is no more than jitter: it may also be absorbed.
    EXPECT_EQ(line.buffer.counters().restarts, jump == -400 ? 0U : 1U) << jump;
  }
}

TEST(JitterBuffer, FollowsASequenceRestart) {
  Line line;
  for (int i = 0; i < 100; ++i) {
    line.send(i, Duration(0));
    if (i >= 50) line.arrivals.back().sequence = static_cast<std::uint16_t>(line.arrivals.back().sequence - 20000);
    if (i >= 60 && i % 2 == 0) line.arrivals.push_back(line.arrivals.back());
  }
  line.run(milliseconds(2000));
  for (std::size_t i = 0; i < line.heard.size(); ++i) ASSERT_EQ(line.heard[i], static_cast<int>(i));
  EXPECT_EQ(line.buffer.counters().duplicate, 20U);
}

TEST(JitterBuffer, ClockDriftIsAbsorbed) {
  for (const double rate : {0.999, 1.001}) {
    Line line;
    line.quiet = true;
    for (int i = 0; i < 3000; ++i) {
      line.send_at(i, Duration(static_cast<Duration::rep>(20e6 * rate * i)));
    }
    line.run(milliseconds(59000));
    EXPECT_LE(line.buffer.delay(), milliseconds(60)) << rate;
    EXPECT_EQ(line.buffer.counters().discarded, 0U) << rate;
    EXPECT_LE(line.buffer.counters().missing, 8U) << rate;
    EXPECT_EQ(line.buffer.counters().late, 0U) << rate;
  }
}

TEST(JitterBuffer, RefusesAbsurdPayloadsAndSurvivesNoise) {
  JitterBuffer buffer;
  const std::vector<std::uint8_t> huge(kMaxFramePayload + 1);
  EXPECT_EQ(buffer.insert({1, 1, false, false, huge}, Instant{}), InsertOutcome::discarded);
  EXPECT_EQ(buffer.insert({1, 1, false, false, {}}, Instant{}), InsertOutcome::discarded);
  base::Random random(7);
  for (int i = 0; i < 200'000; ++i) {
    const Instant now{milliseconds(4 * i)};
    const auto payload = std::span(huge).first(1 + random.below(kMaxFramePayload));
    const auto timestamp = random.chance(0.5) ? static_cast<std::uint32_t>(random.next())
                                              : static_cast<std::uint32_t>(i * 32 + random.between(-9000, 9000));
    buffer.insert(
        {static_cast<std::uint16_t>(random.next()), timestamp, random.chance(0.1), random.chance(0.5), payload}, now);
    if (i % 5 == 0) buffer.pull(now);
  }
  EXPECT_LE(buffer.delay(), milliseconds(1200));
}

}  // namespace frontdesk::rtp
