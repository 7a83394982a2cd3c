// Carrying a call's commands out.
#include <array>
#include <cstdio>

#include "base/clock.hpp"
#include "runtime/call_figures.hpp"
#include "runtime/call_host.hpp"

namespace frontdesk::runtime {
namespace {

constexpr std::size_t kMeasuredTurnsKept = 32;
constexpr base::Duration kSameReply = base::milliseconds(400);  // playout start against audible start
constexpr base::Duration kFirstSoundWanted = base::milliseconds(150);

std::string one_decimal(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  return text.data();
}

}  // namespace

void CallHost::on(call::Answer&, base::Instant) {
  answer_waits_ = true;
  if (!probe_ && !(relay_ && relay_->asking())) answer_leg();
}

void CallHost::on(call::EndCall& command, base::Instant now) {
  around_.legs.hang_up(dialog_, command.reason);
  finish(command.end_class, command.reason, now);
}

void CallHost::on(call::BeginUtterance& command, base::Instant) {
  around_.engines.stt.begin_utterance(number_, sample_of(command.from));
}

void CallHost::on(call::Transcribe& command, base::Instant) {
  around_.engines.stt.finalize(number_, command.request, sample_of(command.until));
}

void CallHost::on(call::EndUtterance&, base::Instant) {
  around_.engines.stt.end_utterance(number_);
}

void CallHost::on(call::PredictTurnEnd& command, base::Instant) {
  if (around_.engines.turns == nullptr) return;
  around_.engines.turns->judge(number_, command.request, sample_of(command.from), sample_of(command.until));
}

void CallHost::on(call::StartChat& command, base::Instant) {
  chat().start(command.request, around_.chat_sink);
}

void CallHost::on(call::CancelChat& command, base::Instant) {
  chat().cancel(command.request);
}

void CallHost::on(call::RunTool& command, base::Instant now) {
  const bool known = command.call.name == "take_message";
  if (known) around_.records.message(number_, command.call.arguments, base::wall_now());
  handle(call::ToolFinished{command.call.id, known ? "The message was stored." : "There is no such tool."}, now);
}

void CallHost::on(call::Synthesise& command, base::Instant now) {
  // What is synthesised while a second leg is on its way is for its ears.
  second_ ? second_->expect(command.piece) : held_.expect(command.piece);
  speech::SynthesisRequest request;
  request.id = command.piece;
  request.text = command.text;
  request.voice = voice_;
  request.deadline = now + kFirstSoundWanted;
  around_.engines.tts.start(request, around_.tts_sink);
}

void CallHost::on(call::Play& command, base::Instant) {
  if (!media_) return;
  operator_.released(command.piece);
  held_.release(command.piece, *media_);
}

void CallHost::on(call::CancelSynthesis& command, base::Instant) {
  around_.engines.tts.cancel(command.piece);
  held_.forget(command.piece);
  if (second_) second_->forget(command.piece);
}

void CallHost::on(call::FlushPlayout& command, base::Instant) {
  operator_.flushed();
  if (media_) media_->flush(command.fade);
}

void CallHost::on(call::HoldPlayout& command, base::Instant) {
  if (media_) media_->pause(command.fade);
}

void CallHost::on(call::ResumePlayout&, base::Instant) {
  if (media_) media_->resume();
}

void CallHost::on(call::SetEcho& command, base::Instant) {
  echo_ = command.on;
}

void CallHost::on(call::Trace&, base::Instant) {}  // the journal has it

void CallHost::on(call::RecordTurn& command, base::Instant) {
  const auto zero = answered_.value_or(origin_.zero);
  TurnTaken taken;
  taken.number = number_;
  taken.turn = std::move(command);
  taken.started = taken.turn.started - zero;
  taken.ended = taken.turn.ended - zero;
  // Only what answers the caller has a gap: not the greeting, not "are you still there?".
  if (taken.turn.times.reply) taken.gap = measured_gap(taken.started);
  around_.records.turn(std::move(taken));
}

/// The waveform's own figure for the reply that began at `started` after the answer, if it was one.
std::optional<base::Duration> CallHost::measured_gap(base::Duration started) {
  for (const auto& turn : gap_meter_.take().turns) measured_.push_back(turn);
  while (measured_.size() > kMeasuredTurnsKept) measured_.pop_front();
  for (const auto& turn : measured_) {
    if (turn.kind != meter::TurnKind::reply) continue;
    const auto apart = turn.reply_start > started ? turn.reply_start - started : started - turn.reply_start;
    if (apart <= kSameReply) return turn.gap();
  }
  return std::nullopt;
}

/// For whoever reads the journal; a replay steps over it.
void CallHost::note_media() {
  if (!media_) return;
  const auto stats = media_->stats();
  std::string line = "# media " + media_format_ + " mos=" + one_decimal(stats.mean_opinion_score) +
                     " rating=" + one_decimal(stats.rating) + " concealed=" + std::to_string(stats.concealed_frames) +
                     " playout_ms=" + one_decimal(base::to_seconds(stats.playout_delay) * 1000);
  if (stats.rtcp.round_trip) line += " round_trip_ms=" + one_decimal(base::to_seconds(*stats.rtcp.round_trip) * 1000);
  if (stats.rtcp.peer_loss) line += " peer_loss=" + one_decimal(*stats.rtcp.peer_loss * 100) + "%";
  if (stats.unprotected > 0) line += " unprotected=" + std::to_string(stats.unprotected);
  note(std::move(line));
}

void CallHost::finish(call::EndClass end_class, std::string reason, base::Instant now) {
  if (over_) return;
  over_ = true;
  if (listening_) {
    around_.engines.vad.close(number_);
    around_.engines.stt.close(number_);
    if (around_.engines.turns != nullptr) around_.engines.turns->close(number_);
  }
  for (const auto piece : held_.pending()) around_.engines.tts.cancel(piece);
  end_second_leg("the call ended");
  overhearing_.finish();
  operator_.finish();
  CallClosed closed;
  closed.number = number_;
  closed.end_class = end_class;
  closed.reason = std::move(reason);
  closed.answered = answered_.has_value();
  closed.at = base::wall_now();
  closed.length = answered_ ? now - *answered_ : base::Duration{0};
  if (media_) take_stats(figures_, media_->stats());
  closed.figures = std::move(figures_);
  note_media();
  hand_over_sound();
  note(tally_.line());
  around_.records.journal(number_, std::exchange(journal_, {}));
  around_.records.close(std::move(closed));
}

}  // namespace frontdesk::runtime
