#include "media/session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "audio/g711.hpp"
#include "audio/levels.hpp"
#include "base/random.hpp"
#include "rtp/packet.hpp"
#include "rtp/telephone_event.hpp"

namespace frontdesk::media {

std::uint64_t allocations_so_far();  // allocation_count_test.cpp

namespace {

using audio::Pcm;
using audio::Sample;
using base::Duration;
using base::Endpoint;
using base::Instant;
using base::milliseconds;

constexpr std::uint8_t kEventType = 101;

const Endpoint kPeer = *base::parse_endpoint("192.0.2.10:4000");
const Endpoint kBehindNat = *base::parse_endpoint("198.51.100.7:31000");
const Endpoint kStranger = *base::parse_endpoint("203.0.113.66:666");

MediaSessionConfig config_for(const Endpoint& remote, AudioCodec codec = AudioCodec::pcmu) {
  MediaSessionConfig config;
  config.parameters.codec = codec;
  config.parameters.payload_type = codec == AudioCodec::pcmu ? 0 : 8;
  config.parameters.telephone_event_payload_type = kEventType;
  config.parameters.remote = remote;
  config.ssrc = 0x1234;
  config.first_sequence = 65530;
  config.first_timestamp = 0xfffffc00;
  return config;
}

Pcm tone(std::size_t samples, double amplitude = 8000, double hertz = 437) {
  Pcm pcm(samples);
  for (std::size_t i = 0; i < samples; ++i) {
    pcm[i] = static_cast<Sample>(amplitude * std::sin(2 * 3.14159265 * hertz * static_cast<double>(i) / 8000));
  }
  return pcm;
}

/// A session with its clock, the other end of the line, and everything that came out.
struct Bench {
  explicit Bench(const MediaSessionConfig& config = config_for(kPeer)) : session(config) { events.reserve(1000); }

  MediaSession::Tick tick() {
    now = now + milliseconds(20);
    const auto tick = session.tick(now);
    session.drain_events(events);
    heard.insert(heard.end(), tick.heard.begin(), tick.heard.end());
    played.insert(played.end(), tick.played.begin(), tick.played.end());
    EXPECT_EQ(tick.heard.size(), 160U);
    EXPECT_EQ(tick.played.size(), 160U);
    return tick;
  }
  void ticks(int count) {
    for (int i = 0; i < count; ++i) tick();
  }

  std::vector<std::uint8_t> audio_packet(audio::G711Law law = audio::G711Law::mu, std::uint8_t type = 0) {
    const Pcm pcm = tone(160, amplitude);
    std::vector<std::uint8_t> payload(160);
    audio::encode_g711(law, pcm, payload);
    return packet({false, type, sequence++, timestamp += 160, ssrc}, payload);
  }
  std::vector<std::uint8_t> packet(const rtp::Header& header, std::span<const std::uint8_t> payload) {
    std::vector<std::uint8_t> bytes(rtp::kMaxPacketBytes);
    bytes.resize(rtp::write_packet(header, payload, bytes));
    return bytes;
  }
  void receive(const Endpoint& from = kPeer) { session.on_datagram(audio_packet(), from, now); }
  /// The caller talks for `count` ticks.
  void talk(int count, const Endpoint& from = kPeer) {
    for (int i = 0; i < count; ++i) {
      receive(from);
      tick();
    }
  }

  template <class Event>
  std::vector<Event> of_kind() const {
    std::vector<Event> found;
    for (const MediaEvent& event : events) {
      if (const auto* match = std::get_if<Event>(&event)) found.push_back(*match);
    }
    return found;
  }

