#include "media/session.hpp"

#include <algorithm>
#include <array>

#include "audio/g711.hpp"
#include "base/assert.hpp"
#include "media/event_queue.hpp"
#include "media/inbound_audio.hpp"
#include "media/playout_queue.hpp"
#include "media/remote_latch.hpp"
#include "rtp/packet.hpp"
#include "rtp/telephone_event.hpp"

namespace frontdesk::media {
namespace {

constexpr std::uint8_t kComfortNoisePayloadType = 13;  // RFC 3389

static_assert(PlayoutQueue::kMaxUtterances == kMaxQueuedUtterances);
static_assert(time_of_samples(PlayoutQueue::kMaxSamples) == kMaxQueuedPlayout);
static_assert(time_of_samples(PlayoutQueue::kMaxFadeSamples) == kMaxFade);
static_assert(rtp::kFrameSamples == audio::kFrameSamples);

audio::G711Law law_of(AudioCodec codec) {
  return codec == AudioCodec::pcmu ? audio::G711Law::mu : audio::G711Law::a;
}

}  // namespace

struct MediaSession::State {
  explicit State(const MediaSessionConfig& config)
      : parameters(config.parameters),
        ssrc(config.ssrc),
        sequence(config.first_sequence),
        timestamp(config.first_timestamp),
        rtp_timeout(config.rtp_timeout),
        latch(config.parameters.remote),
        inbound(law_of(config.parameters.codec)) {}

  void receive(const rtp::Packet& packet, base::Instant now);
  void hear(base::Instant now);
  std::span<const std::uint8_t> speak();
  std::span<const std::uint8_t> write(const rtp::Header& header, std::span<const std::uint8_t> payload);
  void check_timeout(base::Instant now);
  bool negotiated(std::uint8_t payload_type) const;
  bool heard_by_peer() const;
  bool sends() const { return parameters.may_send && latch.target().is_set(); }

