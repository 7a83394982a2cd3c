#include "simulation/caller.hpp"

#include <array>

namespace frontdesk::simulation {
namespace {

constexpr std::array kVocabulary = {"hello", "table", "tomorrow", "seven",   "please",
                                    "the",   "my",    "open",     "parking", "thanks"};

}  // namespace

void Caller::established() {
  decide_soon(1500, 15000);
  if (stage_.chance(0.5)) stage_.later(stage_.between(500, 90000), [this] { hang_up(); });
}

void Caller::leaves() {
  gone_ = true;
  if (speaking_) checks_.caller_sound_ends(false);
  speaking_ = false;
}

void Caller::decide_soon(int low_ms, int high_ms) {
  stage_.later(stage_.between(low_ms, high_ms), [this, plan = ++plan_] {
    if (plan == plan_ && !gone_) act();
  });
}

void Caller::hears(bool sound) {
  hearing_ = sound;
  if (gone_ || speaking_) return;
  if (sound) {
    if (in_utterance_ && stage_.chance(stage_.faults.talks_over)) return;  // goes on all the same
    in_utterance_ = false;
    ++plan_;
    if (!stage_.chance(stage_.faults.barge_in)) return;
    stage_.later(stage_.between(20, 2500), [this, plan = plan_] {
      if (plan == plan_ && !gone_ && hearing_) react();
    });
  } else if (!in_utterance_) {
    decide_soon(200, 4000);
  }
}

/// Over our words.
void Caller::react() {
  if (stage_.chance(0.5)) return speak(static_cast<int>(stage_.random.between(1, 3)));
  if (stage_.chance(0.4)) return sound(stage_.between(200, 400), {"Mm."}, 0);
  if (stage_.chance(0.5)) return sound(stage_.between(200, 1500), {}, 0);
  press_keys(static_cast<int>(stage_.random.between(1, 4)));
}

/// After our words.
void Caller::act() {
  const auto& faults = stage_.faults;
  if (stage_.chance(faults.silence)) return decide_soon(20000, 60000);
  if (stage_.chance(faults.noise)) return sound(stage_.between(200, stage_.chance(0.9) ? 2500 : 20000), {}, 0);
  if (stage_.chance(faults.keys)) return press_keys(static_cast<int>(stage_.random.between(1, 12)));
  if (stage_.chance(0.03)) return hang_up();
  speak(static_cast<int>(stage_.random.between(1, 4)));
}

void Caller::hang_up() {
  if (gone_ || stage_.over) return;
  stage_.send(call::LegEnded{"the caller hung up"});
}

void Caller::press_keys(int keys_left) {
  if (gone_) return;
  constexpr std::string_view kKeys = "0123456789*#";
  checks_.key_pressed();
  stage_.send(call::DigitPressed{kKeys[stage_.random.below(kKeys.size())]});
  if (keys_left <= 1) return decide_soon(20000, 40000);
  stage_.later(stage_.between(100, 1500), [this, keys_left] { press_keys(keys_left - 1); });
}

std::vector<std::string> Caller::make_words(Duration length, bool last) {
  std::vector<std::string> words(static_cast<std::size_t>(base::to_ms(length) / 300 + 1));
  for (auto& word : words) word = kVocabulary[stage_.random.below(kVocabulary.size())];
  if (last && stage_.chance(0.7)) words.back() += stage_.chance(0.5) ? "." : "?";
  return words;
}

void Caller::speak(int segments_left) {
  in_utterance_ = true;
  const auto length = stage_.between(250, 2500);
  sound(length, make_words(length, segments_left <= 1), segments_left - 1);
}

void Caller::sound(Duration length, std::vector<std::string> words, int segments_left) {
  if (speaking_ || gone_) return;
  ++plan_;
  speaking_ = true;
  const auto start = stage_.now;
  checks_.caller_sound_starts();
  spoken_.push_back({start, start + length, std::move(words)});
  // Four windows of 32 ms make a start or a stop; where a window begins is chance.
  stage_.later(stage_.between(128, 160), [this, start] {
    if (stage_.plant == Plant::deaf && hearing_) return;
    stage_.send(call::SpeechStarted{start});
  });
  if (stage_.chance(0.5))
    stage_.later(length / 2 + base::milliseconds(160), [this, start, middle = start + length / 2] {
      stage_.send(call::PartialTranscript{base::Pii<std::string>(this->words(start, middle))});
    });
  stage_.later(length, [this, segments_left] { sound_ended(segments_left); });
}

void Caller::sound_ended(int segments_left) {
  if (gone_) return;
  speaking_ = false;
  checks_.caller_sound_ends(!spoken_.back().words.empty());
  stage_.later(stage_.between(128, 160), [this, end = stage_.now] { stage_.send(call::SpeechStopped{end}); });
  if (segments_left > 0) {
    stage_.later(stage_.between(300, 1500), [this, segments_left, plan = ++plan_] {
      if (plan == plan_ && !gone_) speak(segments_left);
    });
    return;
  }
  in_utterance_ = false;
  decide_soon(40000, 90000);  // waits for an answer, for longer than any answer may take
}

std::string Caller::words(Instant from, Instant until) const {
  std::string text;
  for (const auto& segment : spoken_) {
    const auto each = (segment.end - segment.start) / static_cast<int>(std::max<std::size_t>(segment.words.size(), 1));
    auto at = segment.start;
    for (const auto& word : segment.words) {
      if (at >= from && at + each <= until) text += (text.empty() ? "" : " ") + word;
      at = at + each;
    }
  }
  return text;
}

}  // namespace frontdesk::simulation
