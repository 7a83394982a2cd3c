// What providers' RTP does now and then: sound must keep going both ways, digits be told once.
#include <gtest/gtest.h>

#include <deque>

#include "media/session_pair_test.hpp"
#include "rtp/telephone_event.hpp"

namespace frontdesk::media {
namespace {

using namespace test;

/// The peer as a case shapes it: packets of its own making, with faults.
struct OddPeer {
  explicit OddPeer(Bench& receiver) : bench(receiver) {}

  /// `ms` of the tone that follows on, in one packet.
  std::vector<std::uint8_t> next(std::size_t ms = 20) {
    const auto samples = ms * 8;
    Pcm pcm(samples);
    for (auto& sample : pcm) {
      sample = static_cast<Sample>(8000 * std::sin(2 * 3.14159265 * 437 * static_cast<double>(at++) / 8000));
    }
    std::vector<std::uint8_t> payload(samples);
    audio::encode_g711(audio::G711Law::mu, pcm, payload);
    auto packet = bench.packet({false, type, sequence++, timestamp, ssrc}, payload);
    timestamp += static_cast<std::uint32_t>(samples);
    return packet;
  }
  void send(const std::vector<std::uint8_t>& packet) { bench.session.on_datagram(packet, kPeer, bench.now); }
  void digit(std::uint8_t event, std::uint16_t duration, bool end, std::uint32_t since) {
    send(bench.packet({duration == 160, kEventType, sequence++, since, ssrc},
                      rtp::write_telephone_event({event, end, 10, duration})));
  }

