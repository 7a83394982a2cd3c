#include "caller/narrator.hpp"

#include "caller/transcriber.hpp"

namespace frontdesk::caller {

Narrator::Narrator(const CallPlan& plan, const Engines& engines, std::size_t calls)
    : plan_(plan), engines_(engines), calls_(calls), events_(kCapacity, [this] {
        const std::lock_guard lock(mutex_);
        pending_ = true;
        woken_.notify_one();
      }) {}

void Narrator::push(SpokenEvent event) {
  // Refused only when the recogniser is hopelessly behind: complete() finds no transcript.
  if (!events_.push(std::move(event))) return;
}

void Narrator::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  woken_.notify_one();
}

void Narrator::work_until_closed() {
  std::vector<SpokenEvent> batch;
  bool closed = false;
  while (!closed) {
    {
      std::unique_lock lock(mutex_);
      woken_.wait(lock, [this] { return pending_ || closed_; });
      pending_ = false;
      closed = closed_;
    }
    events_.drain(batch);
    for (const SpokenEvent& event : batch) tell(event);
  }
}

std::string Narrator::words_of(const SpokenEvent& event) {
  if (engines_.stt == nullptr) return "(spoke)";
  auto text = transcribe(event.sound, *engines_.stt);
  transcripts_.insert_or_assign(Place{event.call, event.step}, text);
  if (!text) return "(not transcribed: " + text.error().message + ")";
  return text->empty() ? "(no words recognised)" : *text;
}

void Narrator::tell(const SpokenEvent& event) {
  if (event.by_receptionist) {
    const std::string gap = event.gap ? " (" + std::to_string(base::to_ms(*event.gap)) + " ms)" : "";
    return say(event.call, "receptionist", words_of(event) + gap);
  }
  if (!event.step) return;
  const Step& step = plan_.steps[*event.step];
  const std::string_view before = step.kind == StepKind::play     ? "(plays) "
                                  : step.kind == StepKind::digits ? "(presses) "
                                  : step.barge_in_after           ? "(interrupts) "
                                                                  : "";
  say(event.call, "caller", std::string(before) + step.text);
}

void Narrator::say(std::size_t call, std::string_view who, const std::string& what) const {
  if (!engines_.narrate) return;
  constexpr std::size_t kColumns = 14;
  std::string line = calls_ > 1 ? "[" + std::to_string(call + 1) + "] " : "";
  line += std::string(who) + ":";
  line.append(who.size() + 1 < kColumns ? kColumns - who.size() - 1 : 1, ' ');
  engines_.narrate(line + what);
}

void Narrator::complete(std::vector<CallLog>& logs) const {
  if (engines_.stt == nullptr) return;
  const auto fill = [this](ReplyLog& reply, const Place& place) {
    if (!reply.heard) return;
    const auto found = transcripts_.find(place);
    if (found == transcripts_.end()) {
      reply.transcription_failed = "the recogniser could not keep up";
    } else if (found->second) {
      reply.transcript = *found->second;
    } else {
      reply.transcription_failed = found->second.error().message;
    }
  };
  for (std::size_t call = 0; call < logs.size(); ++call) {
    fill(logs[call].greeting, {call, std::nullopt});
    for (std::size_t step = 0; step < logs[call].steps.size(); ++step) fill(logs[call].steps[step].reply, {call, step});
  }
}

}  // namespace frontdesk::caller
