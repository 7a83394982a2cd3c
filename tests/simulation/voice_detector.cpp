#include "simulation/voice_detector.hpp"

#include <algorithm>

namespace frontdesk::simulation {
namespace {

constexpr Duration kWindow = base::milliseconds(32);
constexpr int kWindowsThatSettle = 10;  // after them the segmenter's state does not change any more

Instant window_at(Instant at) {
  return Instant{kWindow * (at.since_start / kWindow)};
}

}  // namespace

void VoiceDetector::sound(Instant until) {
  from_ = stage_.now;
  until_ = until;
  weak_ = stage_.chance(0.1) ? 0.3F : 0.9F;
  if (running_) return;
  running_ = true;
  next_ = std::max(next_, window_at(from_));
  stage_.at(next_ + kWindow, [this] { window(); });
}

float VoiceDetector::probability(Instant start) const {
  const auto covered = std::min(until_, start + kWindow) - std::max(from_, start);
  if (covered * 2 < kWindow) return covered > Duration{0} ? 0.15F : 0.01F;
  const bool second = start > from_ && start < from_ + kWindow;
  return second ? weak_ : 0.9F;
}

/// At the end of a window.
void VoiceDetector::window() {
  if (stopped_) return;
  const auto mark = segmenter_.push(next_, kWindow, probability(next_));
  next_ = next_ + kWindow;
  if (mark) {
    const auto heard = next_tick(next_) + stage_.between(1, 5);
    stage_.at(heard, [this, told = *mark] {
      if (!stopped_) report(told);
    });
  }
  if (next_ > until_ + kWindow * kWindowsThatSettle) {
    running_ = false;
    return;
  }
  // Nothing changes in the middle of a long sound.
  if (segmenter_.in_speech() && next_ > from_ + kWindow * kWindowsThatSettle)
    next_ = std::max(next_, window_at(until_) - kWindow * 2);
  stage_.at(next_ + kWindow, [this] { window(); });
}

}  // namespace frontdesk::simulation
