// Being interrupted: falling silent at the first sound, going on if it was nothing, giving the turn up
// if it was something.
#include <algorithm>

#include "conversation/conversation.hpp"

namespace frontdesk::conversation {
namespace {

constexpr base::Duration kFlushFade = base::milliseconds(10);

}  // namespace

/// Silence at once, nothing lost: it may be a cough.
void Conversation::hold_reply() {
  emit(call::HoldPlayout{kFlushFade});
  held_ = std::move(reply_);
  reply_.reset();
  clear_reply_timers();
  for (auto* reply : {&held_, &filler_}) {
    if (!*reply) continue;
    (*reply)->held = true;
    for (auto& piece : (*reply)->pieces)
      if (piece.state == Piece::State::playing) piece.heard = now_ - piece.started;
  }
}

InterruptionDecision Conversation::interruption() const {
  Overlap overlap;
  const auto text = caller_.whole();
  overlap.text = text;
  overlap.transcribed = caller_.transcribed && caller_.lost_because.empty();
  overlap.we_asked = held_->full_text().ends_with('?');
  overlap.nearly_said = held_->nearly_said();
  overlap.put_through = held_->put_through.has_value();
  return judge_interruption(overlap, settings_.interruption);
}

/// Something is known of the sound over our words.
void Conversation::weigh_interruption() {
  if (!held_) return;
  // Nothing of the answer was heard: what has words belongs to the turn we took too early.
  if (!held_->audible && !caller_.text.empty()) return yield_turn("the caller went on before the answer began");
  const auto decision = interruption();
  if (decision.verdict == InterruptionVerdict::yield) return yield_turn(decision.because);
  if (decision.verdict == InterruptionVerdict::go_on && state_ == State::pausing) dismiss_sound(decision.because);
}

/// The words take the turn.
void Conversation::yield_turn(const char* because) {
  if (!held_) return;
  trace("interrupt", because);
  if (held_->audible || !caller_record_) {
    cut(filler_);
    return cut(held_);
  }
  reclaim_turn();
}

/// We took the turn, but nothing of the answer was heard yet: the caller's turn simply goes on.
void Conversation::reclaim_turn() {
  drop(held_);
  cut(filler_);
  if (!history_.retract_caller()) return record_caller();  // its tools have run: it stands
  const auto said = caller_record_->text.expose();
  caller_.carried = said + (caller_.carried.empty() ? "" : " ") + caller_.carried;
  caller_.started = std::min(caller_.started, caller_record_->started);
  const auto& before = caller_record_->speculation;
  caller_.speculation.candidates += before.candidates;
  caller_.speculation.discarded += before.discarded + 1;
  caller_.speculation.discarded_characters += before.discarded_characters;
  caller_record_.reset();
}

/// It was nothing: we go on where the caller last heard us.
void Conversation::resume_reply() {
  trace("resume", "we go on where we stopped");
  reply_ = std::move(held_);
  held_.reset();
  emit(call::ResumePlayout{});
  for (auto* reply : {&reply_, &filler_}) {
    if (!*reply) continue;
    (*reply)->held = false;
    for (auto& piece : (*reply)->pieces)
      if (piece.state == Piece::State::playing) piece.started = now_ - piece.heard;
  }
  if (reply_->audible) {
    enter(State::speaking);
    const auto* piece = reply_->current();
    const bool sounds = piece != nullptr && piece->state == Piece::State::playing;
    // The caller has waited since their sound ended.
    const auto waits_since = std::min(now_, caller_.speech_end);
    set(kPlayout,
        sounds ? now_ + settings_.playout_deadline : std::max(now_, waits_since + settings_.next_piece_deadline));
  } else {
    enter(State::thinking);
    expect_answer();
  }
  catch_up();
}

/// What came in while the reply was held is acted on now.
void Conversation::catch_up() {
  if (!reply_->broken.empty() && reply_->nothing_to_play()) return reply_failed("model", reply_->broken);
  if (!reply_->pieces.empty() && reply_->nothing_to_play()) return reply_failed("synthesis", "nothing could be spoken");
  if (reply_->text_complete && (reply_->audible || reply_->pieces.empty())) run_tools(*reply_);
  request_pieces(*reply_);
  if (!reply_->text_complete && reply_->pieces.empty()) set(kModel, now_ + settings_.model_deadline);
  if (reply_->complete() && reply_->tools_pending == 0) finish_reply();
}

}  // namespace frontdesk::conversation