  MediaSession session;
  Instant now{base::seconds(100)};
  std::vector<MediaEvent> events;
  Pcm heard;
  Pcm played;
  double amplitude = 8000;
  std::uint16_t sequence = 65500;
  std::uint32_t timestamp = 0xffffe000;
  std::uint32_t ssrc = 77;
};

bool sounds(audio::PcmView pcm) {
  return audio::rms_dbfs(pcm) > -40;
}

std::string digits_of(const Bench& bench) {
  std::string digits;
  for (const auto& pressed : bench.of_kind<DigitPressed>()) digits += pressed.digit;
  return digits;
}

}  // namespace

TEST(Session, SendsAContinuousStreamFromTheFirstTick) {
  Bench bench;
  for (std::uint32_t i = 0; i < 100; ++i) {
    const auto tick = bench.tick();
    const auto packet = rtp::parse_packet(tick.packet);
    ASSERT_TRUE(packet);
    EXPECT_EQ(tick.to, kPeer);
    EXPECT_EQ(packet->header,
              (rtp::Header{i == 0, 0, static_cast<std::uint16_t>(65530 + i), 0xfffffc00 + i * 160, 0x1234}));
    ASSERT_EQ(packet->payload.size(), 160U);
    EXPECT_TRUE(std::all_of(packet->payload.begin(), packet->payload.end(), [](auto byte) { return byte == 0xff; }));
  }
  EXPECT_EQ(bench.session.stats().packets_out, 100U);
}

TEST(Session, WithoutARemoteNothingIsSentOrPlayed) {
  Bench bench(config_for(Endpoint{}));
  bench.session.play(1, tone(160));
  bench.ticks(5);
  EXPECT_TRUE(bench.events.empty());
  bench.talk(2);
  EXPECT_EQ(bench.of_kind<RemoteLatched>(), (std::vector{RemoteLatched{kPeer}}));
  const auto tick = bench.tick();
  EXPECT_FALSE(tick.packet.empty());
  EXPECT_EQ(bench.of_kind<PlayoutStarted>().size(), 1U);
}

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

TEST(Session, HoldPausesAndMuteRunsOn) {
  Bench bench;
  bench.talk(5);
  bench.session.play(1, tone(1600));
  bench.session.set_held(true);
  bench.talk(10);
  EXPECT_TRUE(bench.of_kind<PlayoutStarted>().empty());
  EXPECT_FALSE(sounds(audio::PcmView(bench.heard).last(1600)));
  bench.session.set_held(false);
  bench.session.set_muted(true);
  bench.talk(10);
  EXPECT_EQ(bench.session.queued(), Duration(0));
  EXPECT_EQ(audio::peak(bench.played), 0);
  EXPECT_TRUE(sounds(audio::PcmView(bench.heard).last(800)));
}

TEST(Inbound, HearsTheCallerInBothLaws) {
  for (const auto codec : {AudioCodec::pcmu, AudioCodec::pcma}) {
    Bench bench(config_for(kPeer, codec));
    const auto law = codec == AudioCodec::pcmu ? audio::G711Law::mu : audio::G711Law::a;
    for (int i = 0; i < 50; ++i) {
      bench.session.on_datagram(bench.audio_packet(law, codec == AudioCodec::pcmu ? 0 : 8), kPeer, bench.now);
      bench.tick();
    }
    EXPECT_NEAR(audio::rms_dbfs(audio::PcmView(bench.heard).last(4000)), audio::rms_dbfs(tone(160)), 0.3);
    EXPECT_EQ(bench.session.stats().concealed_frames, 0U);
    EXPECT_EQ(bench.of_kind<MediaStarted>(), (std::vector{MediaStarted{kPeer}}));
  }
}

TEST(Inbound, ConcealsLossAndCountsIt) {
  Bench bench;
  for (int i = 0; i < 200; ++i) {
    const auto packet = bench.audio_packet();
    if (i % 20 != 10) bench.session.on_datagram(packet, kPeer, bench.now);
    if (i % 50 == 7) bench.session.on_datagram(packet, kPeer, bench.now);
    bench.tick();
  }
  const auto stats = bench.session.stats();
  EXPECT_EQ(stats.packets_in, 194U);
  EXPECT_EQ(stats.duplicate, 4U);
  EXPECT_EQ(stats.lost, 10);
  EXPECT_EQ(stats.concealed_frames, 10U);
  // The gaps are filled with sound like that around them.
  for (std::size_t at = 1600; at + 160 <= bench.heard.size(); at += 160) {
    EXPECT_TRUE(sounds(audio::PcmView(bench.heard).subspan(at, 160))) << at;
  }
}

TEST(Inbound, SilentWhenTheCallerStops) {
  Bench bench;
  bench.talk(50);
  bench.ticks(50);
  EXPECT_EQ(audio::peak(audio::PcmView(bench.heard).last(160 * 40)), 0);
  EXPECT_LE(bench.session.stats().concealed_frames, 6U);
}

TEST(Inbound, FollowsANewSourceButNotAStrayPacket) {
  Bench bench;
  bench.talk(20);
  const auto stray = bench.packet({false, 0, 9, 9, 4242}, std::vector<std::uint8_t>(160, 0x80));
  for (int i = 0; i < 20; ++i) {
    bench.session.on_datagram(stray, kPeer, bench.now);
    bench.talk(1);
  }
  EXPECT_EQ(bench.session.stats().other_source, 20U);
  EXPECT_EQ(bench.session.stats().source_changes, 0U);
  bench.ssrc = 78;
  bench.sequence = 3;
  bench.timestamp = 12345;
  bench.talk(20);
  EXPECT_EQ(bench.session.stats().source_changes, 1U);
  EXPECT_EQ(bench.session.stats().lost, 0);
  EXPECT_LT(bench.session.stats().jitter_ms, 1);
  EXPECT_TRUE(sounds(audio::PcmView(bench.heard).last(160 * 10)));
}

TEST(Inbound, RefusesOtherPayloadTypes) {
  Bench bench;
  bench.session.on_datagram(bench.audio_packet(audio::G711Law::mu, 8), kPeer, bench.now);
  bench.session.on_datagram(bench.audio_packet(audio::G711Law::mu, 96), kPeer, bench.now);
  bench.ticks(5);
  EXPECT_EQ(bench.session.stats().other_payload_type, 2U);
  EXPECT_TRUE(bench.of_kind<MediaStarted>().empty());
}

TEST(Inbound, ComfortNoiseKeepsTheCallAlive) {
  auto config = config_for(kPeer);
  config.rtp_timeout = base::seconds(1);
  Bench bench(config);
  bench.talk(20);
  for (int i = 0; i < 100; ++i) {
    bench.timestamp += 160;
    if (i % 20 == 0) {
      const auto noise =
          bench.packet({false, 13, bench.sequence++, bench.timestamp, bench.ssrc}, std::vector<std::uint8_t>{60});
      bench.session.on_datagram(noise, kPeer, bench.now);
    }
    bench.tick();
  }
  EXPECT_TRUE(bench.of_kind<MediaTimedOut>().empty());
  EXPECT_LE(bench.session.stats().concealed_frames, 1U);
}

TEST(Timeout, OnceUntilPacketsComeAgain) {
  Bench bench;
  bench.ticks(1500);
  EXPECT_TRUE(bench.of_kind<MediaTimedOut>().empty());
  bench.ticks(300);
  EXPECT_EQ(bench.of_kind<MediaTimedOut>().size(), 1U);
  bench.talk(10);
  bench.ticks(1600);
  EXPECT_EQ(bench.of_kind<MediaTimedOut>().size(), 2U);
}

TEST(Timeout, NotWhileThePeerIsHeld) {
  auto config = config_for(kPeer);
  config.parameters.may_receive = false;
  Bench bench(config);
  bench.ticks(3000);
  EXPECT_TRUE(bench.of_kind<MediaTimedOut>().empty());
  config.parameters.may_receive = true;
  bench.session.reconfigure(config.parameters, bench.now);
  bench.ticks(1000);
  EXPECT_TRUE(bench.of_kind<MediaTimedOut>().empty());
  bench.ticks(600);
  EXPECT_EQ(bench.of_kind<MediaTimedOut>().size(), 1U);
}

TEST(Latch, FollowsTheSourceBehindANatOnce) {
  Bench bench;
  bench.receive(kBehindNat);
  EXPECT_EQ(bench.tick().to, kPeer);
  bench.receive(kBehindNat);
  EXPECT_EQ(bench.tick().to, kBehindNat);
  EXPECT_EQ(bench.of_kind<RemoteLatched>(), (std::vector{RemoteLatched{kBehindNat}}));
  bench.talk(100, kStranger);
  EXPECT_EQ(bench.session.remote(), kBehindNat);
  EXPECT_EQ(bench.session.stats().foreign, 100U);
}

TEST(Latch, ASprayFromElsewhereRedirectsNothingAndIsNotHeard) {
  Bench bench;
  bench.amplitude = 0;
  bench.talk(5);
  bench.heard.clear();
  const auto before = bench.session.stats();
  base::Random random(5);
  for (int i = 0; i < 500; ++i) {
    bench.receive();
    for (int k = 0; k < 100; ++k) {
      Endpoint from = kStranger;
      from.port = static_cast<std::uint16_t>(1 + random.below(60000));
      const auto loud = bench.packet({false, 0, static_cast<std::uint16_t>(random.next()), bench.timestamp, bench.ssrc},
                                     std::vector<std::uint8_t>(160, 0x80));
      bench.session.on_datagram(loud, from, bench.now);
    }
    EXPECT_EQ(bench.tick().to, kPeer);
  }
  EXPECT_EQ(bench.session.stats().foreign - before.foreign, 50'000U);
  EXPECT_LE(audio::peak(bench.heard), 8);
}

TEST(Latch, TheSignalledAddressWinsBackWhatAStrangerTook) {
  Bench bench;
  bench.talk(3, kStranger);
  EXPECT_EQ(bench.session.remote(), kStranger);
  bench.receive(kPeer);
  EXPECT_EQ(bench.session.remote(), kPeer);
  bench.talk(10, kStranger);
  EXPECT_EQ(bench.session.remote(), kPeer);
}

TEST(Latch, ARandomSprayDoesNotKeepTheCallerBehindANatOut) {
  Bench bench;
  base::Random random(11);
  for (int i = 0; i < 10; ++i) {
    const auto noise =
        bench.packet({false, 0, static_cast<std::uint16_t>(random.next()), 1, 5}, std::vector<std::uint8_t>(160));
    bench.session.on_datagram(noise, kStranger, bench.now);
    bench.receive(kBehindNat);
    bench.tick();
  }
  EXPECT_EQ(bench.session.remote(), kBehindNat);
}

TEST(Latch, AnotherPortOfTheSignalledHostIsBelievedAtOnce) {
  Bench bench;
  Endpoint port = kPeer;
  port.port = 4002;
  bench.receive(port);
  EXPECT_EQ(bench.tick().to, port);
}

TEST(Latch, AReinviteMovesTheRemote) {
  Bench bench;
  bench.talk(10);
  auto parameters = config_for(kBehindNat).parameters;
  bench.session.reconfigure(parameters, bench.now);
  EXPECT_EQ(bench.tick().to, kBehindNat);
  bench.talk(5, kPeer);  // still in flight
  EXPECT_EQ(bench.session.remote(), kBehindNat);
  const auto foreign = bench.session.stats().foreign;
  bench.talk(5, kBehindNat);
  bench.talk(5, kPeer);
  EXPECT_EQ(bench.session.stats().foreign - foreign, 5U);
  // The same address again keeps the latch.
  bench.session.reconfigure(parameters, bench.now);
  bench.talk(1, kStranger);
  EXPECT_EQ(bench.session.remote(), kBehindNat);
}

TEST(Session, DirectionAndCodecFollowTheReinvite) {
  Bench bench;
  bench.talk(10);
  auto parameters = config_for(kPeer).parameters;
  parameters.may_send = false;
  bench.session.reconfigure(parameters, bench.now);
  bench.session.play(1, tone(160));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(bench.tick().packet.empty());
  EXPECT_TRUE(bench.of_kind<PlayoutStarted>().empty());
  parameters = config_for(kPeer, AudioCodec::pcma).parameters;
  bench.session.reconfigure(parameters, bench.now);
  const auto packet = rtp::parse_packet(bench.tick().packet);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->header.payload_type, 8);
  EXPECT_EQ(packet->header.sequence, static_cast<std::uint16_t>(65530 + 10));
  EXPECT_EQ(packet->header.timestamp, 0xfffffc00 + 15 * 160);
  for (int i = 0; i < 20; ++i) {
    bench.session.on_datagram(bench.audio_packet(audio::G711Law::a, 8), kPeer, bench.now);
    bench.tick();
  }
  EXPECT_TRUE(sounds(audio::PcmView(bench.heard).last(160)));
}

TEST(Digits, BetweenTwoSessionsOverALossyPath) {
  int told = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    base::Random random(seed);
    Bench sender(config_for(kPeer));
    Bench receiver(config_for(kBehindNat));
    const std::string digits = "0123456789*#ABCD11";
    ASSERT_EQ(sender.session.send_digits(digits), digits.size());
    int losses = 0;
    while (sender.session.sending_digits()) {
      const auto tick = sender.tick();
      const std::vector<std::uint8_t> packet(tick.packet.begin(), tick.packet.end());
      losses = random.chance(0.25) && losses < 5 ? losses + 1 : 0;  // never all seven of a digit
      if (losses == 0) receiver.session.on_datagram(packet, kBehindNat, receiver.now);
      if (random.chance(0.2) && losses == 0) receiver.session.on_datagram(packet, kBehindNat, receiver.now);
      receiver.tick();
    }
    EXPECT_EQ(digits_of(receiver), digits) << seed;
    told += static_cast<int>(digits_of(receiver).size());
  }
  EXPECT_EQ(told, 40 * 18);
}

