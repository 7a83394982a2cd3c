#include "simulation/caller.hpp"

#include <algorithm>
#include <array>

namespace frontdesk::simulation {
namespace {

constexpr std::array kVocabulary = {"hello", "table", "tomorrow", "seven",   "please",
                                    "the",   "my",    "open",     "parking", "thanks"};
constexpr std::array kBackchannels = {"Mm.", "Okay.", "Yeah.", "Right.", "Uh-huh."};
constexpr int kCalmQuestions = 3;

}  // namespace

void Caller::established() {
  decide_soon(1500, 15000);
  if (stage_.calm_from == base::kNever && stage_.chance(0.5))
    stage_.later(stage_.between(500, 90000), [this] { hang_up(); });
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
    const bool backchannel = stage_.chance(stage_.faults.backchannel);
    if (!backchannel && !stage_.chance(stage_.faults.barge_in)) return;
    stage_.later(stage_.between(20, 2500), [this, plan = plan_, backchannel] {
      if (plan != plan_ || gone_ || !hearing_) return;
      if (!backchannel) return react();
      const auto* word = kBackchannels[stage_.random.below(kBackchannels.size())];
      this->sound(stage_.between(200, 450), {word}, {.answerable = false});
    });
  } else if (!in_utterance_) {
    decide_soon(200, 4000);
  }
}

/// Over our words.
void Caller::react() {
  if (stage_.chance(0.6)) return speak({.segments_left = static_cast<int>(stage_.random.between(1, 3))});
  if (stage_.chance(0.7)) return sound(stage_.between(200, 1500), {}, {});
  press_keys(static_cast<int>(stage_.random.between(1, 4)), 100, 1500);
}

/// After our words.
void Caller::act() {
  const auto& faults = stage_.faults;
  if (stage_.calm() && calm_questions_++ >= kCalmQuestions) return say_goodbye();
  if (stage_.chance(faults.abuse)) return abuse();
  if (stage_.chance(faults.line_sounds)) return listen_to_music();
  if (stage_.chance(faults.silence)) return decide_soon(20000, 60000);
  if (stage_.chance(faults.noise)) return sound(stage_.between(200, stage_.chance(0.9) ? 2500 : 20000), {}, {});
  if (stage_.chance(faults.keys)) return press_keys(static_cast<int>(stage_.random.between(1, 12)), 100, 1500);
  if (!stage_.calm() && stage_.chance(0.03)) return hang_up();
  speak({.segments_left = static_cast<int>(stage_.random.between(1, 4))});
}

void Caller::abuse() {
  switch (stage_.random.below(6)) {
    case 0:  // shouts
      return sound(stage_.between(20000, 70000), {}, {});
    case 1:  // does not draw breath
      return speak({.segments_left = static_cast<int>(stage_.random.between(20, 60)), .breathless = true});
    case 2:
      return sound(base::milliseconds(700), {"blah", "blah", "blah."}, {});
    case 3:
      return press_keys(static_cast<int>(stage_.random.between(50, 200)), 40, 120);
    case 4:  // says nothing any more
      ++plan_;
      return;
    default:
      return hang_up();
  }
}

void Caller::listen_to_music() {
  constexpr std::array kSounds = {call::LineSound::music, call::LineSound::beep, call::LineSound::fax};
  const auto kind = kSounds[stage_.random.below(kSounds.size())];
  if (kind != call::LineSound::music) {
    stage_.send(call::LineSoundHeard{kind});
    return decide_soon(2000, 10000);
  }
  const auto length = stage_.between(4000, 40000);
  stage_.later(stage_.between(1000, 2000), [this] {
    if (gone_) return;
    checks_.music(true);
    stage_.send(call::LineSoundHeard{call::LineSound::music});
  });
  stage_.later(length, [this] {
    if (!gone_) checks_.music(false);
  });
  sound(length, {}, {});
}

void Caller::hang_up() {
  if (gone_ || stage_.over) return;
  stage_.send(call::LegEnded{"the caller hung up"});
}

/// In the liveness phase: the model ends the call, or the caller does.
void Caller::say_goodbye() {
  stage_.faults.chat_ends = 1;
  speak({.segments_left = 1});
  stage_.later(base::seconds(45), [this] { hang_up(); });
}

void Caller::press_keys(int keys_left, int low_ms, int high_ms) {
  if (gone_) return;
  if (stage_.world == World::network) {  // a telephone event takes its time
    low_ms = std::max(low_ms, 250);
    high_ms = std::max(high_ms, 400);
  }
  constexpr std::string_view kKeys = "0123456789*#";
  telephone->key(kKeys[stage_.random.below(kKeys.size())]);
  if (keys_left <= 1) return decide_soon(20000, 40000);
  stage_.later(stage_.between(low_ms, high_ms), [=, this] { press_keys(keys_left - 1, low_ms, high_ms); });
}

std::vector<std::string> Caller::make_words(Duration length, bool last) {
  std::vector<std::string> words(static_cast<std::size_t>(base::to_ms(length) / 300 + 1));
  for (auto& word : words) word = kVocabulary[stage_.random.below(kVocabulary.size())];
  if (last && stage_.chance(0.7)) words.back() += stage_.chance(0.5) ? "." : "?";
  return words;
}

void Caller::speak(Plan plan) {
  if (speaking_ || gone_) return;
  if (!in_utterance_) calm_utterance_ = stage_.calm() && !hearing_;
  in_utterance_ = true;
  const auto length = stage_.between(250, 2500);
  --plan.segments_left;
  auto words = make_words(length, plan.segments_left <= 0);
  sound(length, std::move(words), plan);
}

void Caller::sound(Duration length, std::vector<std::string> words, Plan plan) {
  if (speaking_ || gone_) return;
  ++plan_;
  speaking_ = true;
  checks_.caller_sound_starts();
  spoken_.push_back({stage_.now, stage_.now + length, std::move(words)});
  telephone->sound(length);
  stage_.later(length, [this, plan] { sound_ended(plan); });
}

void Caller::sound_ended(Plan plan) {
  if (gone_) return;
  speaking_ = false;
  checks_.caller_sound_ends(!spoken_.back().words.empty() && plan.answerable);
  if (plan.segments_left > 0) {
    const auto pause = plan.breathless ? stage_.between(10, 110) : stage_.between(300, 1500);
    stage_.later(pause, [this, plan, number = ++plan_] {
      if (number == plan_ && !gone_) speak(plan);
    });
    return;
  }
  if (std::exchange(in_utterance_, false) && calm_utterance_) checks_.question_ends();
  decide_soon(40000, 90000);  // waits for an answer, for longer than any answer may take
}

std::string Caller::words(Instant from, Instant until) const {
  std::string text;
  for (const auto& segment : spoken_) {
    if (segment.end < from || segment.start > until) continue;
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
