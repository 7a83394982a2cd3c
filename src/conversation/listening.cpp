// The listening half of the conversation: utterances, pauses, the end of a turn, interruptions.
#include "conversation/conversation.hpp"

namespace frontdesk::conversation {
namespace {

using base::Duration;
using base::milliseconds;

constexpr Duration kFlushFade = milliseconds(10);
constexpr Duration kWorthAsking = milliseconds(1200);  // sound without words, this long, deserves "pardon?"
constexpr Duration kDigitPause = milliseconds(2500);
constexpr std::size_t kMaxCallerText = 4000;
constexpr std::size_t kMaxDigits = 40;

std::string milliseconds_text(Duration duration) { return std::to_string(base::to_ms(duration)) + " ms"; }

}  // namespace

void Conversation::on(const call::SpeechStarted& event) {
  idle_prompts_said_ = 0;
  switch (state_) {
    case State::listening: return open_turn(event.at);
    case State::speaking:
      if (reply_ && reply_->has_end && reply_->end_class != call::EndClass::completed) return;  // our last words
      interrupt("the caller began to speak");
      return open_turn(event.at);
    case State::pausing:
      trace("endpoint", "the caller went on after " + milliseconds_text(event.at - caller_.speech_end));
      drop_reply();
      clear(kEndpoint);
      clear(kTranscript);
      caller_.request = 0;
      caller_.transcribed = false;
      return enter(State::hearing);
    case State::thinking: {
      // We took the turn, but nothing of the answer was heard yet: the caller's turn simply goes on.
      trace("endpoint", "the caller went on before the answer began");
      drop_reply();
      auto said = caller_record_ ? caller_record_->text.expose() : std::string();
      if (caller_record_) history_.retract_caller();
      const auto started = caller_record_ ? caller_record_->started : event.at;
      caller_record_.reset();
      open_turn(event.at);
      caller_.carried = std::move(said);
      caller_.started = started;
      return;
    }
    case State::hearing:
    case State::ended: return;
  }
}

void Conversation::open_turn(base::Instant from) {
  caller_ = CallerTurn{};
  caller_.open = true;
  caller_.started = from;
  emit(call::BeginUtterance{from});
  set(kUtterance, now_ + settings_.longest_utterance);
  enter(State::hearing);
}

void Conversation::close_turn() {
  if (caller_.open) emit(call::EndUtterance{});
  caller_.open = false;
  caller_.request = 0;
  clear(kEndpoint);
  clear(kTranscript);
  clear(kUtterance);
}

void Conversation::on(const call::SpeechStopped& event) {
  if (state_ != State::hearing) return;
  enter(State::pausing);
  caller_.speech_end = event.at;
  caller_.request = mint();
  caller_.asked = now_;
  caller_.transcribed = false;
  emit(call::Transcribe{caller_.request, now_});
  set(kTranscript, now_ + settings_.transcript_deadline);
}

void Conversation::on(const call::PartialTranscript& event) {
  if (caller_.open && !caller_.transcribed) caller_.text = event.text.expose().substr(0, kMaxCallerText);
}

void Conversation::on(const call::FinalTranscript& event) {
  if (event.request == 0 || event.request != caller_.request) return;
  caller_.request = 0;
  caller_.text = event.text.expose().substr(0, kMaxCallerText);
  caller_.confidence = event.confidence;
  caller_.engine_time = now_ - caller_.asked;
  caller_.transcribed = true;
  clear(kTranscript);
  if (state_ != State::pausing) return;
  const auto decision = silence_that_ends_turn(caller_.text, settings_.end_of_turn);
  trace("endpoint", "waiting " + milliseconds_text(decision.silence) + ": " + decision.because);
  if (!caller_.whole().empty()) prepare_reply(caller_.whole());
  const auto due = caller_.speech_end + decision.silence;
  if (due <= now_) return decide_turn();
  set(kEndpoint, due);
}

void Conversation::on(const call::TranscriptionFailed& event) {
  if (event.request == 0 || event.request != caller_.request) return;
  trace("transcript", "failed: " + event.error.message);
  caller_.request = 0;
  caller_.transcribed = true;
  clear(kTranscript);
  if (state_ == State::pausing) decide_turn();
}

/// The silence was long enough.
void Conversation::decide_turn() {
  if (state_ != State::pausing || !caller_.transcribed) return;
  const auto spoken = caller_.speech_end - caller_.started;
  const auto text = caller_.whole();
  if (text.empty() && spoken < kWorthAsking) {
    trace("noise", "sound for " + milliseconds_text(spoken) + " without words");
    close_turn();
    return enter(State::listening);
  }
  trace("endpoint", "turn taken after " + milliseconds_text(now_ - caller_.speech_end));
  take_turn(text, caller_.confidence);
}

/// The caller's turn is over: from here on it is ours.
void Conversation::take_turn(std::string text, float confidence) {
  settle_cut_reply();
  record_caller();
  call::RecordTurn record;
  record.speaker = call::Speaker::caller;
  record.text = base::Pii<std::string>(text);
  record.started = caller_.started;
  record.ended = caller_.speech_end;
  record.confidence = confidence;
  record.times.endpoint = now_ - caller_.speech_end;
  record.times.transcript = caller_.engine_time;
  caller_record_ = std::move(record);
  close_turn();
  tool_rounds_ = 0;
  if (!reply_) prepare_reply(text);
  history_.caller_said(std::move(text));
  release_reply();
}

void Conversation::interrupt(const char* because) {
  if (!reply_) return;
  trace("interrupt", because);
  emit(call::FlushPlayout{kFlushFade});
  settle_cut_reply();
  cut_reply_ = std::move(reply_);
  reply_.reset();
  for (auto& piece : cut_reply_->pieces) {
    const bool begun = piece.state == Piece::State::playing || piece.state == Piece::State::heard;
    if (begun) continue;
    if (piece.state != Piece::State::waiting && piece.state != Piece::State::failed)
      emit(call::CancelSynthesis{piece.id});
    piece.state = Piece::State::cut;
  }
  if (cut_reply_->chat != 0 && !cut_reply_->text_complete) emit(call::CancelChat{cut_reply_->chat});
  clear(kModel);
  clear(kSynthesis);
  clear(kPlayout);
  if (cut_reply_->all_pieces_settled()) settle_cut_reply();
}

void Conversation::on(const call::DigitPressed& event) {
  idle_prompts_said_ = 0;
  if (state_ == State::speaking) {
    interrupt("the caller pressed a key");
    enter(State::listening);
  }
  if (event.digit == '#' && !digits_.empty()) return expire_digits();
  if (digits_.size() < kMaxDigits) digits_ += event.digit;
  set(kDigits, now_ + kDigitPause);
}

/// Keys count as a turn of their own once the caller stops pressing them.
void Conversation::expire_digits() {
  clear(kDigits);
  if (state_ != State::listening || digits_.empty()) {
    if (!digits_.empty()) set(kDigits, now_ + kDigitPause);
    return;
  }
  caller_ = CallerTurn{};
  caller_.started = caller_.speech_end = now_;
  take_turn(std::exchange(digits_, {}), 1.0F);
}

}  // namespace frontdesk::conversation