TEST(Digits, PlayoutWaitsMeanwhileAndTheStreamStaysWhole) {
  Bench bench;
  bench.session.play(1, tone(1600));
  bench.session.finish(1);
  bench.ticks(2);
  bench.session.send_digits("5");
  const Duration queued = bench.session.queued();
  for (std::uint16_t i = 0; i < 10; ++i) {
    const auto packet = rtp::parse_packet(bench.tick().packet);
    EXPECT_EQ(packet->header.sequence, static_cast<std::uint16_t>(65532 + i));
    EXPECT_EQ(packet->header.payload_type, i < 7 ? kEventType : 0);
    EXPECT_EQ(packet->header.timestamp, 0xfffffc00 + (i < 7 ? 2U : 2U + i) * 160);
  }
  EXPECT_EQ(bench.session.queued(), queued);
  bench.ticks(8);
  EXPECT_EQ(bench.of_kind<PlayoutFinished>(), (std::vector{PlayoutFinished{1, milliseconds(200)}}));
}

TEST(Digits, NeedAgreement) {
  auto config = config_for(kPeer);
  config.parameters.telephone_event_payload_type.reset();
  Bench bench(config);
  EXPECT_EQ(bench.session.send_digits("1"), 0U);
  const auto event = rtp::write_telephone_event({1, false, 10, 160});
  bench.session.on_datagram(bench.packet({true, kEventType, 1, 1, 7}, event), kPeer, bench.now);
  bench.tick();
  EXPECT_TRUE(bench.of_kind<DigitPressed>().empty());
}

