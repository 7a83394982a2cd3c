#include "media/session_state.hpp"

#include "base/assert.hpp"

namespace frontdesk::media {
namespace {

static_assert(PlayoutQueue::kMaxUtterances == kMaxQueuedUtterances);
static_assert(time_of_samples(PlayoutQueue::kMaxSamples) == kMaxQueuedPlayout);
static_assert(time_of_samples(PlayoutQueue::kMaxFadeSamples) == kMaxFade);
static_assert(rtp::kFrameSamples == audio::kFrameSamples);
static_assert(rtp::kMaxRtcpBytes + srtp::kMaxTrailerBytes <= std::tuple_size_v<std::array<std::uint8_t, 1500>>);

// RFC 3711, section 3.3.1: a first sequence number in the lower half, so that the loss of the first
// packets does not make the receiver guess the wrong rollover counter.
constexpr std::uint16_t kLowerHalf = 0x7fff;

std::uint32_t clock_rate(const MediaParameters& parameters) {
  return codec::traits(parameters.codec).clock_rate;
}

}  // namespace

MediaSession::State::State(const MediaSessionConfig& config)
    : parameters(config.parameters),
      ssrc(config.ssrc),
      sequence(config.parameters.srtp ? config.first_sequence & kLowerHalf : config.first_sequence),
      timestamp(config.first_timestamp),
      rtp_timeout(config.rtp_timeout),
      latch(config.parameters.remote, config.parameters.signalling),
      inbound(config.parameters.codec),
      packetizer(config.parameters.codec, config.parameters.packet_ms),
      digits_in(config.parameters.telephone_event_clock_rate),
      digits_out(config.parameters.telephone_event_clock_rate),
      rtcp(config.ssrc, clock_rate(config.parameters), config.cname) {
  protect(config.parameters);
  listen_for_digits();
}

void MediaSession::State::listen_for_digits() {
  if (!parameters.in_band_digits) return digits_in_band.reset();
  if (!digits_in_band) digits_in_band.emplace();
}

void MediaSession::State::prefetch() const {
  constexpr std::size_t kLine = 64;
  constexpr std::size_t kHeaderLines = 6;  // parameters, numbering, latch
  for (std::size_t line = 0; line < kHeaderLines; ++line)
    __builtin_prefetch(reinterpret_cast<const char*>(this) + line * kLine);
  for (std::size_t line = 0; line * kLine < sizeof heard + sizeof played; ++line)
    __builtin_prefetch(reinterpret_cast<const char*>(heard.data()) + line * kLine, 1);
  inbound.prefetch();
}

/// Whether our sending key changed.
bool MediaSession::State::protect(const MediaParameters& changed) {
  if (changed.rtcp_keyed_apart) protection_of_rtcp.configure(changed.srtcp, true);
  return protection.configure(changed.srtp, changed.srtp_awaited);
}

void MediaSession::State::reconfigure(const MediaParameters& changed, base::Instant now) {
  const bool resumed = (changed.may_receive && !parameters.may_receive) || (changed.may_send && !parameters.may_send);
  if (resumed) last_received = now;
  const bool other_clock = changed.telephone_event_clock_rate != parameters.telephone_event_clock_rate;
  if (!changed.telephone_event_payload_type || other_clock)
    digits_out = rtp::TelephoneEventEncoder(changed.telephone_event_clock_rate);
  if (other_clock) digits_in = rtp::TelephoneEventDecoder(changed.telephone_event_clock_rate);
  parameters = changed;
  listen_for_digits();
  latch.set_signalled(changed.remote, changed.signalling);
  inbound.set_codec(changed.codec);
  packetizer.configure(changed.codec, changed.packet_ms);
  rtcp.set_clock_rate(clock_rate(changed));
  if (!protect(changed) || !changed.srtp) return;
  // Whether the rollover counter survives a new key, peers do not agree on: with another SSRC it is 0 for all.
  ssrc = ssrc * 1'664'525 + 1'013'904'223;
  sequence &= kLowerHalf;
  rtcp.set_ssrc(ssrc);
}

// --- what comes

/// The peer's own numbering first; but some send with the numbers that we send with.
MediaSession::State::PayloadKind MediaSession::State::kind_of(std::uint8_t type) const {
  const auto& digits = parameters.telephone_event_payload_type;
  const bool agreed_on_digits = digits.has_value();
  if (agreed_on_digits && type == parameters.receive_telephone_event_payload_type.value_or(*digits))
    return PayloadKind::digits;
  if (type == parameters.receive_payload_type.value_or(parameters.payload_type)) return PayloadKind::audio;
  if (type == codec::kComfortNoisePayloadType) return PayloadKind::comfort_noise;
  if (type == parameters.payload_type) return PayloadKind::audio;
  if (agreed_on_digits && type == *digits) return PayloadKind::digits;
  return PayloadKind::unknown;
}

void MediaSession::State::receive(std::span<const std::uint8_t> datagram, const base::Endpoint& from,
                                  base::Instant now) {
  const auto plain = protection.open(Protection::Kind::rtp, datagram);
  if (plain.empty() && !datagram.empty()) {
    ++counters.unprotected;
    return;
  }
  const auto packet = rtp::parse_packet(plain);
  if (!packet) {
    ++counters.malformed;
    return;
  }
  const PayloadKind kind = kind_of(packet->header.payload_type);
  if (kind == PayloadKind::unknown) {
    ++counters.other_payload_type;
    return;
  }
  const auto verdict = latch.judge({from, packet->header, protection.authenticates()}, now);
  if (verdict == RemoteLatch::Verdict::refused) ++counters.foreign;
  if (verdict == RemoteLatch::Verdict::refused || verdict == RemoteLatch::Verdict::on_probation) return;
  if (verdict == RemoteLatch::Verdict::accepted_and_latched) events.push(RemoteLatched{from});
  if (!media_started) events.push(MediaStarted{from});
  media_started = true;
  take(*packet, kind, now);
}

void MediaSession::State::take(const rtp::Packet& packet, PayloadKind kind, base::Instant now) {
  // Some gateways send digits under an SSRC of their own: that is no change of the source of the sound.
  const bool beside = kind == PayloadKind::digits && inbound.source() && inbound.source() != packet.header.ssrc;
  if (!beside && !inbound.admit(packet.header, now)) {
    ++counters.other_source;
    return;
  }
  ++counters.packets_in;
  last_received = now;
  timed_out = false;
  if (kind == PayloadKind::digits) {
    const auto digit = digits_in.on_packet(packet.header.timestamp, packet.payload);
    if (digit && parameters.may_receive) events.push(DigitPressed{*digit});
  } else if (kind == PayloadKind::comfort_noise) {
    inbound.on_comfort_noise(packet.payload);
  } else if (parameters.may_receive && !inbound.on_audio(packet, now)) {
    ++counters.malformed;
  }
}

/// Reports decide nothing, so the peer's address is proof enough where there is no SRTCP.
void MediaSession::State::receive_rtcp(std::span<const std::uint8_t> datagram, const base::Endpoint& from,
                                       base::Instant now) {
  if (!from.same_address(latch.target()) && !from.same_address(parameters.rtcp_remote)) {
    ++counters.foreign;
    return;
  }
  const auto plain = rtcp_protection().open(Protection::Kind::rtcp, datagram);
  if (plain.empty() && !datagram.empty()) {
    ++counters.unprotected;
    return;
  }
  rtcp.on_datagram(plain, now);
}

void MediaSession::State::hear(base::Instant now) {
  inbound.pull(heard, now);
  if (held || !parameters.may_receive) heard.fill(0);
  if (!digits_in_band) return;
  const auto listen = [&](audio::PcmView pcm) {
    if (const auto digit = digits_in_band->push(pcm)) events.push(DigitPressed{*digit, digits::Form::in_band});
  };
  // A pause that the delay was shortened by must not make one press of two.
  constexpr std::array<audio::Sample, audio::kFrameSamples> kQuiet{};
  if (inbound.quiet_left_out()) listen(kQuiet);
  listen(heard);
}

/// Who holds us may play music and mostly does not.
void MediaSession::State::check_timeout(base::Instant now) {
  if (!last_received) last_received = now;
  const bool expected = parameters.may_receive && parameters.may_send;
  if (timed_out || !expected || now - *last_received < rtp_timeout) return;
  timed_out = true;
  events.push(MediaTimedOut{});
}

// --- what goes

/// Otherwise a fade would be sent when playout goes on, long after.
bool MediaSession::State::heard_by_peer() const {
  return sends() && !held && digits_out.idle();
}

void MediaSession::State::write(const rtp::Header& header, std::span<const std::uint8_t> bytes, Tick& tick) {
  auto& buffer = datagrams[tick.packet.empty() ? 0 : 1];
  std::size_t size = rtp::write_packet(header, bytes, buffer);
  FRONTDESK_ASSERT(size > 0);
  ++sequence;
  size = protection.seal(Protection::Kind::rtp, buffer, size);
  if (size == 0) return;
  (tick.packet.empty() ? tick.packet : tick.second_packet) = std::span(buffer).first(size);
  ++counters.packets_out;
  rtcp.on_packet_sent(bytes.size());
  first_packet = false;
}

void MediaSession::State::speak(Tick& tick) {
  const std::uint32_t now = timestamp;
  timestamp += static_cast<std::uint32_t>(audio::kFrameSamples) * units_per_sample();
  played.fill(0);
  if (!sends()) return packetizer.clear();
  if (!digits_out.idle() && packetizer.empty()) {
    if (const auto event = digits_out.tick(now)) {
      return write({event->marker, *parameters.telephone_event_payload_type, sequence, event->timestamp, ssrc},
                   event->payload, tick);
    }
  } else if (digits_out.idle() && !held) {
    playout.fill(played, events);
    if (muted) played.fill(0);
  }
  packetizer.push(played);
  while (const auto payload = packetizer.pop()) {
    const auto first = timestamp - static_cast<std::uint32_t>(payload->waiting_before) * units_per_sample();
    write({first_packet, parameters.payload_type, sequence, first, ssrc}, payload->bytes, tick);
  }
}

base::Endpoint MediaSession::State::rtcp_target() const {
  base::Endpoint target = latch.target();
  if (parameters.rtcp_mux || !target.is_set()) return target;
  if (target == parameters.remote && parameters.rtcp_remote.is_set()) return parameters.rtcp_remote;
  ++target.port;
  return target;
}

void MediaSession::State::report(Tick& tick, base::Instant now) {
  if (!latch.target().is_set() || !rtcp_protection().usable()) return;
  const rtp::RtcpSession::Streams streams{timestamp, inbound.source(), inbound.statistics()};
  std::size_t size = rtcp.poll(streams, now, std::span(rtcp_datagram).first(rtp::kMaxRtcpBytes));
  if (size > 0) size = rtcp_protection().seal(Protection::Kind::rtcp, rtcp_datagram, size);
  tick.rtcp = std::span(rtcp_datagram).first(size);
  tick.rtcp_to = rtcp_target();
}

}  // namespace frontdesk::media
