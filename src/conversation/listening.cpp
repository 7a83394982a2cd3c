// The listening half of the conversation: utterances, pauses, the end of a turn, keys.
#include <algorithm>

#include "call/redaction.hpp"
#include "conversation/conversation.hpp"

namespace frontdesk::conversation {
namespace {

using base::Duration;
using base::milliseconds;

constexpr Duration kWorthAsking = milliseconds(1200);  // sound without words, this long, deserves "pardon?"
constexpr Duration kFirstWords = base::seconds(1);     // of somebody who comes back from a hold
constexpr Duration kDigitPause = milliseconds(2500);
constexpr Duration kLongestHabit = milliseconds(1000);  // more than this is no habit of pausing
constexpr std::size_t kMaxCallerText = 4000;
constexpr std::size_t kMaxDigits = 40;

std::string milliseconds_text(Duration duration) {
  return std::to_string(base::to_ms(duration)) + " ms";
}

}  // namespace

void Conversation::on(const call::SpeechStarted& event) {
  if (saying_last_words()) return;
  if (held_by_caller_) {  // music of theirs, at most; or the first words of somebody who comes back
    sounds_since_ = event.at;
    return;
  }
  switch (state_) {
    case State::listening:
      return open_turn(event.at);
    case State::speaking:
    case State::thinking:
      hold_reply();
      open_turn(event.at);
      return weigh_interruption();  // a policy may need no words
    case State::pausing:
      trace("endpoint", "the caller went on after " + milliseconds_text(event.at - caller_.speech_end));
      clear(kEndpoint);
      clear(kTranscript);
      caller_.request = 0;
      caller_.prediction = 0;
      caller_.transcribed = false;
      caller_.resumed_after = event.at - caller_.speech_end;
      set(kUtterance, now_ + settings_.longest_utterance);
      return enter(State::hearing);
    case State::transferring:  // somebody else will hear it, or we if nobody takes the call meanwhile
      sounds_since_ = event.at;
      return;
    case State::hearing:
    case State::ended:
      return;
  }
}

void Conversation::open_turn(base::Instant from) {
  caller_ = CallerTurn{};
  caller_.open = true;
  caller_.started = from;
  caller_.carried = call::without_card_numbers(std::exchange(digits_, {}));  // keys, then words: one turn
  clear(kDigits);
  emit(call::BeginUtterance{from});
  set(kUtterance, now_ + settings_.longest_utterance);
  enter(State::hearing);
}

void Conversation::close_turn() {
  discard_guesses();
  if (caller_.open) emit(call::EndUtterance{});
  caller_.open = false;
  caller_.request = 0;
  caller_.prediction = 0;
  clear(kEndpoint);
  clear(kTranscript);
  clear(kUtterance);
}

void Conversation::on(const call::SpeechStopped& event) {
  sounds_since_.reset();
  if (state_ != State::hearing) return;
  settle_cut_reply();  // by now we know, or never will
  enter(State::pausing);
  caller_.speech_end = event.at;
  caller_.asked = now_;
  caller_.transcribed = false;
  caller_.finished.reset();
  clear(kUtterance);
  caller_.request = mint();
  emit(call::Transcribe{caller_.request, now_});
  caller_.prediction = caller_.request;  // one pause, one id
  emit(call::PredictTurnEnd{caller_.prediction, caller_.started, event.at});
  set(kTranscript, now_ + (held_ ? settings_.transcript_deadline_held : settings_.transcript_deadline));
}

void Conversation::on(const call::PartialTranscript& event) {
  if (!caller_.open || caller_.transcribed) return;
  caller_.text = event.text.expose().substr(0, kMaxCallerText);
  weigh_interruption();
}

void Conversation::on(const call::FinalTranscript& event) {
  if (event.request == 0 || event.request != caller_.request) return;
  auto text = event.text.expose().substr(0, kMaxCallerText);
  caller_.request = 0;
  const bool words_came = !same_words(text, caller_.text);
  if (words_came && caller_.resumed_after > Duration{0})  // it was a pause in the turn, not a noise after it
    longest_resumed_ = std::min(kLongestHabit, std::max(longest_resumed_, caller_.resumed_after));
  caller_.resumed_after = Duration{0};
  caller_.text = std::move(text);
  caller_.confidence = event.confidence;
  caller_.engine_time = now_ - caller_.asked;
  caller_.transcribed = true;
  clear(kTranscript);
  if (state_ != State::pausing) return;
  weigh_interruption();
  if (state_ != State::pausing) return;
  plan_endpoint();
  if (state_ == State::pausing && !caller_.whole().empty() && !taking_message_ && on_our_own() && !orders_wait())
    guess_reply(caller_.whole());
}

/// How the pause sounded; it may come before its words.
void Conversation::on(const call::TurnEndPredicted& event) {
  if (event.request == 0 || event.request != caller_.prediction) return;
  caller_.prediction = 0;
  caller_.finished = event.probability;
  if (state_ == State::pausing && caller_.transcribed) plan_endpoint();
}

void Conversation::plan_endpoint() {
  const auto text = caller_.whole();
  Pause pause;
  pause.text = text;
  pause.finished = caller_.finished;
  pause.confidence = caller_.confidence;
  pause.understood = guess_is_sure(text);
  pause.expected = expected_;
  pause.longest_resumed = longest_resumed_;
  const auto decision = silence_that_ends_turn(pause, settings_.end_of_turn);
  const auto due = caller_.speech_end + decision.silence;
  if (due != timers_[kEndpoint])
    trace("endpoint", "waiting " + milliseconds_text(decision.silence) + ": " + decision.because);
  if (due <= now_) return decide_turn();
  set(kEndpoint, due);
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
  if (text.empty()) return dismiss_sound("no words");
  yield_turn("the turn was decided");
  trace("endpoint", "turn taken after " + milliseconds_text(now_ - caller_.speech_end));
  take_turn(caller_.whole(), caller_.confidence);
}

/// No turn after all. Somebody still waits for something, perhaps: go on where we stopped, or ask.
void Conversation::dismiss_sound(const char* because) {
  const auto spoken = caller_.speech_end - caller_.started;
  const auto lost_because = caller_.lost_because;
  digits_ += std::exchange(caller_.carried, {});  // keys pressed before a noise are still keys
  close_turn();
  if (orders_wait()) return obey();
  if (!lost_because.empty() && on_our_own()) {
    stop_speaking();
    return apologise("transcript", lost_because, settings_.pardon);
  }
  trace("noise", "sound for " + milliseconds_text(spoken) + ": " + because);
  if (held_) return resume_reply();
  if (owes_answer()) return answer_caller();
  if (std::exchange(back_unannounced_, false)) return say(settings_.given_back);
  if (spoken >= kWorthAsking && on_our_own() && !supervisor_.on_hold(now_)) return say(settings_.pardon);
  enter(State::listening);
}

/// The caller's side holds the call: nobody hears us, and nobody is to be asked whether they are there.
void Conversation::on(const call::LegHeld& event) {
  if (event.on == held_by_caller_) return;
  held_by_caller_ = event.on;
  trace("hold", event.on ? "the caller's side put us on hold" : "the caller is back");
  // A goodbye ends the call all the same; who is being put through is not ours to talk to.
  if (state_ == State::transferring || (reply_ && reply_->ending)) return;
  if (event.on) return wait_on_hold();
  const auto sounds_since = std::exchange(sounds_since_, std::nullopt);
  if (orders_wait())
    obey();
  else if (owes_answer())
    answer_caller();
  else if (std::exchange(back_unannounced_, false))
    say(settings_.given_back);
  else
    enter(State::listening);
  if (sounds_since) on(call::SpeechStarted{std::max(*sounds_since, now_ - kFirstWords)});
}

/// What was said before is answered when the caller is back; what we were saying is not said again.
void Conversation::wait_on_hold() {
  break_off();
  sounds_since_.reset();
  enter(State::listening);
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
  if (!on_our_own() || orders_wait()) return note_turn(std::move(text), confidence);
  back_unannounced_ = false;
  settle_cut_reply();
  record_caller();
  caller_record_ = caller_turn(text, confidence);
  const auto concern = taking_message_ ? Concern::nobody_to_ask : supervisor_.caller_said(text);
  const auto verdict = about_recording(text);
  auto guess = concern == Concern::none && !verdict.answered ? take_guess(text) : std::nullopt;
  close_turn();
  caller_record_->speculation = caller_.speculation;
  tool_rounds_ = 0;
  transfers_ = 0;
  fillers_since_answer_ = std::min(fillers_since_answer_, 1);  // the same excuse is not made twice
  idle_prompts_said_ = 0;
  caller_ended_ = caller_.speech_end;
  if (concern != Concern::none) {
    intervene(concern, text);
    return history_.caller_said(std::move(text));
  }
  if (settle_recording(verdict)) return history_.caller_said(std::move(text));
  auto reply = guess ? std::move(*guess) : prepare_reply(text, true);
  history_.caller_said(std::move(text));
  take_up(std::move(reply));
}

/// We end the call while the caller speaks: the words belong to the record all the same.
void Conversation::keep_words() {
  if (!caller_.open || caller_.whole().empty()) return;
  if (state_ == State::hearing) caller_.speech_end = now_;
  settle_cut_reply();
  record_caller();
  caller_record_ = caller_turn(caller_.whole(), caller_.confidence);
  caller_record_->times = {};
  caller_record_->speculation = caller_.speculation;
}

void Conversation::on(const call::DigitPressed& event) {
  if (saying_last_words() || state_ == State::transferring) return;
  if (event.digit == call::kHiddenKey) return on_hidden_key();
  idle_prompts_said_ = 0;
  if (state_ == State::speaking) {
    trace("interrupt", "the caller pressed a key");
    stop_speaking();
  }
  if (state_ == State::speaking || state_ == State::listening) enter(State::listening);
  if (event.digit == '#' && !digits_.empty()) return expire_digits();
  if (digits_.size() < kMaxDigits) digits_ += event.digit;
  set(kDigits, now_ + kDigitPause);
}

/// Keys count as a turn of their own once the caller stops pressing them.
void Conversation::expire_digits() {
  clear(kDigits);
  if (state_ != State::listening || held_by_caller_ || digits_.empty()) return;  // later, when it is the caller's turn
  caller_ = CallerTurn{};
  caller_.started = caller_.speech_end = now_;
  take_turn(call::without_card_numbers(std::exchange(digits_, {})), 1.0F);
}

}  // namespace frontdesk::conversation
