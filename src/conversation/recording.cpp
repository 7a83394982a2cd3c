// The recording, as far as the conversation decides about it: telling the caller, the caller's answer, pauses.
#include "call/redaction.hpp"
#include "conversation/consent_words.hpp"
#include "conversation/conversation.hpp"

namespace frontdesk::conversation {
namespace {

constexpr base::Duration kAfterLastKey = base::seconds(5);

}  // namespace

void Conversation::greet() {
  if (settings_.recording.hide_keys) emit(call::HideKeys{});
  const auto opening = opening_of(settings_.greeting, settings_.recording);
  if (opening.notice.empty()) return say(settings_.greeting);
  say_with_notice(opening.before, opening.notice, opening.after);
}

void Conversation::say_with_notice(const std::string& before, const std::string& notice, const std::string& after) {
  drop(reply_);
  reply_ = own_words(before);
  std::vector<call::PieceId> told;
  for (auto& piece : own_words(notice).pieces) {
    told.push_back(piece.id);
    reply_->pieces.push_back(std::move(piece));
  }
  for (auto& piece : own_words(after).pieces) reply_->pieces.push_back(std::move(piece));
  consent_.telling(told);
  release_reply();
}

/// The caller was cut off from the notice, or has not had it yet: told now, unless a question of ours stands.
bool Conversation::tell_of_recording(const Reply& said) {
  consent_.reply_over(*commands_);
  if (!consent_.owed() || said.full_text().ends_with('?')) return false;
  say_with_notice("", consent_.notice(), "");
  return true;
}

/// The turn was about the recording: it is answered here.
bool Conversation::settle_recording(const RecordingConsent::Verdict& verdict) {
  if (!verdict.answered) return false;
  if (verdict.ask_again)
    say_with_notice("", consent_.notice(), "");
  else
    say(verdict.reply);
  return true;
}

RecordingConsent::Verdict Conversation::about_recording(const std::string& text) {
  auto verdict = consent_.caller_said(text);
  for (auto& command : verdict.commands) commands_->push_back(std::move(command));
  return verdict;
}

/// Sound of ours begins that is no filler.
void Conversation::mind_recording(const Reply& reply) {
  consent_.other_words(*commands_);
  if (asks_for_payment_details(reply.full_text())) return mind_payment(reply.full_text());
  // "Pardon?" is no new subject: the number is said again.
  if (reply.chat != 0) resume_recording(kForPayment);
}

/// What the caller heard of us may be answered with what nobody may keep.
void Conversation::mind_payment(const std::string& heard) {
  if (settings_.recording.pause_for_payment && asks_for_payment_details(heard))
    pause_recording(kForPayment, "the caller is asked for payment details");
}

void Conversation::on_hidden_key() {
  idle_prompts_said_ = 0;
  if (state_ == State::listening) enter(State::listening);
  pause_recording(kForKeys, "the caller presses keys");
  set(kKeysOver, now_ + kAfterLastKey);
}

void Conversation::on(const call::RecordingRequested& event) {
  if (event.paused)
    pause_recording(kByOperator, "the operator paused it");
  else
    resume_recording(kByOperator);
}

void Conversation::pause_recording(Hush why, const char* because) {
  if (pauses_ == 0) emit(call::PauseRecording{because});
  pauses_ |= why;
}

void Conversation::resume_recording(Hush why) {
  if ((pauses_ & why) == 0) return;
  pauses_ &= ~static_cast<unsigned>(why);
  if (pauses_ == 0) emit(call::ResumeRecording{});
}

}  // namespace frontdesk::conversation
