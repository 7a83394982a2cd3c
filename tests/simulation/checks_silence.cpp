// Checks of progress: who waits for whom, and for how long.
#include <algorithm>

#include "simulation/checks.hpp"
#include "simulation/texts.hpp"

namespace frontdesk::simulation {
namespace {

constexpr Duration kKeyPause = base::milliseconds(2500);  // more keys may come
constexpr Duration kListening = base::seconds(4);         // a sound, and what it takes to see that it means nothing
constexpr Duration kAfterLimit = base::seconds(90);       // grace, goodbye, and every deadline on the way
constexpr Duration kSettled = base::seconds(20);          // of the liveness phase: old faults have run out

}  // namespace

void Checks::established() {
  established_ = true;
  owed_ = true;
  quiet_from_now();
}

void Checks::question_ends() {
  if (!last_words_begun_ && !entertained_ && !held_) proper_due_ = stage_.now + kProperAnswer;
}

void Checks::model_ended_call() {
  if (stage_.calm()) end_due_ = std::min(end_due_, stage_.now + kProperEnd);
}

/// A # may end the keys before it or belong to them: only the others are counted.
void Checks::key_pressed(char key) {
  if (entertained_) return;
  check_silence();
  if (key != '#') keys_ += key;
  last_key_ = stage_.now;
  caller_acted_ = true;
  held_with_.clear();  // keys are a turn, too
  quiet_from_now();
  proper_due_ = base::kNever;
}

void Checks::words_were_lost() {
  owed_ = rest_owed_ = false;
}

void Checks::held_by_caller(bool on) {
  was_held_ = true;
  held_ = on;
  proper_due_ = base::kNever;
  music(on);
}

/// Nothing that is said meanwhile is for us. When it is over without somebody else, the caller waits to hear why.
void Checks::attended(bool by_somebody) {
  attended_ = by_somebody;
  entertained(by_somebody);
}

void Checks::entertained(bool by_others) {
  if (entertained_) entertained_for_ += stage_.now - entertained_since_;
  entertained_since_ = stage_.now;
  entertained_ = by_others;
  rest_owed_ = false;
  owed_ = !by_others;
  proper_due_ = base::kNever;
  quiet_from_now();
}

void Checks::music(bool playing) {
  check_silence();
  music_ = playing;
  owed_ = rest_owed_ = false;
  quiet_from_now();
}

/// Why the caller waits for us, and since when.
Checks::Debt Checks::debt() const {
  if (last_words_begun_) return {};
  if (owed_) return {"the caller asked", quiet_since_};
  if (rest_owed_) return {"we were interrupted", quiet_since_};
  if (paused_ != 0) return {"playout is held", quiet_since_};
  if (!keys_.empty()) return {"keys were pressed", std::max(quiet_since_, last_key_ + kKeyPause)};
  for (const auto& [id, piece] : pieces_) {
    if (piece.played && !piece.sounded && piece.flushes == flushes_ && !piece.silent)
      return {"a piece waits to be heard", std::max(quiet_since_, piece.played_at)};
  }
  const auto last = pieces_.find(last_begun_);
  if (last == pieces_.end() || last->second.flushes != flushes_) return {};
  const bool open = std::any_of(last->second.chats.begin(), last->second.chats.end(),
                                [this](base::RequestId chat) { return open_chats_.contains(chat); });
  if (open) return {"the answer is not whole", quiet_since_};
  return {};
}

void Checks::check_silence() {
  if (!established_ || stage_.over || sounding_ != 0 || caller_sounds_ || music_ || entertained_) return;
  auto excused_until = quiet_since_;
  if (stage_.voice_out_from <= stage_.now && stage_.voice_out_until != base::kNever)
    excused_until = std::max(excused_until, stage_.voice_out_until + kVoiceRecovers);
  const auto network = stage_.world == World::network ? kNetworkDelay : Duration{0};
  if (stage_.now <= excused_until + kLongestSilence + network) return;
  const auto owed = debt();
  const auto silence = stage_.now - std::max(owed.since, excused_until);
  if (owed.why != nullptr && silence > kLongestSilence + network)
    stage_.violate(std::string("never silent for 3 s while an answer is owed: ") + owed.why, ms_text(silence));
  const auto any = stage_.settings.idle_prompt + kListening + network;
  if (stage_.now - excused_until > any)
    stage_.violate("no silence beyond " + ms_text(any), ms_text(stage_.now - excused_until));
}

void Checks::check_progress() {
  if (stage_.over) return;
  if (stage_.now > proper_due_ && !last_words_begun_)
    stage_.violate("a calm call answers properly", "no answer of the model within " + ms_text(kProperAnswer));
  if (stage_.now > end_due_) stage_.violate("a calm call ends when the model ends it", ms_text(kProperEnd));
  if (stage_.now > Instant{stage_.settings.soft_limit + entertained_for_ + kAfterLimit} && !entertained_)
    stage_.violate("every call ends", ms_text(stage_.now.since_start));
}

void Checks::passed(Instant next_wakeup) {
  check_silence();
  check_overlap();
  check_stops();
  check_progress();
  if (!stage_.over && established_ && next_wakeup == base::kNever) stage_.violate("a deadline in every state", "");
}

void Checks::on(const call::EndCall& command) {
  if (++ends_ > 1) stage_.violate("exactly one end", command.reason);
  if (command.reason.empty()) stage_.violate("every end has a reason", std::string(name(command.end_class)));
  if (command.end_class != call::EndClass::failed || !established_) return;
  if (faults_ == 0) stage_.violate("no failure without a fault", command.reason);
  if (stage_.calm_from != base::kNever && stage_.now > stage_.calm_from + kSettled)
    stage_.violate("a calm call does not fail", command.reason);
}

}  // namespace frontdesk::simulation
