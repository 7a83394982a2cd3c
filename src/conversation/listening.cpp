// The listening half of the conversation: utterances, pauses, the end of a turn, interruptions.
#include "conversation/conversation.hpp"

namespace frontdesk::conversation {
namespace {

using base::Duration;
using base::milliseconds;

constexpr Duration kWorthAsking = milliseconds(1200);  // sound without words, this long, deserves "pardon?"
constexpr Duration kDigitPause = milliseconds(2500);
constexpr std::size_t kMaxCallerText = 4000;
constexpr std::size_t kMaxDigits = 40;

std::string milliseconds_text(Duration duration) {
  return std::to_string(base::to_ms(duration)) + " ms";
}

}  // namespace

void Conversation::on(const call::SpeechStarted& event) {
  if (saying_last_words()) return;
  switch (state_) {
    case State::listening:
      return open_turn(event.at);
    case State::speaking:
      interrupt("the caller began to speak");
      open_turn(event.at);
      caller_.interrupts = true;
      return;
    case State::pausing:
      trace("endpoint", "the caller went on after " + milliseconds_text(event.at - caller_.speech_end));
      drop_reply();
      clear(kEndpoint);
      clear(kTranscript);
      caller_.request = 0;
      caller_.transcribed = false;
      set(kUtterance, now_ + settings_.longest_utterance);
      return enter(State::hearing);
    case State::thinking:
      return take_turn_back(event.at);
    case State::hearing:
    case State::ended:
      return;
  }
}

/// We took the turn, but nothing of the answer was heard yet: the caller's turn simply goes on.
void Conversation::take_turn_back(base::Instant from) {
  trace("endpoint", "the caller went on before the answer began");
  // Words of our own (a greeting) answer nothing: they are still to be said if this was only a noise.
  if (reply_ && reply_->chat == 0 && !caller_record_)
    unsaid_ = Unsaid{reply_->full_text(), false, reply_->ending, reply_->outcome};
  drop_reply();
  std::string said;
  auto started = from;
  if (caller_record_ && history_.retract_caller()) {
    said = caller_record_->text.expose();
    started = std::min(from, caller_record_->started);
    caller_record_.reset();
  }
  record_caller();  // its tools have run: it stands
  open_turn(from);
  caller_.carried = said + (said.empty() || caller_.carried.empty() ? "" : " ") + caller_.carried;
  caller_.started = started;
}

void Conversation::open_turn(base::Instant from) {
  caller_ = CallerTurn{};
  caller_.open = true;
  caller_.started = from;
  caller_.carried = std::exchange(digits_, {});  // keys, then words: one turn
  clear(kDigits);
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
  settle_cut_reply();  // by now we know, or never will
  enter(State::pausing);
  caller_.speech_end = event.at;
  caller_.request = mint();
  caller_.asked = now_;
  caller_.transcribed = false;
  clear(kUtterance);
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
  const auto text = caller_.whole();
  const auto decision = silence_that_ends_turn(text, settings_.end_of_turn);
  trace("endpoint", "waiting " + milliseconds_text(decision.silence) + ": " + decision.because);
  const auto due = caller_.speech_end + decision.silence;
  if (due <= now_) return decide_turn();
  set(kEndpoint, due);
  if (!text.empty() && !was_backchannel()) prepare_reply(text, false);
}

void Conversation::on(const call::TranscriptionFailed& event) {
  if (event.request == 0 || event.request != caller_.request) return;
  trace("transcript", "failed: " + event.error.message);
  caller_.request = 0;
  caller_.transcribed = true;
  caller_.lost_because = event.error.message;
  clear(kTranscript);
  if (state_ == State::pausing) decide_turn();
}

/// The silence was long enough.
void Conversation::decide_turn() {
  if (state_ != State::pausing || !caller_.transcribed) return;
  const auto text = caller_.whole();
  if (text.empty() || was_backchannel()) return dismiss_sound();
  trace("endpoint", "turn taken after " + milliseconds_text(now_ - caller_.speech_end));
  take_turn(text, caller_.confidence);
}

/// "Mm" over our own words says "go on", unless most of them were heard: then it is an answer.
bool Conversation::was_backchannel() const {
  if (!caller_.interrupts || !is_backchannel(caller_.whole())) return false;
  return unsaid_ && !unsaid_->got_across;
}

/// No turn after all. Somebody still waits for something, perhaps: go on where we stopped, or ask.
void Conversation::dismiss_sound() {
  const auto spoken = caller_.speech_end - caller_.started;
  const auto lost_because = caller_.lost_because;
  close_turn();
  if (!lost_because.empty()) return apologise("transcript", lost_because, settings_.pardon);
  trace("noise", "sound for " + milliseconds_text(spoken) + " without words to answer");
  if (unsaid_ && digits_.empty()) {
    trace("resume", "we were interrupted by no words");
    return resume(*std::exchange(unsaid_, std::nullopt));
  }
  if (history_.awaits_answer()) {
    prepare_reply("", true);
    set(kAnswer, now_ + settings_.answer_deadline);
    return release_reply();
  }
  if (spoken >= kWorthAsking) return say(settings_.pardon);
  enter(State::listening);
}

void Conversation::resume(const Unsaid& unsaid) {
  say(unsaid.text);
  if (!reply_) return;
  reply_->ending = unsaid.ending;
  reply_->outcome = unsaid.outcome;
  reply_->outcome.tool_calls.clear();  // they have run
}

call::RecordTurn Conversation::caller_turn(std::string text, float confidence) const {
  call::RecordTurn record;
  record.speaker = call::Speaker::caller;
  record.text = base::Pii<std::string>(std::move(text));
  record.started = caller_.started;
  record.ended = caller_.speech_end;
  record.confidence = confidence;
  record.times.endpoint = now_ - caller_.speech_end;
  record.times.transcript = caller_.engine_time;
  return record;
}

/// The caller's turn is over: from here on it is ours.
void Conversation::take_turn(std::string text, float confidence) {
  settle_cut_reply();
  record_caller();
  caller_record_ = caller_turn(text, confidence);
  close_turn();
  tool_rounds_ = 0;
  idle_prompts_said_ = 0;
  unsaid_.reset();
  if (!reply_) prepare_reply(text, true);
  history_.caller_said(std::move(text));
  set(kAnswer, now_ + settings_.answer_deadline);
  release_reply();
}

/// We end the call while the caller speaks: the words belong to the record all the same.
void Conversation::keep_words() {
  if (!caller_.open || caller_.whole().empty()) return;
  if (state_ == State::hearing) caller_.speech_end = now_;
  settle_cut_reply();
  record_caller();
  caller_record_ = caller_turn(caller_.whole(), caller_.confidence);
  caller_record_->times = {};
}

void Conversation::interrupt(const char* because) {
  trace("interrupt", because);
  cut_short();
}

/// Stops our words in the caller's ear. How much was heard is told by PlayoutCut, a moment later.
void Conversation::cut_short() {
  if (!reply_) return;
  if (!reply_->audible) return drop_reply();
  settle_cut_reply();
  cut_reply_ = std::move(reply_);
  reply_.reset();
  stop_pieces(*cut_reply_);
  clear_reply_timers();
  if (cut_reply_->all_pieces_settled()) settle_cut_reply();
}

void Conversation::on(const call::DigitPressed& event) {
  if (saying_last_words()) return;
  idle_prompts_said_ = 0;
  if (state_ == State::speaking) interrupt("the caller pressed a key");
  if (state_ == State::speaking || state_ == State::listening) enter(State::listening);
  if (event.digit == '#' && !digits_.empty()) return expire_digits();
  if (digits_.size() < kMaxDigits) digits_ += event.digit;
  set(kDigits, now_ + kDigitPause);
}

/// Keys count as a turn of their own once the caller stops pressing them.
void Conversation::expire_digits() {
  clear(kDigits);
  if (state_ != State::listening || digits_.empty()) return;  // later, when it is the caller's turn
  caller_ = CallerTurn{};
  caller_.started = caller_.speech_end = now_;
  take_turn(std::exchange(digits_, {}), 1.0F);
}

}  // namespace frontdesk::conversation
