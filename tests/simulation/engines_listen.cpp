// The simulated recogniser and turn detector.
#include "simulation/engines.hpp"

namespace frontdesk::simulation {
namespace {

constexpr int kPartials = 24;
constexpr Duration kPartialDelay = base::milliseconds(150);
constexpr Duration kMarksLate = base::milliseconds(250);  // the shell's clock against the caller's

}  // namespace

void Engines::begin_utterance(Instant from) {
  utterance_from_ = from;
  utterance_open_ = true;
  ++utterance_;
  partial_later(kPartials);
}

void Engines::end_utterance() {
  transcription_ = 0;
  utterance_open_ = false;
}

/// In the network world marks are later than what they mark.
std::string Engines::recognised(Instant from, Instant until) const {
  const auto early = stage_.world == World::network ? kMarksLate : Duration{0};
  return caller_.words(from - early, until);
}

void Engines::partial_later(int left) {
  stage_.later(stage_.between(300, 500), [this, left, utterance = utterance_] {
    if (utterance != utterance_ || !utterance_open_ || stage_.over) return;
    auto text = recognised(utterance_from_, stage_.now - kPartialDelay);
    if (!text.empty() && stage_.chance(0.7) && !stage_.chance(stage_.faults.stt_failed))
      stage_.send(call::PartialTranscript{base::Pii<std::string>(std::move(text))});
    if (left > 0) partial_later(left - 1);
  });
}

void Engines::transcribe(const call::Transcribe& command) {
  const auto request = command.request;
  transcription_ = request;
  const auto& faults = stage_.faults;
  auto after = stage_.between(30, 600);
  if (stage_.chance(faults.stt_never)) return checks_.fault();
  if (stage_.chance(faults.stt_slow)) {
    checks_.fault();
    after = stage_.between(600, 5000);
  }
  stage_.later(after, [this, request, from = utterance_from_, until = command.until] {
    answer_transcription(request, from, until);
  });
}

void Engines::answer_transcription(base::RequestId request, Instant from, Instant until) {
  const bool stale = request != transcription_;
  if (stage_.chance(stage_.faults.stt_failed))
    return checks_.fault(), tell(call::TranscriptionFailed{request, broken("stt")}, stale);
  call::FinalTranscript answer;
  answer.request = request;
  answer.confidence = 0.9F;
  auto words = recognised(from, until);
  if (!stage_.chance(stage_.faults.stt_empty))
    answer.text = base::Pii<std::string>(std::move(words));
  else if (!stale && !words.empty())
    checks_.words_were_lost();
  tell(std::move(answer), stale);
}

void Engines::predict(const call::PredictTurnEnd& command) {
  const auto& faults = stage_.faults;
  if (stage_.chance(faults.turns_never)) return;
  const bool done = caller_.in_utterance() == stage_.chance(faults.turns_wrong);
  const auto probability = static_cast<float>(stage_.random.between(done ? 60 : 0, done ? 100 : 40)) / 100.0F;
  const auto after = stage_.chance(faults.turns_slow) ? stage_.between(300, 3000) : stage_.between(15, 120);
  stage_.later(after, [this, answer = call::TurnEndPredicted{command.request, probability}] { tell(answer, false); });
}

}  // namespace frontdesk::simulation
