// For tests: two media sessions at the ends of a line that may lose, delay, reorder and repeat packets.
#pragma once
#include <functional>
#include <vector>

#include "base/random.hpp"
#include "media/session_bench_test.hpp"

namespace frontdesk::media::test {

inline const Endpoint kLeft = *base::parse_endpoint("192.0.2.1:4000");
inline const Endpoint kRight = *base::parse_endpoint("192.0.2.2:6000");

inline MediaSessionConfig config_of(Codec codec, const Endpoint& remote, std::uint32_t ssrc, int packet_ms = 20) {
  MediaSessionConfig config = config_for(remote);
  config.parameters.codec = codec;
  config.parameters.payload_type = codec::traits(codec).static_payload_type.value_or(111);
  config.parameters.telephone_event_clock_rate = codec::traits(codec).clock_rate;
  config.parameters.packet_ms = packet_ms;
  config.ssrc = ssrc;
  config.cname = "test";
  return config;
}

struct SessionPair {
  struct End {
    MediaSession session;
    Endpoint at;
    Pcm heard{};
    Pcm played{};
    std::vector<MediaEvent> events{};
  };
  using Wire = std::vector<std::uint8_t>;

  SessionPair(const MediaSessionConfig& left_config, const MediaSessionConfig& right_config)
      : left{MediaSession(left_config), kLeft}, right{MediaSession(right_config), kRight} {}

  static SessionPair of(Codec codec, int packet_ms = 20) {
    return {config_of(codec, kRight, 1, packet_ms), config_of(codec, kLeft, 2, packet_ms)};
  }

  void tick() {
    now = now + milliseconds(20);
    std::vector<Wire> to_right = run(left), to_left = run(right);
    for (auto& wire : to_right) deliver(right, left.at, wire);
    for (auto& wire : to_left) deliver(left, right.at, wire);
  }
  void ticks(int count) {
    for (int i = 0; i < count; ++i) tick();
  }

  std::vector<Wire> run(End& end) {
    const auto tick = end.session.tick(now);
    end.heard.insert(end.heard.end(), tick.heard.begin(), tick.heard.end());
    end.played.insert(end.played.end(), tick.played.begin(), tick.played.end());
    end.session.drain_events(end.events);
    std::vector<Wire> out;
    for (const auto bytes : {tick.packet, tick.second_packet, tick.rtcp}) {
      if (!bytes.empty()) out.emplace_back(bytes.begin(), bytes.end());
    }
    return out;
  }
  void deliver(End& to, const Endpoint& from, Wire& wire) {
    if (on_wire && !on_wire(wire)) return;
    to.session.on_datagram(wire, from, now);
  }
  /// Both ends talk from now on for `count` ticks.
  void talk(int count) {
    for (End* end : {&left, &right}) {
      end->session.play(++utterance, tone(static_cast<std::size_t>(count) * 160));
      end->session.finish(utterance);
    }
    ticks(count);
  }

  End left, right;
  Instant now{base::seconds(100)};
  UtteranceId utterance = 0;
  std::function<bool(Wire&)> on_wire;  ///< may change a packet; false: lost
};

/// The share of the power that lies at `hertz`, in one phase throughout.
inline double purity(audio::PcmView pcm, double hertz = 437) {
  double re = 0, im = 0, power = 1;
  for (std::size_t i = 0; i < pcm.size(); ++i) {
    const double angle = 2 * 3.14159265 * hertz * static_cast<double>(i) / 8000;
    re += pcm[i] * std::cos(angle);
    im += pcm[i] * std::sin(angle);
    power += double{1} * pcm[i] * pcm[i];
  }
  return 2 * (re * re + im * im) / static_cast<double>(pcm.size()) / power;
}

/// The same, frame by frame: whatever the delay does meanwhile.
inline double purity_of_frames(audio::PcmView pcm) {
  double sum = 0;
  for (std::size_t at = 0; at + 160 <= pcm.size(); at += 160) sum += purity(pcm.subspan(at, 160));
  return sum * 160 / static_cast<double>(pcm.size());
}

}  // namespace frontdesk::media::test
