// The recording of a call: nothing before the decision, silence in its pauses, its clock that of the call.
#include "base/clock.hpp"
#include "runtime/call_host.hpp"

namespace frontdesk::runtime {

void CallHost::record(audio::PcmView heard, audio::PcmView played) {
  if (!recording_) {
    unrecorded_ += heard.size();
  } else if (auto block = recorder_.add(heard, played)) {
    around_.records.sound(number_, std::move(*block));
  }
}

void CallHost::hand_over_sound() {
  if (auto rest = recorder_.take_rest(); !rest.empty()) around_.records.sound(number_, std::move(rest));
}

void CallHost::on(call::NoteConsent& command, base::Instant) {
  around_.records.consent(number_, {std::move(command), base::wall_now()});
}

void CallHost::on(call::StartRecording&, base::Instant) {
  if (std::exchange(recording_, true)) return;
  around_.records.recording_begins(number_, std::exchange(unrecorded_, 0));
}

void CallHost::on(call::PauseRecording&, base::Instant) {
  discretion_.numbers = true;
  recorder_.set_redacted(true);
  overhearing_.set_redacted(true);
}

void CallHost::on(call::ResumeRecording&, base::Instant) {
  discretion_.numbers = false;
  recorder_.set_redacted(false);
  overhearing_.set_redacted(false);
}

void CallHost::on(call::StopRecording&, base::Instant) {
  hand_over_sound();
  recording_ = false;
}

void CallHost::on_listen(std::shared_ptr<Ears> ears) {
  note(ears ? "# people listen from here on" : "# nobody listens any more");
  overhearing_.change(std::move(ears), discretion_.numbers);
}

/// The machine may refuse, at once: then the call stays the receptionist's.
void CallHost::on_speak(std::shared_ptr<OperatorVoice> voice, base::Instant now) {
  if (over_ || operator_.speaking()) return void(voice->over = true);
  const auto who = voice->who;
  attended_ = false;
  handle(call::OperatorTookOver{who}, now);
  if (over_ || !attended_) return void(voice->over = true);
  operator_.begin(std::move(voice), now);
}

std::string CallHost::on_order(call::Event event, base::Instant now) {
  refusal_.clear();
  handle(std::move(event), now);
  return std::exchange(refusal_, {});
}

void CallHost::on(call::RefuseOrder& command, base::Instant) {
  refusal_ = std::move(command.reason);
}

void CallHost::on(call::ShowAttendant& command, base::Instant) {
  attended_ = !command.who.empty();
  operator_.attended(attended_);
}

/// Who is gone without a word has given the call back: the receptionist says so to the caller.
void CallHost::play_operator(base::Instant now) {
  if (!media_ || operator_.tick(*media_, music_sound_ != 0 || bridged(), last_sound_, now)) return;
  const auto who = operator_.who();
  operator_.finish();
  handle(call::OperatorGaveBack{who}, now);
}

void CallHost::on(call::HideKeys&, base::Instant) {
  discretion_.keys = true;
}

}  // namespace frontdesk::runtime