  Bench& bench;
  std::size_t at = 0;
  std::uint16_t sequence = 100;
  std::uint32_t timestamp = 1000;
  std::uint32_t ssrc = 77;
  std::uint8_t type = 0;
  base::Random random{5};
  std::deque<std::vector<std::uint8_t>> later;
};

struct OddCase {
  std::string name;
  std::function<void(OddPeer&, int tick)> send;  ///< every 20 ms
  double audible = 0.95;                         ///< share of frames with the tone
  std::string digits{};
};

/// Every `ticks` ticks one packet of as much sound.
auto long_packets(int ticks) {
  return [ticks](OddPeer& peer, int tick) {
    if (tick % ticks == 0) peer.send(peer.next(static_cast<std::size_t>(ticks) * 20));
  };
}

std::vector<OddCase> odd_numbering() {
  return {
      {"plain", long_packets(1), 0.99},
      {"packets_of_10_ms", [](OddPeer& p, int) { p.send(p.next(10)), p.send(p.next(10)); }, 0.99},
      {"packets_of_30_ms",
       [](OddPeer& p, int t) {
         if (t % 3 != 0) p.send(p.next(30));
       }},
      {"packets_of_40_ms", long_packets(2), 0.99},
      {"packets_of_60_ms", long_packets(3), 0.99},
      {"ssrc_change",
       [](OddPeer& p, int t) {
         if (t == 150) p.ssrc = 4711, p.sequence = 9, p.timestamp = 0x80000000;
         p.send(p.next());
       }},
      {"ssrc_change_after_a_pause",
       [](OddPeer& p, int t) {
         if (t == 150) p.ssrc = 4711;
         if (t < 140 || t >= 150) p.send(p.next());
       },
       0.9},
      {"sequence_wrap",
       [](OddPeer& p, int t) {
         if (t == 0) p.sequence = 65450;
         p.send(p.next());
       },
       0.99},
      {"timestamp_wrap",
       [](OddPeer& p, int t) {
         if (t == 0) p.timestamp = 0xffffffff - 100 * 160;
         p.send(p.next());
       },
       0.99},
      {"timestamp_jump_ahead",
       [](OddPeer& p, int t) {
         if (t == 150) p.timestamp += 8'000'000;
         p.send(p.next());
       }},
      {"timestamp_jump_back",
       [](OddPeer& p, int t) {
         if (t == 150) p.timestamp -= 8'000'000;
         p.send(p.next());
       }},
      {"sequence_restart",
       [](OddPeer& p, int t) {
         if (t == 150) p.sequence = 40'000;
         p.send(p.next());
       }},
  };
}

std::vector<OddCase> odd_networks() {
  return {
      {"two_packets_swapped",
       [](OddPeer& p, int t) {
         if (t % 2 != 0) return;
         const auto first = p.next(), second = p.next();
         p.send(second);
         p.send(first);
       }},
      {"every_packet_twice",
       [](OddPeer& p, int) {
         const auto packet = p.next();
         p.send(packet), p.send(packet);
       },
       0.99},
      {"five_percent_lost",
       [](OddPeer& p, int) {
         const auto packet = p.next();
         if (!p.random.chance(0.05)) p.send(packet);
       },
       0.95},
      {"jitter_of_100_ms",
       [](OddPeer& p, int t) {
         p.later.push_back(p.next());
         // Held back for up to 100 ms, then all at once.
         if (t % 6 == 0 || p.random.chance(0.3)) {
           for (auto& packet : p.later) p.send(packet);
           p.later.clear();
         }
       },
       0.9},
  };
}

std::vector<OddCase> odd_payloads() {
  return {
      {"comfort_noise_between",
       [](OddPeer& p, int t) {
         if (t % 100 < 80) return p.send(p.next());
         if (t % 100 == 80)
           p.send(p.bench.packet({false, 13, p.sequence++, p.timestamp, p.ssrc}, std::vector<std::uint8_t>{60}));
         p.timestamp += 160;
       },
       0.75},
      {"payload_type_not_negotiated",
       [](OddPeer& p, int t) {
         p.send(p.next());
         if (t % 3 != 0) return;
         p.type = 18;
         const auto strange =
             p.bench.packet({false, 18, static_cast<std::uint16_t>(p.sequence + 500), p.timestamp, p.ssrc},
                            std::vector<std::uint8_t>(20));
         p.send(strange);
         p.type = 0;
       },
       0.99},
      {"digits_repeated_and_their_ends_lost",
       [](OddPeer& p, int t) {
         const int step = t % 50;
         const auto since = p.timestamp - static_cast<std::uint32_t>(std::max(0, step - 30)) * 160;
         if (step < 30 || step >= 37) return p.send(p.next());
         // Seven event packets instead of sound; every other digit loses its three ends.
         const auto duration = static_cast<std::uint16_t>(160 * (step - 29));
         const bool end = step >= 34;
         if (!end || t % 100 < 50) {
           p.digit(static_cast<std::uint8_t>(t / 50), duration, end, since);
           p.sequence = static_cast<std::uint16_t>(p.sequence - 1);
           p.digit(static_cast<std::uint8_t>(t / 50), duration, end, since);
         }
         p.timestamp += 160;
       },
       0.8, "012345"},
      {"extension_padding_and_csrc",
       [](OddPeer& p, int) {
         auto packet = p.next();
         // Two contributing sources, an extension of one word, four bytes of padding.
         packet[0] = 0xb2;
         packet.insert(packet.begin() + 12, {0, 0, 0, 1, 0, 0, 0, 2, 0xbe, 0xde, 0, 1, 1, 2, 3, 4});
         packet.insert(packet.end(), {0, 0, 0, 4});
         p.send(packet);
       },
       0.99},
      {"starts_before_the_answer_is_known",
       [](OddPeer& p, int t) {
         if (t == 0)
           for (int i = 0; i < 30; ++i) p.send(p.next());
         p.send(p.next());
       }},
  };
}

std::vector<OddCase> odd_cases() {
  auto cases = odd_numbering();
  for (auto& each : odd_networks()) cases.push_back(std::move(each));
  for (auto& each : odd_payloads()) cases.push_back(std::move(each));
  return cases;
}

class OddStreams : public testing::TestWithParam<OddCase> {};
INSTANTIATE_TEST_SUITE_P(Session, OddStreams, testing::ValuesIn(odd_cases()),
                         [](const auto& each) { return each.param.name; });

TEST_P(OddStreams, KeepSoundGoingBothWays) {
  constexpr int kTicks = 300;
  Bench bench;
  OddPeer peer(bench);
  bench.session.play(1, tone(160 * kTicks));
  int sent = 0, audible = 0;
  for (int tick = 0; tick < kTicks; ++tick) {
    GetParam().send(peer, tick);
    const auto out = bench.tick();
    sent += out.packet.empty() ? 0 : 1;
    if (tick >= 10) audible += audio::rms_dbfs(out.heard) > -25 ? 1 : 0;
    EXPECT_EQ(out.to, kPeer);
  }
  EXPECT_EQ(sent, kTicks);
  EXPECT_GE(audible, GetParam().audible * (kTicks - 10));
  EXPECT_EQ(digits_of(bench), GetParam().digits);
  EXPECT_GT(purity_of_frames(audio::PcmView(bench.played)), 0.99);
  EXPECT_LE(bench.session.stats().playout_delay, milliseconds(220));
  EXPECT_TRUE(bench.of_kind<MediaTimedOut>().empty());
}

/// A peer whose clock is `ppm` fast, for an hour of talk with pauses.
void drift_for_an_hour(double ppm) {
  constexpr int kTicks = 180'000;
  Bench bench;
  bench.amplitude = 8000;
  std::vector<std::uint8_t> speech(160), pause(160, 0xff);
  audio::encode_g711(audio::G711Law::mu, tone(160), speech);
  double due_us = 0;
  const double period_us = 20'000 / (1 + ppm * 1e-6);
  std::uint16_t sequence = 1;
  std::uint32_t timestamp = 5;
  Duration longest{0};
  std::uint64_t concealed_half = 0;
  for (int tick = 0; tick < kTicks; ++tick) {
    while (due_us <= tick * 20'000.0) {
      // Words of 300 ms, 200 ms between them.
      const auto packet = bench.packet({false, 0, sequence, timestamp, 77}, sequence % 25 < 15 ? speech : pause);
      const Instant arrival = Instant{base::seconds(100)} + base::microseconds(static_cast<std::int64_t>(due_us));
      bench.session.on_datagram(packet, kPeer, arrival);
      ++sequence;
      timestamp += 160;
      due_us += period_us;
    }
    bench.session.tick(bench.now = Instant{base::seconds(100)} + milliseconds(20) * tick + base::milliseconds(3));
    if (tick == kTicks / 2) concealed_half = bench.session.stats().concealed_frames;
    if (tick > 500) longest = std::max(longest, bench.session.stats().playout_delay);
  }
  const auto stats = bench.session.stats();
  std::printf("drift %.0f ppm: longest delay %ld ms, concealed %lu of %d, late %lu\n", ppm,
              static_cast<long>(longest.count() / 1'000'000), static_cast<unsigned long>(stats.concealed_frames),
              kTicks, static_cast<unsigned long>(stats.late));
  // 200 ppm are 0.72 s an hour: 36 frames have to be left out or put in, once each.
  EXPECT_LE(longest, milliseconds(80));
  EXPECT_LE(stats.concealed_frames, 75U);
  EXPECT_LE(stats.concealed_frames - concealed_half, 38U);
  EXPECT_LE(stats.late, 10U);
}

TEST(ClockDrift, AFastPeerDoesNotAddDelay) {
  drift_for_an_hour(200);
}

TEST(ClockDrift, ASlowPeerDoesNotStarveUsAgainAndAgain) {
  drift_for_an_hour(-200);
}

}  // namespace
}  // namespace frontdesk::media
