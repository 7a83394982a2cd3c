#include "runtime/call_host.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "media/negotiated/negotiated.hpp"
#include "runtime/call_figures.hpp"

namespace frontdesk::runtime {
namespace {

constexpr std::size_t kMaxDatagram = 2048;
constexpr int kDatagramsAtOnce = 16;
constexpr int kBatchesAtOnce = 4;  // a flood beyond it is the kernel's to drop
constexpr base::Duration kJournalEvery = base::milliseconds(500);
constexpr std::size_t kMeasuredTurnsKept = 32;
constexpr base::Duration kSameReply = base::milliseconds(400);  // playout start against audible start
constexpr media::UtteranceId kEchoUtterance = 1;

std::string describe(const sip::NegotiatedMedia& agreed) {
  const auto codec = std::string(codec::traits(agreed.format.codec).encoding);
  const auto protection = agreed.srtp   ? " srtp=" + std::string(srtp::name(agreed.srtp->suite))
                          : agreed.dtls ? std::string(" srtp=DTLS")
                                        : std::string();
  return "codec=" + codec + " ptime=" + std::to_string(agreed.ptime_ms) + protection;
}

call::LineSound event_of(line_sounds::LineSound sound) {
  switch (sound) {
    case line_sounds::LineSound::music:
      return call::LineSound::music;
    case line_sounds::LineSound::beep:
      return call::LineSound::beep;
    case line_sounds::LineSound::fax:
      return call::LineSound::fax;
  }
  return call::LineSound::music;
}

/// Machines see whole microseconds, so that a journal holds exactly what they saw.
base::Instant whole_micros(base::Instant now) {
  return {std::chrono::duration_cast<base::microseconds>(now.since_start)};
}

}  // namespace

CallHost::CallHost(NewCall call, CallSurroundings surroundings, base::Instant now)
    : number_(call.number),
      dialog_(call.dialog),
      voice_(call.voice),
      own_chat_(std::move(call.chat)),
      trunk_(call.begun.trunk),
      listens_(call.listens),
      digits_(call.accepted_digits),
      around_(surroundings),
      local_media_(std::move(call.media)),
      socket_(std::move(call.socket), std::move(call.frames)),
      machine_(call.limits, std::move(call.activity)),
      origin_{whole_micros(now), first_request(call.number) - 1},
      overhearing_(call.number),
      journal_flushed_(now),
      datagrams_read_(now) {
  if (call.noise_suppression) noise_suppressor_.emplace(*call.noise_suppression);
  if (call.outside.turn)
    relay_.emplace(*call.outside.turn, stun::random_transaction, now);
  else if (call.outside.stun)
    probe_.emplace(*call.outside.stun, stun::random_transaction(), now);
  around_.records.begin(std::move(call.begun));
  if (!call.recipe.empty()) note("#! recipe " + call.recipe);
  const auto zero = std::chrono::duration_cast<base::microseconds>(origin_.zero.since_start).count();
  note("#! clock zero_us=" + std::to_string(zero) + " first_request=" + std::to_string(origin_.first_request));
}

CallHost::~CallHost() {
  const auto now = base::monotonic_now();
  if (relay_)
    if (const auto last = relay_->release(); !last.empty()) socket_.send(last, relay_->server());
  if (!over_) handle(call::HangUpRequested{"the process ended"}, now);
  if (!over_) finish(call::EndClass::failed, "the process ended", now);
}

void CallHost::fail(const std::string& what, base::Instant now) {
  if (over_) return;
  note("# failed: " + what);
  around_.legs.hang_up(dialog_, "an internal check failed");
  finish(call::EndClass::failed, "an internal check failed", now);
}

// --- events in

/// Commands may raise events at once (a tool that has answered): they wait until all are drained.
void CallHost::handle(call::Event event, base::Instant now) {
  raised_.push_back(std::move(event));
  if (raised_.size() > 1) return;
  while (!raised_.empty() && !over_) {
    step(raised_.front(), whole_micros(now));
    raised_.pop_front();
  }
  raised_.clear();
}

void CallHost::step(const call::Event& event, base::Instant now) {
  if (std::holds_alternative<call::LegEstablished>(event) && !answered_) {
    answered_ = now;
    around_.records.answered(number_, base::wall_now());
  }
  const auto known = call::discreet(event, discretion_);
  auto line = call::to_line(now, known, origin_);
  // The machine sees what the journal can tell, and no more: a replay is then the same to the bit.
  const auto told = call::parse_event(line, origin_);
  note(std::move(line));
  ++tally_.events;
  if (around_.observer != nullptr) around_.observer->saw(number_, known);
  call::Commands commands;
  call::handle_or_end(machine_, told && *told ? (*told)->event : known, now, commands);
  next_wakeup_ = machine_.next_wakeup();
  run(commands, now);
}

void CallHost::run(call::Commands& commands, base::Instant now) {
  for (auto& command : commands) {
    note_wanted(command, now);
    if (around_.observer != nullptr) around_.observer->saw(number_, command);
    std::visit([&](auto& c) { on(c, now); }, command);
    if (over_) return;
  }
}

void CallHost::on_media_agreed(const sip::NegotiatedMedia& agreed, base::Instant now) {
  if (over_) return;
  if (!agreed.rtcp_mux) open_rtcp_socket();
  media_format_ = describe(agreed);
  take_format(figures_, agreed);
  quality_.on_agreed(agreed);
  if (relay_ && agreed.remote.is_set() && !agreed.remote.is_unspecified()) {
    relay_->let_in(agreed.remote, now);
    keep_relay(now);
  }
  keying_.agreed(agreed, now);
  in_band_digits_ = listens_ && digits_.listens(agreed.telephone_event_payload_type.has_value());
  if (!media_) {
    auto config = negotiated::new_session(agreed);
    config.parameters = media_parameters();
    media_.emplace(config);
    return;
  }
  media_->reconfigure(media_parameters(), now);
  media_->adapt(quality_.sending());
  if (answered_) handle(call::LegHeld{!agreed.may_send}, now);
}

media::MediaParameters CallHost::media_parameters() const {
  auto parameters = keying_.parameters();
  parameters.in_band_digits = in_band_digits_;
  return parameters;
}

void CallHost::on_digit(digits::Form form, char digit, base::Instant now) {
  if (digits_.take(form, digit, now)) press(digit, now);
}

/// The answer waits for this, at most stun::kProbeLimit or turn::kAllocationLimit.
void CallHost::ask_for_address(base::Instant now) {
  if (relay_) keep_relay(now);
  if (!probe_) return;
  if (const auto request = probe_->poll(now); !request.empty()) socket_.send(request, probe_->server());
  if (!probe_->over()) return;
  if (probe_->mapped())
    local_media_.mapped = *probe_->mapped();
  else
    note("# the STUN server " + base::to_string(probe_->server()) +
         " did not tell our address in time: the SDP names the one we know");
  probe_.reset();
  if (answer_waits_) answer_leg();
}

void CallHost::keep_relay(base::Instant now) {
  if (relay_->next_wakeup() <= now)
    for (const auto& request : relay_->poll(now)) socket_.send(request, relay_->server());
  if (relay_->asking()) return;
  if (!relay_->failure().empty()) {
    note("# " + relay_->failure() + (media_ ? "" : ": the SDP names the address we know"));
    relay_.reset();
  } else {
    local_media_.mapped = *relay_->relayed();
  }
  if (answer_waits_) answer_leg();
}

/// Towards the caller's side, by the relay if there is one.
void CallHost::transmit(std::span<const std::uint8_t> packet, const base::Endpoint& to, base::Instant now) {
  if (!relay_) return (void)socket_.send(packet, to);
  const auto wrapped = relay_->wrap(packet, to, now);
  if (!wrapped.empty()) socket_.send(wrapped, relay_->server());
}

void CallHost::answer_leg() {
  answer_waits_ = false;
  local_media_.rtp = socket_.local();
  around_.legs.answer(dialog_, local_media_);
}

/// Nothing is sent, and nothing believed, before the keys are there; the greeting waits for them.
void CallHost::agree_on_keys(base::Instant now) {
  const auto progress = keying_.tick(now);
  for (const auto& out : progress.outgoing) {
    if (out.component == keying::Component::rtp)
      transmit(out.bytes, out.to, now);
    else
      rtcp_socket_.send(out.bytes, out.to);
  }
  if (progress.new_keys) {
    media_->reconfigure(media_parameters(), now);
    if (const auto keys = keying_.parameters().srtp) media_format_ += " suite=" + std::string(srtp::name(keys->suite));
  }
  if (progress.failure) give_up(*progress.failure, now);
}

void CallHost::give_up(const std::string& reason, base::Instant now) {
  around_.legs.hang_up(dialog_, reason);
  handle(call::LegEnded{reason, call::EndClass::failed}, now);
}

void CallHost::on_datagram(const udp::Datagram& datagram, base::Instant now) {
  if (probe_ && probe_->on_datagram(datagram.bytes, datagram.from)) return ask_for_address(now);
  if (relay_) {
    const auto received = relay_->on_datagram(datagram.bytes, datagram.from, now);
    if (received.ours && !received.peer) return keep_relay(now);
    if (received.ours) return on_packet({received.data, *received.peer, datagram.arrival}, now);
  }
  on_packet(datagram, now);
}

void CallHost::on_packet(const udp::Datagram& datagram, base::Instant now) {
  if (keying_.on_datagram(keying::Component::rtp, datagram.bytes, datagram.from, now)) return;
  // The kernel stamps by the wall clock; if that was stepped, the packet still came within this tick.
  if (media_) media_->on_datagram(datagram.bytes, datagram.from, std::clamp(datagram.arrival, datagrams_read_, now));
}

void CallHost::on_datagrams(udp::ReceiveBatch& batch, base::Instant now) {
  for (int i = 0; i < kBatchesAtOnce; ++i) {
    const auto datagrams = socket_.receive(batch);
    for (const udp::Datagram& each : datagrams) on_datagram(each, now);
    if (datagrams.size() < udp::kReceiveBatchSize) break;
  }
  datagrams_read_ = now;
}

/// The port after RTP's (RFC 3550, section 11). Taken by another program, there is no RTCP from the peer.
void CallHost::open_rtcp_socket() {
  if (rtcp_socket_.descriptor() >= 0) return;
  auto local = socket_.local();
  ++local.port;
  if (auto socket = udp::Socket::bind(local)) rtcp_socket_ = std::move(*socket);
}

void CallHost::on_rtcp_datagrams(base::Instant now) {
  std::array<std::uint8_t, kMaxDatagram> buffer;
  base::Endpoint from;
  for (int i = 0; i < kDatagramsAtOnce; ++i) {
    const auto size = rtcp_socket_.receive(buffer, from);
    if (size == 0) return;
    const auto datagram = std::span(buffer).first(size);
    if (keying_.on_datagram(keying::Component::rtcp, datagram, from, now)) continue;
    if (media_) media_->on_rtcp_datagram(datagram, from, now);
  }
}

void CallHost::send(const media::MediaSession::Tick& tick, base::Instant now) {
  if (!tick.packet.empty()) transmit(tick.packet, tick.to, now);
  if (!tick.second_packet.empty()) transmit(tick.second_packet, tick.to, now);
  if (tick.rtcp.empty()) return;
  // By a relay the peer's other port would need an address of its own there: then only what is multiplexed goes.
  const bool apart = tick.rtcp_to != tick.to && rtcp_socket_.descriptor() >= 0;
  if (!apart)
    transmit(tick.rtcp, tick.rtcp_to, now);
  else if (!relay_)
    (void)rtcp_socket_.send(tick.rtcp, tick.rtcp_to);
}

void CallHost::on_vad(const speech::VadWindow& window, base::Instant now) {
  const auto start = instant_of(window.index * speech::kVadWindowSamples);
  const auto length = instant_of(speech::kVadWindowSamples) - instant_of(0);
  if (const auto mark = segmenter_.push(start, length, window.speech_probability, levels_.of(window.index)))
    std::visit([&](const auto& event) { handle(event, now); }, *mark);
}

void CallHost::on_audio(const SynthesisedAudio& audio, base::Instant now) {
  if (over_ || !media_) return;
  if (second_ && second_->expects(audio.piece)) return second_->add(audio.piece, audio.pcm);
  if (held_.add(audio.piece, audio.pcm, &*media_)) handle(call::PieceReady{audio.piece}, now);
}

void CallHost::on_synthesis_done(const SynthesisDone& done, base::Instant now) {
  if (over_ || !media_) return;
  const bool for_second = second_ && second_->expects(done.piece);
  if (!for_second && !held_.expects(done.piece)) return;
  const auto length = for_second ? second_->complete(done.piece) : held_.complete(done.piece, &*media_);
  handle(call::PieceSynthesised{done.piece, length, done.engine_time}, now);
}

/// What there is of the piece still plays; without an end it would block everything behind it.
void CallHost::on_synthesis_failed(const SynthesisFailed& failed, base::Instant now) {
  if (over_ || !media_) return;
  const bool for_second = second_ && second_->expects(failed.piece);
  if (!for_second && !held_.expects(failed.piece)) return;
  for_second ? second_->complete(failed.piece) : held_.complete(failed.piece, &*media_);
  handle(call::SynthesisFailed{failed.piece, failed.error}, now);
}

// --- the 20 ms clock

void CallHost::prefetch(bool second_time) const {
  if (second_time) {
    if (media_) media_->prefetch();
    return;
  }
  for (const void* each :
       {static_cast<const void*>(&socket_), static_cast<const void*>(&media_), static_cast<const void*>(&journal_),
        static_cast<const void*>(&datagrams_read_), static_cast<const void*>(&media_events_)})
    __builtin_prefetch(each);
}

void CallHost::tick(base::Instant now) {
  if (over_) return;
  ask_for_address(now);
  if (!media_) return;
  agree_on_keys(now);
  if (over_) return;
  const auto tick = media_->tick(now);
  send(tick, now);
  if (answered_) {
    listen_to(tick.heard, now);
    if (over_) return;
    if (listens_) keep_sound(tick);
    if (echo_) media_->play(kEchoUtterance, tick.heard);
    put_through(tick.heard, now);
    if (over_) return;
    play_operator(now);
    if (over_) return;
  }
  report_media(now);
  if (!over_ && quality_.due(now)) judge_quality(now);
  if (now - journal_flushed_ < kJournalEvery || journal_.empty()) return;
  around_.records.journal(number_, std::exchange(journal_, {}));
  journal_flushed_ = now;
}

/// Tests of the line leave no recording: nothing in them was said to anybody.
void CallHost::keep_sound(const media::MediaSession::Tick& tick) {
  gap_meter_.push(tick.heard, tick.played);
  record(tick.heard, tick.played);
  overhearing_.add(tick.heard, tick.played);
}

void CallHost::judge_quality(base::Instant now) {
  auto advice = quality_.judge(media_->stats(), now);
  for (auto& remark : advice.remarks) note(std::move(remark));
  if (advice.sending) media_->adapt(*advice.sending);
  if (advice.recoding) around_.legs.change_media(dialog_, advice.recoding->preferred, advice.recoding->packet_ms);
}

void CallHost::listen_to(audio::PcmView heard, base::Instant now) {
  if (!listens_ || bridged()) return;  // what people say to each other is theirs
  if (!listening_) start_listening();
  if (!listening_) return;
  samples_heard_ += heard.size();
  if (const auto sound = line_sounds_.push(heard)) handle(call::LineSoundHeard{event_of(*sound)}, now);
  if (over_) return;
  std::array<audio::Sample, audio::kFrameSamples> cleaned;
  if (noise_suppressor_) {
    std::copy_n(heard.begin(), cleaned.size(), cleaned.begin());
    noise_suppressor_->process(cleaned);
    heard = cleaned;
  }
  levels_.push(heard);
  around_.engines.vad.push(number_, heard);
  around_.engines.stt.push(number_, heard);
  if (around_.engines.turns != nullptr) around_.engines.turns->push(number_, heard);
}

void CallHost::start_listening() {
  audio_start_ = whole_micros(base::monotonic_now()) - base::milliseconds(audio::kFrameMs);
  const auto vad = around_.engines.vad.open(number_, around_.vad_sink);
  const auto stt = around_.engines.stt.open(number_, speech::SttOptions{}, around_.stt_sink);
  listening_ = vad.has_value() && stt.has_value();
  note("#! audio_start " + std::to_string(base::to_seconds(audio_start_ - origin_.zero)));
  if (listening_ && around_.engines.turns != nullptr)
    if (const auto turns = around_.engines.turns->open(number_, around_.turn_sink); !turns)
      note("# no turn detector: " + turns.error().message);  // pauses are judged by their words alone
  if (listening_) return;
  if (vad) around_.engines.vad.close(number_);
  note("# cannot listen: " + (vad ? stt.error().message : vad.error().message));
  handle(call::HangUpRequested{"no recognition is available"}, base::monotonic_now());
}

void CallHost::report_media(base::Instant now) {
  media_events_.clear();
  media_->drain_events(media_events_);
  for (const auto& event : std::exchange(media_events_, {})) {
    if (const auto* started = std::get_if<media::PlayoutStarted>(&event))
      handle(call::PlayoutStarted{started->utterance}, now);
    else if (const auto* finished = std::get_if<media::PlayoutFinished>(&event))
      operator_.ended(finished->utterance), handle(call::PlayoutFinished{finished->utterance}, now);
    else if (const auto* cut = std::get_if<media::PlayoutCut>(&event))
      operator_.ended(cut->utterance), handle(call::PlayoutCut{cut->utterance, cut->heard}, now);
    else if (const auto* digit = std::get_if<media::DigitPressed>(&event))
      on_digit(digit->form, digit->digit, now);
    else if (std::holds_alternative<media::MediaTimedOut>(event))
      handle(call::MediaLost{}, now);
    if (over_) return;
  }
}

base::Instant CallHost::instant_of(std::uint64_t sample) const {
  return audio_start_ + base::microseconds(sample * 125);
}

std::uint64_t CallHost::sample_of(base::Instant at) const {
  const auto micros = std::chrono::duration_cast<base::microseconds>(at - audio_start_).count();
  return micros <= 0 ? 0 : std::min(static_cast<std::uint64_t>(micros) / 125, samples_heard_);
}

void CallHost::note_wanted(const call::Command& command, base::Instant now) {
  ++tally_.commands;
  for (auto line : {call::to_line(now, command, origin_), call::to_detail(command)}) {
    if (line.empty()) continue;
    tally_.digest.add(line);
    note(std::move(line));
  }
}

void CallHost::note(std::string line) {
  journal_ += line;
  journal_ += '\n';
}

}  // namespace frontdesk::runtime
