#include "caller/leg.hpp"

#include "media/negotiated/negotiated.hpp"
#include "rtp/packet.hpp"

namespace frontdesk::caller {
namespace {

using base::Duration;
using base::Instant;

constexpr Duration kTick = base::milliseconds(audio::kFrameMs);
constexpr media::UtteranceId kListenUtterance = 1;

ScriptTimes times_of(const LegMaterial& material, std::size_t call) {
  const CallOptions& options = material.options;
  return {.greeting_timeout = options.greeting_timeout,
          .reply_timeout = options.reply_timeout,
          .reply_end_silence = options.reply_end_silence,
          .longest_reply = options.longest_reply,
          .before_first_step = material.plan.stagger * static_cast<std::int64_t>(call)};
}

/// Only what can be followed in a call that has a script.
CallPlan scripted(const LegMaterial& material) {
  return material.options.listen_only ? CallPlan{} : material.plan;
}

/// The index of a sample, kept within a recording.
std::size_t sample_at(Duration at, const audio::Pcm& pcm) {
  const auto index = at.count() * (audio::kTelephoneRate / 1000) / 1'000'000;
  return static_cast<std::size_t>(std::clamp<std::int64_t>(index, 0, static_cast<std::int64_t>(pcm.size())));
}

std::string seconds_text(Duration d) {
  const auto tenths = base::to_ms(d) / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

}  // namespace

Leg::Leg(std::size_t call, const LegMaterial& material, udp::Socket socket)
    : material_(material),
      socket_(std::move(socket)),
      script_(scripted(material), times_of(material, call)),
      line_sound_end_(script_.steps().size()),
      call_(call) {
  log_.call = std::to_string(call + 1);
  log_.greeting_awaited = !listens_only() && material.plan.greeting;
}

void Leg::on_dialling(Instant now) {
  phase_ = Phase::dialling;
  dialled_at_ = now;
  deadline_ = now + material_.options.answer_timeout;
}

void Leg::on_dial_failed(const base::Error& error) {
  log_.failure = "the call could not be placed: " + error.message;
  phase_ = Phase::over;
}

void Leg::on_media(const sip::NegotiatedMedia& media, Instant now) {
  negotiated_ = media;
  intervals_.expect_packets_of(codec::traits(media.format.codec).clock_rate / 1000 *
                               static_cast<std::uint32_t>(media.ptime_ms));
  keying_.agreed(media, now);
  if (session_) session_->reconfigure(keying_.parameters(), now);
}

void Leg::agree_on_keys(Instant now) {
  const auto progress = keying_.tick(now);
  for (const auto& out : progress.outgoing) socket_.send(out.bytes, out.to);
  if (progress.new_keys) session_->reconfigure(keying_.parameters(), now);
  if (progress.failure) hang_up(*progress.failure);
}

void Leg::on_established(Instant at) {
  if (phase_ != Phase::dialling) return;
  if (!negotiated_) return hang_up("the answer agreed on no audio");
  phase_ = Phase::talking;
  established_at_ = at;
  log_.answered_after = at - dialled_at_;
  deadline_ = at + (listens_only() ? material_.options.listen_only->length : material_.options.call_limit);
}

std::string Leg::early_end(std::string_view what) const {
  if (listens_only())
    return std::string(what) + " after " + seconds_text(position_) + " of " +
           seconds_text(material_.options.listen_only->length);
  std::size_t done = 0;
  for (const StepLog& step : script_.steps()) done += step.done ? 1 : 0;
  return std::string(what) + " after " + std::to_string(done) + " of " + std::to_string(script_.steps().size()) +
         " steps";
}

void Leg::on_ended(const sip::DialogEnded& ended) {
  if (phase_ == Phase::over) return;
  if (phase_ == Phase::dialling || phase_ == Phase::waiting) {
    const std::string status = ended.status > 0 ? std::to_string(ended.status) + " " : "";
    const bool silent = ended.cause == sip::EndCause::timeout || ended.cause == sip::EndCause::transport_failed;
    log_.failure = silent ? "no answer from " + material_.peer + ": is ./dev run running?"
                          : material_.peer + " refused the call: " + status + ended.reason;
  } else if (phase_ == Phase::talking) {
    script_.on_call_ended(hearing(), position_, commands_);
    const bool by_peer = ended.cause == sip::EndCause::remote_hangup;
    if (!script_.completed() || listens_only())
      log_.failure = early_end(by_peer ? "the receptionist hung up" : "the call broke (" + ended.reason + ")");
  }
  finish();
}

void Leg::finish() {
  phase_ = Phase::over;
  deadline_ = base::kNever;
}

void Leg::stop(std::string reason) {
  if (phase_ != Phase::over && phase_ != Phase::hanging_up) hang_up(std::move(reason));
}

/// `failure` is empty when the call went to plan.
void Leg::hang_up(std::string failure) {
  if (phase_ == Phase::over) return;
  if (log_.failure.empty()) log_.failure = std::move(failure);
  hang_up_requested_ = true;
  phase_ = Phase::hanging_up;
  deadline_ = base::kNever;  // set by the next tick, which knows the time
}

void Leg::start_media(Instant now) {
  session_.emplace(negotiated::new_session(*negotiated_));
  media_events_.reserve(media::kMaxMediaEvents);
  log_.established_at = *established_at_ - now;
  if (!keeps_recording()) return;
  constexpr std::size_t kExpectedSamples = audio::samples_for(120'000, audio::kTelephoneRate);
  log_.caller.reserve(kExpectedSamples);
  log_.receptionist.reserve(kExpectedSamples);
}

void Leg::receive(udp::ReceiveBatch& batch) {
  // A second batch only if the first was full; more than that waits for the next tick.
  constexpr int kMaxBatches = 2;
  for (int i = 0; i < kMaxBatches; ++i) {
    const auto datagrams = socket_.receive(batch);
    if (datagrams.empty()) return;
    for (const udp::Datagram& each : datagrams) {
      if (keying_.on_datagram(keying::Component::rtp, each.bytes, each.from, each.arrival)) continue;
      const auto packet = rtp::parse_packet(each.bytes);
      if (packet && packet->header.payload_type == negotiated_->receive_payload_type)
        intervals_.on_packet(packet->header, each.arrival);
      session_->on_datagram(each.bytes, each.from, each.arrival);
    }
  }
}

void Leg::tick(Instant due, Instant now, udp::ReceiveBatch& batch, std::vector<SpokenEvent>& spoken) {
  check_deadlines(now);
  if (phase_ != Phase::talking) return apply_commands(spoken);
  if (!session_) start_media(now);
  if (now - due > kLateTick) ++log_.late_ticks;
  receive(batch);
  agree_on_keys(now);
  if (phase_ != Phase::talking) return apply_commands(spoken);
  if (listens_only()) keep_listening();
  const media::MediaSession::Tick tick = session_->tick(now);
  if (!tick.packet.empty()) socket_.send(tick.packet, tick.to);
  if (!tick.second_packet.empty()) socket_.send(tick.second_packet, tick.to);
  if (!tick.rtcp.empty()) socket_.send(tick.rtcp, tick.rtcp_to);
  if (keeps_recording()) {
    log_.caller.insert(log_.caller.end(), tick.played.begin(), tick.played.end());
    log_.receptionist.insert(log_.receptionist.end(), tick.heard.begin(), tick.heard.end());
  }
  position_ += kTick;
  if (!listens_only()) {
    said_.push(tick.played);
    heard_.push(tick.heard);
    said_.take();
    heard_.take();
  }
  drain_media_events();
  if (!listens_only()) follow_script(spoken);
}

void Leg::keep_listening() {
  const audio::Pcm& sound = material_.listen_sound;
  if (!sound.empty() && session_->queued() < base::seconds(1)) session_->play(kListenUtterance, sound);
}

void Leg::drain_media_events() {
  media_events_.clear();
  session_->drain_events(media_events_);
  for (const media::MediaEvent& event : media_events_) {
    const auto* finished = std::get_if<media::PlayoutFinished>(&event);
    if (finished != nullptr && !listens_only()) on_line_sent(static_cast<std::size_t>(finished->utterance - 1));
  }
  if (digits_step_ && !session_->sending_digits()) {
    on_line_sent(*digits_step_);
    digits_step_.reset();
  }
}

void Leg::on_line_sent(std::size_t step) {
  const bool digits = material_.plan.steps[step].kind == StepKind::digits;
  line_sound_end_[step] = digits ? position_ : said_.last_sound();
  script_.on_sent(step, position_, commands_);
}

void Leg::follow_script(std::vector<SpokenEvent>& spoken) {
  script_.on_tick(hearing(), position_, commands_);
  apply_commands(spoken);
}

void Leg::apply_commands(std::vector<SpokenEvent>& spoken) {
  for (const ScriptCommand& command : commands_) apply(command, spoken);
  commands_.clear();
}

void Leg::apply(const ScriptCommand& command, std::vector<SpokenEvent>& spoken) {
  if (const auto* speak = std::get_if<Speak>(&command)) {
    play_line(speak->step);
    spoken.push_back({.call = call_, .step = speak->step});
  } else if (const auto* press = std::get_if<PressDigits>(&command)) {
    press_digits(press->step);
    spoken.push_back({.call = call_, .step = press->step});
  } else if (const auto* ended = std::get_if<ReplyEnded>(&command)) {
    report_reply(*ended, spoken);
  } else if (const auto* end = std::get_if<HangUp>(&command)) {
    hang_up(script_.completed() ? "" : end->reason);
  }
}

void Leg::play_line(std::size_t step) {
  session_->play(step + 1, material_.lines[step]);
  session_->finish(step + 1);
}

void Leg::press_digits(std::size_t step) {
  const std::string& digits = material_.plan.steps[step].text;
  const PressedBy by = material_.plan.steps[step].by;
  if (by == PressedBy::in_band) return play_line(step);
  digits_step_ = step;
  if (by == PressedBy::info) {
    info_digits_ += digits;
    return;
  }
  if (session_->send_digits(digits) < digits.size())
    stop("the receptionist's side takes no RFC 4733 digits, and the plan presses some");
}

void Leg::report_reply(const ReplyEnded& ended, std::vector<SpokenEvent>& spoken) const {
  constexpr Duration kAround = base::milliseconds(150);
  const ReplyLog& reply = ended.step ? script_.steps()[*ended.step].reply : script_.greeting();
  if (!reply.heard) return;
  const Duration end = std::min(reply.heard->end + kAround, reply.heard->start + kLongestTranscribed);
  const audio::Pcm& pcm = log_.receptionist;
  const auto begin = pcm.begin();
  SpokenEvent event{.call = call_, .step = ended.step, .by_receptionist = true};
  event.sound.assign(begin + static_cast<std::ptrdiff_t>(sample_at(reply.heard->start - kAround, pcm)),
                     begin + static_cast<std::ptrdiff_t>(sample_at(end, pcm)));
  event.gap = ended.step ? reply.heard->start - line_sound_end_[*ended.step] : reply.heard->start - log_.established_at;
  spoken.push_back(std::move(event));
}

void Leg::check_deadlines(Instant now) {
  if (phase_ == Phase::hanging_up && deadline_ == base::kNever)
    deadline_ = now + (established_at_ ? kHangUpLimit : kCancelLimit);
  if (now < deadline_) return;
  switch (phase_) {
    case Phase::dialling:
      return hang_up("no answer from " + material_.peer + " within " + seconds_text(material_.options.answer_timeout) +
                     ": is ./dev run running?");
    case Phase::talking:
      script_.on_call_ended(hearing(), position_, commands_);
      return hang_up(listens_only()
                         ? ""
                         : early_end("the call reached its limit of " + seconds_text(material_.options.call_limit)));
    case Phase::hanging_up:
      return finish();
    case Phase::waiting:
    case Phase::over:
      return;
  }
}

CallLog Leg::take_log() {
  log_.length = position_;
  log_.greeting = script_.greeting();
  log_.steps = script_.steps();
  log_.packets.intervals_ms = intervals_.intervals_ms();
  log_.packets.discontinuities = intervals_.discontinuities();
  if (session_) {
    const media::MediaStats stats = session_->stats();
    log_.packets.sent = stats.packets_out;
    log_.packets.received = stats.packets_in;
    log_.packets.expected = stats.expected;
    log_.packets.lost = stats.lost;
    log_.packets.late = stats.late;
    log_.packets.duplicate = stats.duplicate;
    log_.packets.concealed = stats.concealed_frames;
    log_.packets.jitter_ms = stats.jitter_ms;
    log_.packets.playout_delay = stats.playout_delay;
  }
  return std::move(log_);
}

}  // namespace frontdesk::caller
