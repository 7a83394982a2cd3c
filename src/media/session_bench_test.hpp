// For the tests of the media session: a session with a clock, a peer that talks, and what came out.
#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "audio/g711.hpp"
#include "audio/levels.hpp"
#include "media/session.hpp"
#include "rtp/packet.hpp"

namespace frontdesk::media::test {

using audio::Pcm;
using audio::Sample;
using base::Duration;
using base::Endpoint;
using base::Instant;
using base::milliseconds;

inline constexpr std::uint8_t kEventType = 101;

inline const Endpoint kPeer = *base::parse_endpoint("192.0.2.10:4000");
inline const Endpoint kBehindNat = *base::parse_endpoint("198.51.100.7:31000");
inline const Endpoint kStranger = *base::parse_endpoint("203.0.113.66:666");

inline MediaSessionConfig config_for(const Endpoint& remote, Codec codec = Codec::pcmu) {
  MediaSessionConfig config;
  config.parameters.codec = codec;
  config.parameters.payload_type = codec == Codec::pcmu ? 0 : 8;
  config.parameters.telephone_event_payload_type = kEventType;
  config.parameters.remote = remote;
  config.ssrc = 0x1234;
  config.first_sequence = 65530;
  config.first_timestamp = 0xfffffc00;
  return config;
}

inline Pcm tone(std::size_t samples, double amplitude = 8000, double hertz = 437) {
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

inline bool sounds(audio::PcmView pcm) {
  return audio::rms_dbfs(pcm) > -40;
}

inline std::string digits_of(const Bench& bench) {
  std::string digits;
  for (const auto& pressed : bench.of_kind<DigitPressed>()) digits += pressed.digit;
  return digits;
}

}  // namespace frontdesk::media::test
