// Private: what a media session consists of.
#pragma once
#include <array>

#include "media/digits/in_band_detector.hpp"
#include "media/event_queue.hpp"
#include "media/inbound_audio.hpp"
#include "media/packetizer.hpp"
#include "media/playout_queue.hpp"
#include "media/protection.hpp"
#include "media/remote_latch.hpp"
#include "media/session.hpp"
#include "rtp/telephone_event.hpp"

namespace frontdesk::media {

struct MediaSession::State {
  explicit State(const MediaSessionConfig& config);

  enum class PayloadKind { audio, digits, comfort_noise, unknown };
  using Datagram = std::array<std::uint8_t, rtp::kMaxPacketBytes + srtp::kMaxTrailerBytes>;

  void prefetch() const;
  void reconfigure(const MediaParameters& changed, base::Instant now);

  void receive(std::span<const std::uint8_t> datagram, const base::Endpoint& from, base::Instant now);
  void take(const rtp::Packet& packet, PayloadKind kind, base::Instant now);
  void receive_rtcp(std::span<const std::uint8_t> datagram, const base::Endpoint& from, base::Instant now);
  PayloadKind kind_of(std::uint8_t payload_type) const;
  void hear(base::Instant now);
  void listen_for_digits();
  void check_timeout(base::Instant now);

  void speak(Tick& tick);
  void write(const rtp::Header& header, std::span<const std::uint8_t> payload, Tick& tick);
  void report(Tick& tick, base::Instant now);
  base::Endpoint rtcp_target() const;
  bool protect(const MediaParameters& changed);
  Protection& rtcp_protection() { return parameters.rtcp_keyed_apart ? protection_of_rtcp : protection; }
  bool heard_by_peer() const;
  bool sends() const { return parameters.may_send && latch.target().is_set() && protection.usable(); }
  std::uint32_t units_per_sample() const { return codec::traits(parameters.codec).clock_rate / audio::kTelephoneRate; }

  MediaParameters parameters;
  std::uint32_t ssrc;
  std::uint16_t sequence;
  std::uint32_t timestamp;
  base::Duration rtp_timeout;
  RemoteLatch latch;
  Protection protection;
  Protection protection_of_rtcp;
  InboundAudio inbound;
  PlayoutQueue playout;
  Packetizer packetizer;
  EventQueue events{kMaxMediaEvents};
  rtp::TelephoneEventDecoder digits_in;
  std::optional<digits::InBandDetector> digits_in_band;
  rtp::TelephoneEventEncoder digits_out;
  rtp::RtcpSession rtcp;
  MediaStats counters;
  std::optional<base::Instant> last_received;
  bool media_started = false;
  bool timed_out = false;
  bool first_packet = true;
  bool held = false;
  bool muted = false;
  std::array<audio::Sample, audio::kFrameSamples> heard{};
  std::array<audio::Sample, audio::kFrameSamples> played{};
  std::array<Datagram, kMaxPacketsPerTick> datagrams{};
  Datagram rtcp_datagram{};
};

}  // namespace frontdesk::media
