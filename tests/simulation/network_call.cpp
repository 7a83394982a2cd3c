#include "simulation/network_call.hpp"

#include <cstdlib>

#include "simulation/texts.hpp"
#include "sip/sdp.hpp"

namespace frontdesk::simulation {
namespace {

constexpr std::uint8_t kTelephoneEvents = 101;
constexpr std::size_t kWindowSamples = 256;
constexpr audio::Sample kCallerLevel = 8000;
constexpr audio::Sample kVoiced = 1000;
constexpr Duration kArrives = base::milliseconds(800);      // network, jitter buffer and detector
constexpr Duration kCountedAlike = base::milliseconds(10);  // where a rewind ended in a quiet place

base::Endpoint endpoint(const char* address) {
  return *base::parse_address(address, 4000);
}
const base::Endpoint kOurs = endpoint("192.0.2.1");
const base::Endpoint kTheirs = endpoint("192.0.2.2");

media::MediaSessionConfig config(Stage& stage, const base::Endpoint& remote) {
  media::MediaSessionConfig config;
  config.parameters.telephone_event_payload_type = kTelephoneEvents;
  config.parameters.remote = remote;
  config.ssrc = static_cast<std::uint32_t>(stage.random.next());
  config.first_sequence = static_cast<std::uint16_t>(stage.random.next());
  config.first_timestamp = static_cast<std::uint32_t>(stage.random.next());
  config.rtp_timeout = base::seconds(10);
  return config;
}

sip::LocalSession local(const base::Endpoint& rtp) {
  sip::LocalSession session;
  session.media = {rtp, {sip::Codec::pcmu}};
  session.session_id = 1;
  return session;
}

}  // namespace

NetworkCall::NetworkCall(Stage& stage, Checks& checks)
    : stage_(stage),
      checks_(checks),
      ours_(config(stage, kTheirs)),
      theirs_(config(stage, kOurs)),
      wire_(stage, checks),
      up_(stage),
      down_(stage),
      their_tick_length_(kTick + base::Duration(20 * stage.random.between(-200, 200))) {
  ++stage.figures.network_calls;
  up_.deliver = [this](auto datagram) {
    if (!over_) ours_.on_datagram(datagram, kTheirs, stage_.now);
  };
  down_.deliver = [this](auto datagram) {
    if (!over_) theirs_.on_datagram(datagram, kOurs, stage_.now);
  };
}

void NetworkCall::agreed() {
  if (std::exchange(agreed_, true)) return;
  stage_.at(next_tick(stage_.now), [this] { our_tick(); });
  stage_.later(stage_.between(0, 19), [this] { their_tick(); });
}

void NetworkCall::established() {
  established_ = true;
  if (!stage_.calm() && stage_.chance(0.1))
    stage_.later(stage_.between(1000, 30000), [this] {
      if (stage_.calm()) return;
      stage_.note("the caller's packets stop");
      up_.die();
      checks_.unheard();
      checks_.words_were_lost();
    });
  if (stage_.chance(0.3)) hold_now_and_then();
}

void NetworkCall::our_tick() {
  if (over_) return;
  stage_.later(kTick, [this] { our_tick(); });
  const auto tick = ours_.tick(stage_.now);
  if (!tick.packet.empty()) down_.send(tick.packet);
  wire_.frame(tick.played);
  if (established_) listen(tick.heard);
  report();
}

void NetworkCall::their_tick() {
  if (over_) return;
  stage_.later(their_tick_length_, [this] { their_tick(); });
  const auto tick = theirs_.tick(stage_.now);
  if (!tick.packet.empty()) up_.send(tick.packet);
  events_.clear();
  theirs_.drain_events(events_);
  const auto concealed = theirs_.stats().concealed_frames;
  if (std::exchange(concealed_, concealed) == concealed) wire_.far_frame(tick.heard);
}

/// Loud samples make the detector's probability.
void NetworkCall::listen(audio::PcmView heard) {
  if (samples_heard_ == 0) audio_start_ = stage_.now - kTick;
  for (const auto sample : heard) {
    ++samples_heard_;
    if (std::abs(sample) > kVoiced) ++window_loud_;
    if (++window_samples_ < kWindowSamples) continue;
    const float probability = window_loud_ * 2 > kWindowSamples ? 0.9F : 0.01F;
    const auto end = audio_start_ + base::microseconds(samples_heard_ * 125);
    const auto length = base::microseconds(kWindowSamples * 125);
    window_samples_ = window_loud_ = 0;
    const auto mark = segmenter_.push(end - length, length, probability);
    if (!mark) continue;
    if (std::holds_alternative<call::SpeechStarted>(*mark)) ++starts_reported_;
    stage_.later(stage_.between(1, 5), [this, told = *mark] {
      if (!over_) std::visit([this](const auto& event) { stage_.send(event); }, told);
    });
  }
}

void NetworkCall::check_count(call::PieceId piece, Duration heard) {
  if (wire_.unsure()) return;
  const auto sent = base::microseconds(wire_.position(piece) * 125);
  if (heard > sent + kCountedAlike || sent > heard + kCountedAlike)
    stage_.violate("playout counts what was sent", id_text(piece) + ": " + ms_text(heard) + " / " + ms_text(sent));
}

void NetworkCall::report() {
  events_.clear();
  ours_.drain_events(events_);
  for (const auto& event : std::exchange(events_, {})) {
    if (over_) return;
    if (const auto* started = std::get_if<media::PlayoutStarted>(&event)) {
      stage_.send(call::PlayoutStarted{started->utterance});
    } else if (const auto* finished = std::get_if<media::PlayoutFinished>(&event)) {
      check_count(finished->utterance, finished->heard);
      stage_.send(call::PlayoutFinished{finished->utterance});
    } else if (const auto* cut = std::get_if<media::PlayoutCut>(&event)) {
      check_count(cut->utterance, cut->heard);
      stage_.send(call::PlayoutCut{cut->utterance, cut->heard});
    } else if (const auto* digit = std::get_if<media::DigitPressed>(&event)) {
      checks_.key_pressed(digit->digit);
      stage_.send(call::DigitPressed{digit->digit});
    } else if (std::holds_alternative<media::MediaTimedOut>(event)) {
      stage_.send(call::MediaLost{});
    }
  }
}

// --- our voice

void NetworkCall::made(call::PieceId piece, Duration available, bool complete) {
  if (!held_.expects(piece)) return;
  const auto samples = static_cast<std::size_t>(available / base::microseconds(125));
  // All but a bit at once, so that the end comes by itself.
  const auto so_far = complete ? samples : samples - samples / 8;
  auto& passed = passed_on_[piece];
  wire_.made(piece, so_far, complete);
  if (so_far > passed) held_.add(piece, piece_sound(piece, passed, so_far), &ours_);
  passed = std::max(passed, so_far);
  if (complete) held_.complete(piece, &ours_);
}

void NetworkCall::play(call::PieceId piece) {
  wire_.played(piece);
  held_.release(piece, ours_);
}

void NetworkCall::flush(Duration fade) {
  if (stage_.plant == Plant::stale_audio && stage_.chance(0.5)) return;
  wire_.flushed(fade);
  ours_.flush(fade);
}

void NetworkCall::hold(Duration fade) {
  wire_.held(fade);
  ours_.pause(fade);
}

void NetworkCall::resume() {
  wire_.resumed();
  ours_.resume();
}

void NetworkCall::hang_up() {
  if (std::exchange(over_, true)) return;
  wire_.hang_up();
}

// --- the caller

void NetworkCall::sound(Duration length) {
  const auto utterance = ++caller_sounds_;
  theirs_.play(utterance, audio::Pcm(static_cast<std::size_t>(length / base::microseconds(125)), kCallerLevel));
  theirs_.finish(utterance);
  const auto before = starts_reported_;
  stage_.later(length + kArrives, [this, before] {
    // It never arrived, or too broken to be speech.
    if (!over_ && starts_reported_ == before) checks_.words_were_lost();
  });
}

void NetworkCall::key(char digit) {
  const std::string_view one(&digit, 1);
  theirs_.send_digits(one);
}

/// The caller consults somebody: re-INVITE with sendonly, and another to come back.
void NetworkCall::hold_now_and_then() {
  stage_.later(stage_.between(3000, 40000), [this] {
    if (over_ || stage_.calm()) return;
    renegotiate(true);
    stage_.later(stage_.between(1000, 8000), [this] {
      if (!over_) renegotiate(false);
    });
  });
}

void NetworkCall::renegotiate(bool hold) {
  auto offer = sip::make_offer(local(kTheirs));
  constexpr std::string_view kBoth = "a=sendrecv";
  if (const auto at = offer.find(kBoth); hold && at != std::string::npos)
    offer.replace(at, kBoth.size(), stage_.chance(0.5) ? "a=sendonly" : "a=inactive");
  const auto parsed = sip::parse_sdp(offer);
  const auto answer = parsed ? sip::answer_offer(*parsed, local(kOurs)) : tl::unexpected(parsed.error());
  if (!answer) return stage_.violate("our own offer is answered", answer.error().message);
  media::MediaParameters parameters;
  parameters.telephone_event_payload_type = kTelephoneEvents;
  parameters.remote = answer->media.remote;
  parameters.may_send = answer->media.may_send;
  parameters.may_receive = answer->media.may_receive;
  if (parameters.may_send == hold) return stage_.violate("a hold stops our sound", offer);
  stage_.note(hold ? "the caller holds us" : "the caller is back");
  if (hold) checks_.fault();  // playout waits
  checks_.held_by_caller(hold);
  wire_.frozen(hold);
  ours_.reconfigure(parameters, stage_.now);
  stage_.send(call::LegHeld{hold});
}

}  // namespace frontdesk::simulation
