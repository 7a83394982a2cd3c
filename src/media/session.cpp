#include "media/session.hpp"

#include <algorithm>

#include "media/quality.hpp"
#include "media/session_state.hpp"

namespace frontdesk::media {

MediaSession::MediaSession(const MediaSessionConfig& config) : state_(std::make_unique<State>(config)) {}
MediaSession::~MediaSession() = default;
MediaSession::MediaSession(MediaSession&&) noexcept = default;
MediaSession& MediaSession::operator=(MediaSession&&) noexcept = default;

void MediaSession::on_datagram(std::span<const std::uint8_t> datagram, const base::Endpoint& from, base::Instant now) {
  if (rtp::looks_like_rtcp(datagram)) return state_->receive_rtcp(datagram, from, now);
  state_->receive(datagram, from, now);
}

void MediaSession::on_rtcp_datagram(std::span<const std::uint8_t> datagram, const base::Endpoint& from,
                                    base::Instant now) {
  state_->receive_rtcp(datagram, from, now);
}

void MediaSession::prefetch() const {
  state_->prefetch();
}

MediaSession::Tick MediaSession::tick(base::Instant now) {
  State& s = *state_;
  Tick tick;
  s.hear(now);
  s.speak(tick);
  s.report(tick, now);
  s.check_timeout(now);
  tick.to = s.latch.target();
  tick.heard = s.heard;
  tick.played = s.played;
  return tick;
}

void MediaSession::reconfigure(const MediaParameters& parameters, base::Instant now) {
  state_->reconfigure(parameters, now);
}

void MediaSession::adapt(const codec::SendingProfile& profile) {
  state_->parameters.packet_ms = codec::packet_ms(state_->parameters.codec, profile.packet_ms);
  state_->packetizer.adapt(profile);
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
  stats.played_frames = s.inbound.loss().frames;
  stats.concealed_frames = s.inbound.concealed_frames();
  stats.loss_bursts = s.inbound.loss().bursts;
  stats.source_changes = s.inbound.source_changes();
  stats.starved_ticks = s.playout.starved_ticks();
  stats.events_lost = s.events.lost();
  stats.jitter_ms = s.inbound.statistics().jitter_ms();
  stats.jitter_mean_ms = s.inbound.statistics().jitter_mean_ms();
  stats.jitter_max_ms = s.inbound.statistics().jitter_max_ms();
  stats.playout_delay = s.inbound.jitter().delay();
  stats.rtcp = s.rtcp.figures();
  const PlayoutLoss& loss = s.inbound.loss();
  if (loss.frames == 0) return stats;
  QualityInput quality{.codec = impairment_of(s.parameters.codec)};
  quality.loss = static_cast<double>(loss.concealed) / static_cast<double>(loss.frames);
  quality.burst_ratio = burst_ratio(loss.frames, loss.concealed, loss.bursts);
  const base::Duration network = stats.rtcp.round_trip.value_or(base::Duration(0)) / 2;
  quality.one_way_delay = network + stats.playout_delay + base::milliseconds(s.parameters.packet_ms);
  stats.rating = rating(quality);
  stats.mean_opinion_score = mean_opinion_score(stats.rating);
  return stats;
}

base::Endpoint MediaSession::remote() const {
  return state_->latch.target();
}

}  // namespace frontdesk::media
