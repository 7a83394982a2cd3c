#include "conversation/conversation.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace frontdesk::conversation {
namespace {

using base::Duration;
using base::Instant;

constexpr Duration kGoodbyeGrace = base::seconds(30);

std::string milliseconds_text(Duration duration) {
  return std::to_string(base::to_ms(duration)) + " ms";
}

}  // namespace

std::string_view name(State state) {
  switch (state) {
    case State::speaking:
      return "speaking";
    case State::listening:
      return "listening";
    case State::hearing:
      return "hearing";
    case State::pausing:
      return "pausing";
    case State::thinking:
      return "thinking";
    case State::transferring:
      return "transferring";
    case State::ended:
      return "ended";
  }
  return "ended";
}

std::string Conversation::CallerTurn::whole() const {
  if (carried.empty()) return text;
  return text.empty() ? carried : carried + " " + text;
}

Conversation::Conversation(ConversationSettings settings)
    : settings_(std::move(settings)),
      supervisor_(settings_.max_turns),
      consent_(settings_.recording),
      next_request_(settings_.first_request) {
  timers_.fill(base::kNever);
}

void Conversation::start(Instant now, call::Commands& commands) {
  now_ = now;
  commands_ = &commands;
  started_ = now;
  set(kLimit, now + settings_.soft_limit);
  greet();
  commands_ = nullptr;
}

void Conversation::handle(const call::Event& event, Instant now, call::Commands& commands) {
  if (state_ == State::ended) return;
  FRONTDESK_ASSERT(commands_ == nullptr);  // never re-entered
  now_ = now;
  commands_ = &commands;
  std::visit([this](const auto& e) { on(e); }, event);
  commands_ = nullptr;
}

Instant Conversation::next_wakeup() const {
  if (state_ == State::ended) return base::kNever;
  return *std::min_element(timers_.begin(), timers_.end());
}

void Conversation::on(const call::Wakeup&) {
  for (int timer = 0; timer < kTimerCount; ++timer) {
    auto& at = timers_[static_cast<std::size_t>(timer)];
    if (at > now_) continue;
    at = base::kNever;
    fire(static_cast<Timer>(timer));
    if (state_ == State::ended) return;
  }
}

void Conversation::fire(Timer timer) {
  switch (timer) {
    case kEndpoint:
      return decide_turn();
    case kTranscript:
      trace("transcript", "no text within " + milliseconds_text(settings_.transcript_deadline));
      caller_.request = 0;
      caller_.transcribed = true;
      caller_.lost_because = "no text in time";
      return decide_turn();
    case kModel:
      return reply_failed("model", "no text within " + milliseconds_text(settings_.model_deadline));
    case kAnswer:
      return reply_failed("answer", "no sound within " + milliseconds_text(settings_.answer_deadline));
    case kFiller:
      return fill_silence();
    case kSynthesis:
      return reply_failed("synthesis", "no sound within " + milliseconds_text(settings_.synthesis_deadline));
    case kPlayout:
      return reply_failed("playout", "a piece never finished playing");
    case kUtterance:
      trace("endpoint", "the caller has spoken for " + milliseconds_text(settings_.longest_utterance));
      return on(call::SpeechStopped{now_});
    case kIdle:
      return idle_expired();
    case kDigits:
      return expire_digits();
    case kTransfer:
      return tell_transfer(call::Wakeup{});
    case kLimit:
      return limit_reached();
    case kKeysOver:
      return resume_recording(kForKeys);
    case kTimerCount:
      break;
  }
}

void Conversation::idle_expired() {
  if (state_ != State::listening) return;
  if (idle_prompts_said_ >= settings_.idle_prompts)
    return say_last(settings_.goodbye_silence, call::EndClass::caller_silent, "the caller said nothing");
  ++idle_prompts_said_;
  trace("idle", "the caller has said nothing for " + milliseconds_text(settings_.idle_prompt));
  say(settings_.still_there);
}

void Conversation::limit_reached() {
  if (transfer_ && transfer_->connected()) return;  // people talk as long as they like
  if (!on_our_own()) return set(kLimit, now_ + kGoodbyeGrace);
  // Already saying goodbye, or about to hand the call over.
  if (transfer_ || (reply_ && reply_->ending)) return set(kLimit, now_ + kGoodbyeGrace);
  trace("limit", "the conversation reached " + milliseconds_text(settings_.soft_limit));
  if (held_by_caller_)  // nobody would hear a goodbye
    return end(call::EndClass::time_limit, "the conversation reached its time limit while it was on hold");
  say_last(settings_.goodbye_limit, call::EndClass::time_limit, "the conversation reached its time limit");
}

void Conversation::enter(State state) {
  state_ = state;
  clear(kIdle);
  if (state != State::listening) return;
  if (!held_by_caller_ && on_our_own()) set(kIdle, now_ + settings_.idle_prompt);
  if (!digits_.empty() && timers_[kDigits] == base::kNever) set(kDigits, now_);
}

void Conversation::trace(std::string decision, std::string reason) {
  emit(call::Trace{std::move(decision), std::move(reason)});
}

// --- the end

void Conversation::on(const call::LegEnded&) {
  if (transfer_ && transfer_->connected())
    return end(call::EndClass::transferred, "put through to " + transfer_->target().name + "; the caller hung up");
  abandon();
}
void Conversation::on(const call::MediaLost&) {
  abandon();
}
void Conversation::on(const call::HangUpRequested&) {
  abandon();
}

/// The leg is gone: cancel what runs, record what was said.
void Conversation::abandon() {
  keep_words();
  close_turn();
  settle_cut_reply();
  record_caller();
  stop_speaking();
  settle_cut_reply();
  if (transfer_) transfer_->abandon("the call ended", *commands_);
  timers_.fill(base::kNever);
  state_ = State::ended;
}

void Conversation::end(call::EndClass end_class, std::string reason) {
  abandon();
  emit(call::EndCall{end_class, std::move(reason)});
}

// --- who an answer belongs to

Reply* Conversation::reply_of_chat(base::RequestId chat) {
  if (chat == 0) return nullptr;
  for (auto* reply : {&reply_, &held_})
    if (*reply && (*reply)->chat == chat && !(*reply)->text_complete) return &**reply;
  for (auto& guess : guesses_)
    if (guess.chat == chat && !guess.text_complete) return &guess;
  return nullptr;
}

Reply* Conversation::reply_of_piece(call::PieceId piece) {
  for (auto* reply : {&reply_, &held_, &filler_})
    if (*reply && (*reply)->find(piece) != nullptr) return &**reply;
  for (auto& guess : guesses_)
    if (guess.find(piece) != nullptr) return &guess;
  return nullptr;
}

}  // namespace frontdesk::conversation