TEST(Session, RandomDatagramsDoNoHarm) {
  Bench bench;
  bench.talk(10);
  base::Random random(9);
  std::vector<std::uint8_t> bytes(1600);
  for (int i = 0; i < 100'000; ++i) {
    for (std::size_t k = 0; k < 24; ++k) bytes[k] = static_cast<std::uint8_t>(random.next());
    if (random.chance(0.5)) {
      bytes[0] = static_cast<std::uint8_t>(0x80 | (bytes[0] & 0x3f));
      const std::uint8_t types[] = {0, 13, kEventType, 8};
      bytes[1] = types[random.below(4)];
    }
    const auto size = random.chance(0.5) ? random.below(40) : random.below(bytes.size());
    bench.session.on_datagram(std::span(bytes).first(size), kPeer, bench.now);
    if (i % 20 == 0) bench.session.tick(bench.now = bench.now + milliseconds(20));
    if (i % 1000 == 0) bench.session.drain_events(bench.events);
  }
  EXPECT_GT(bench.session.stats().malformed, 10'000U);
  bench.ticks(10);
  bench.talk(50);
  EXPECT_TRUE(sounds(audio::PcmView(bench.heard).last(800)));
}

TEST(Session, NothingIsAllocatedOnTheMediaPath) {
  Bench bench;
  for (UtteranceId id = 1; id <= 20; ++id) {
    bench.session.play(id, tone(1999));
    bench.session.finish(id);
  }
  bench.session.send_digits("159D");
  base::Random random(3);
  std::vector<std::vector<std::uint8_t>> datagrams;
  for (int i = 0; i < 600; ++i) datagrams.push_back(bench.audio_packet());
  const auto event = rtp::write_telephone_event({5, false, 10, 160});
  for (int i = 0; i < 600; i += 60)
    datagrams[static_cast<std::size_t>(i)] =
        bench.packet({true, kEventType, 1, static_cast<std::uint32_t>(i), 77}, event);
  datagrams.push_back({1, 2, 3});
  datagrams.push_back(bench.packet({false, 0, 1, 1, 5}, std::vector<std::uint8_t>(960)));
  const std::uint64_t before = allocations_so_far();
  for (std::size_t i = 0; i < datagrams.size(); ++i) {
    bench.now = bench.now + milliseconds(20);
    if (!random.chance(0.1)) bench.session.on_datagram(datagrams[i], random.chance(0.1) ? kStranger : kPeer, bench.now);
    bench.session.tick(bench.now);
    if (i == 300) bench.session.flush(milliseconds(10));
  }
  EXPECT_EQ(allocations_so_far() - before, 0U);
  bench.session.drain_events(bench.events);
  EXPECT_GT(bench.events.size(), 20U);
}

}  // namespace frontdesk::media