  MediaParameters parameters;
  std::uint32_t ssrc;
  std::uint16_t sequence;
  std::uint32_t timestamp;
  base::Duration rtp_timeout;
  RemoteLatch latch;
  InboundAudio inbound;
  PlayoutQueue playout;
  EventQueue events{kMaxMediaEvents};
  rtp::TelephoneEventDecoder digits_in;
  rtp::TelephoneEventEncoder digits_out;
  MediaStats counters;
  std::optional<base::Instant> last_received;
  bool media_started = false;
  bool timed_out = false;
  bool first_packet = true;
  bool held = false;
  bool muted = false;
  std::array<audio::Sample, audio::kFrameSamples> heard{};
  std::array<audio::Sample, audio::kFrameSamples> played{};
  std::array<std::uint8_t, audio::kFrameSamples> payload{};
  std::array<std::uint8_t, rtp::kHeaderBytes + audio::kFrameSamples> datagram{};
};

bool MediaSession::State::negotiated(std::uint8_t payload_type) const {
  return payload_type == parameters.payload_type || payload_type == kComfortNoisePayloadType ||
         payload_type == parameters.telephone_event_payload_type;
}

void MediaSession::State::receive(const rtp::Packet& packet, base::Instant now) {
  if (!inbound.admit(packet.header, now)) {
    ++counters.other_source;
    return;
  }
  ++counters.packets_in;
  last_received = now;
  timed_out = false;
  if (packet.header.payload_type == parameters.telephone_event_payload_type) {
    const auto digit = digits_in.on_packet(packet.header.timestamp, packet.payload);
    if (digit && parameters.may_receive) events.push(DigitPressed{*digit});
  } else if (packet.header.payload_type == kComfortNoisePayloadType) {
    inbound.on_comfort_noise();
  } else if (parameters.may_receive) {
    inbound.on_audio(packet, now);
  }
}

void MediaSession::State::hear(base::Instant now) {
  inbound.pull(heard, now);
  if (held || !parameters.may_receive) heard.fill(0);
}

std::span<const std::uint8_t> MediaSession::State::write(const rtp::Header& header,
                                                         std::span<const std::uint8_t> bytes) {
  const std::size_t size = rtp::write_packet(header, bytes, datagram);
  FRONTDESK_ASSERT(size > 0);
  ++sequence;
  ++counters.packets_out;
  first_packet = false;
  return std::span(datagram).first(size);
}

/// Otherwise a fade would be sent when playout goes on, long after.
bool MediaSession::State::heard_by_peer() const {
  return sends() && !held && digits_out.idle();
}

std::span<const std::uint8_t> MediaSession::State::speak() {
  const std::uint32_t now = timestamp;
  timestamp += static_cast<std::uint32_t>(audio::kFrameSamples);
  played.fill(0);
  if (!sends()) return {};
  if (!digits_out.idle()) {
    if (const auto event = digits_out.tick(now)) {
      return write({event->marker, *parameters.telephone_event_payload_type, sequence, event->timestamp, ssrc},
                   event->payload);
    }
  } else if (!held) {
    playout.fill(played, events);
    if (muted) played.fill(0);
  }
  audio::encode_g711(law_of(parameters.codec), played, payload);
  // What a recording keeps is what the peer decodes.
  audio::decode_g711(law_of(parameters.codec), payload, played);
  return write({first_packet, parameters.payload_type, sequence, now, ssrc}, payload);
}

void MediaSession::State::check_timeout(base::Instant now) {
  if (!last_received) last_received = now;
  if (timed_out || !parameters.may_receive || now - *last_received < rtp_timeout) return;
  timed_out = true;
  events.push(MediaTimedOut{});
}

MediaSession::MediaSession(const MediaSessionConfig& config) : state_(std::make_unique<State>(config)) {}
MediaSession::~MediaSession() = default;
MediaSession::MediaSession(MediaSession&&) noexcept = default;
MediaSession& MediaSession::operator=(MediaSession&&) noexcept = default;

void MediaSession::on_datagram(std::span<const std::uint8_t> datagram, const base::Endpoint& from, base::Instant now) {
  State& s = *state_;
  const auto packet = rtp::parse_packet(datagram);
  if (!packet) {
    if (packet.error() != rtp::PacketFault::rtcp) ++s.counters.malformed;
    return;
  }
  if (!s.negotiated(packet->header.payload_type)) {
    ++s.counters.other_payload_type;
    return;
  }
  const auto verdict = s.latch.judge(from, packet->header);
  if (verdict == RemoteLatch::Verdict::refused) ++s.counters.foreign;
  if (verdict == RemoteLatch::Verdict::refused || verdict == RemoteLatch::Verdict::on_probation) return;
  if (verdict == RemoteLatch::Verdict::accepted_and_latched) s.events.push(RemoteLatched{from});
  if (!s.media_started) s.events.push(MediaStarted{from});
  s.media_started = true;
  s.receive(*packet, now);
}

MediaSession::Tick MediaSession::tick(base::Instant now) {
  State& s = *state_;
  s.hear(now);
  const auto packet = s.speak();
  s.check_timeout(now);
  return {packet, s.latch.target(), s.heard, s.played};
}

void MediaSession::reconfigure(const MediaParameters& parameters, base::Instant now) {
  State& s = *state_;
  if (parameters.may_receive && !s.parameters.may_receive) s.last_received = now;
  if (!parameters.telephone_event_payload_type) s.digits_out = {};
  s.parameters = parameters;
  s.latch.set_signalled(parameters.remote);
  s.inbound.set_law(law_of(parameters.codec));
}

MediaSession::PlayResult MediaSession::play(UtteranceId utterance, audio::PcmView pcm) {
  const std::size_t queued = state_->playout.play(utterance, pcm);
  state_->counters.refused_samples += pcm.size() - queued;
  return {queued, pcm.size() - queued};
}

void MediaSession::finish(UtteranceId utterance) {
  state_->playout.finish(utterance, state_->events);
}
void MediaSession::pause(base::Duration fade) {
  state_->playout.pause(state_->heard_by_peer() ? fade : base::Duration{0});
}

void MediaSession::resume() {
  state_->playout.resume();
}

void MediaSession::flush(base::Duration fade) {
  state_->playout.flush(state_->heard_by_peer() ? fade : base::Duration{0}, state_->events);
}
base::Duration MediaSession::queued() const {
  return time_of_samples(state_->playout.queued_samples());
}
bool MediaSession::playing() const {
  return !state_->playout.empty();
}

std::size_t MediaSession::send_digits(std::string_view digits) {
  if (!state_->parameters.telephone_event_payload_type) return 0;
  return state_->digits_out.queue(digits);
}

bool MediaSession::sending_digits() const {
  return !state_->digits_out.idle();
}
void MediaSession::set_held(bool held) {
  state_->held = held;
}
void MediaSession::set_muted(bool muted) {
  state_->muted = muted;
}
void MediaSession::drain_events(std::vector<MediaEvent>& out) {
  state_->events.drain(out);
}

MediaStats MediaSession::stats() const {
  const State& s = *state_;
  MediaStats stats = s.counters;
  const rtp::JitterBufferCounters& jitter = s.inbound.jitter().counters();
  stats.expected = s.inbound.statistics().expected();
  stats.lost = std::max<std::int64_t>(0, s.inbound.statistics().lost() + static_cast<std::int64_t>(jitter.duplicate));
  stats.late = jitter.late;
  stats.duplicate = jitter.duplicate;
  stats.concealed_frames = s.inbound.concealed_frames();
  stats.source_changes = s.inbound.source_changes();
  stats.starved_ticks = s.playout.starved_ticks();
  stats.events_lost = s.events.lost();
  stats.jitter_ms = s.inbound.statistics().jitter_ms();
  stats.playout_delay = s.inbound.jitter().delay();
  return stats;
}

base::Endpoint MediaSession::remote() const {
  return state_->latch.target();
}

}  // namespace frontdesk::media
