#include "meter/turn_gap.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace frontdesk::meter {

TurnGapMeter::TurnGapMeter(const ActivityOptions& options) : caller_(options), receptionist_(options) {}

void TurnGapMeter::push(audio::PcmView caller, audio::PcmView receptionist) {
  FRONTDESK_ASSERT(caller.size() == receptionist.size());
  caller_.activity.push(caller);
  receptionist_.activity.push(receptionist);
  collect(caller_, true);
  collect(receptionist_, false);
  release(std::min(caller_.activity.settled(), receptionist_.activity.settled()));
}

void TurnGapMeter::collect(Direction& direction, bool caller) {
  for (const Stretch& stretch : direction.activity.take()) {
    if (!direction.announced) pending_.push_back({stretch.start, caller, true});
    pending_.push_back({stretch.end, caller, false});
    direction.announced.reset();
  }
  const auto open = direction.activity.open_since();
  if (!open || direction.announced) return;
  pending_.push_back({*open, caller, true});
  direction.announced = open;
}

/// Boundaries of both directions in the order of time; at the same time an end comes first.
void TurnGapMeter::release(base::Duration up_to) {
  std::stable_sort(pending_.begin(), pending_.end(), [](const Boundary& a, const Boundary& b) {
    return a.at != b.at ? a.at < b.at : a.begins < b.begins;
  });
  std::size_t done = 0;
  for (; done < pending_.size() && pending_[done].at <= up_to; ++done) {
    const Boundary& boundary = pending_[done];
    if (boundary.caller) {
      boundary.begins ? on_caller_begins(boundary.at) : on_caller_ends(boundary.at);
    } else {
      boundary.begins ? on_receptionist_begins(boundary.at) : on_receptionist_ends(boundary.at);
    }
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(done));
}

void TurnGapMeter::finish() {
  caller_.activity.finish();
  receptionist_.activity.finish();
  collect(caller_, true);
  collect(receptionist_, false);
  release(std::max(caller_.activity.position(), receptionist_.activity.position()));
  close_barge_in();
}

ConversationMeasurement TurnGapMeter::take() {
  return std::exchange(decided_, {});
}

void TurnGapMeter::on_caller_begins(base::Duration at) {
  caller_sounds_ = true;
  if (receptionist_sounds_ && !barge_in_) barge_in_ = OpenBargeIn{at, std::nullopt};
  if (!turn_) turn_ = OpenTurn{at, at, std::nullopt, false};
}

void TurnGapMeter::on_caller_ends(base::Duration at) {
  caller_sounds_ = false;
  if (barge_in_ && barge_in_->stopped) close_barge_in();
  if (!turn_) return;
  turn_->end = at;
  if (!turn_->spoken_over_at) return;
  decided_.turns.push_back({turn_->start, at, *turn_->spoken_over_at, TurnKind::talk_over});
  if (turn_->reply_given_up) {
    turn_->spoken_over_at.reset();
    turn_->reply_given_up = false;
  } else {
    turn_.reset();
  }
}

void TurnGapMeter::on_receptionist_begins(base::Duration at) {
  receptionist_sounds_ = true;
  if (barge_in_ && barge_in_->stopped) {
    if (caller_sounds_ && at - *barge_in_->stopped < kBargeInSilence) {
      barge_in_->stopped.reset();
      return;
    }
    close_barge_in();
  }
  if (!turn_) return;
  if (!caller_sounds_) {
    decided_.turns.push_back({turn_->start, turn_->end, at, TurnKind::reply});
    turn_.reset();
  } else if (!turn_->spoken_over_at) {
    turn_->spoken_over_at = at;
    turn_->reply_given_up = false;
  }
}

void TurnGapMeter::on_receptionist_ends(base::Duration at) {
  receptionist_sounds_ = false;
  if (turn_ && turn_->spoken_over_at && caller_sounds_) turn_->reply_given_up = true;
  if (!barge_in_) return;
  barge_in_->stopped = at;
  if (!caller_sounds_) close_barge_in();
}

void TurnGapMeter::close_barge_in() {
  if (!barge_in_ || !barge_in_->stopped) return;
  const BargeIn measured{barge_in_->start, *barge_in_->stopped, *barge_in_->stopped - barge_in_->start <= kYieldLimit};
  decided_.barge_ins.push_back(measured);
  // Words that the receptionist talked on through were no turn.
  if (!measured.yielded && turn_ && !caller_sounds_ && turn_->start == measured.caller_start) turn_.reset();
  barge_in_.reset();
}

ConversationMeasurement measure_conversation(audio::PcmView caller, audio::PcmView receptionist, int rate) {
  ActivityOptions options;
  options.rate = rate;
  TurnGapMeter meter(options);
  const std::size_t frame = audio::samples_for(10, rate);
  const std::size_t length = std::max(caller.size(), receptionist.size());
  audio::Pcm caller_frame(frame);
  audio::Pcm receptionist_frame(frame);
  const auto copy = [frame](audio::PcmView from, std::size_t at, audio::Pcm& to) {
    std::fill(to.begin(), to.end(), audio::Sample{0});
    if (at < from.size())
      std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(at), std::min(frame, from.size() - at), to.begin());
  };
  for (std::size_t at = 0; at < length; at += frame) {
    copy(caller, at, caller_frame);
    copy(receptionist, at, receptionist_frame);
    meter.push(caller_frame, receptionist_frame);
  }
  meter.finish();
  return meter.take();
}

}  // namespace frontdesk::meter
