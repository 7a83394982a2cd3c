#include "meter/speech_activity.hpp"

#include <algorithm>
#include <utility>

#include "audio/levels.hpp"

namespace frontdesk::meter {
namespace {

constexpr double kAssumedFloorDbfs = -52;  ///< until some line noise has been heard
constexpr double kHighestFloorDbfs = -38;  ///< louder than this is no noise floor
constexpr double kHysteresisDb = 3;
constexpr std::size_t kFloorBlocks = 600;  ///< 3 s of 5 ms blocks
constexpr std::size_t kBlocksToLearn = 20;
constexpr std::size_t kFloorEvery = 20;  ///< blocks between two estimates
constexpr double kAttack = 0.3;
constexpr double kReleasePerBlockDb = 0.01;        ///< 2 dB a second of sound
constexpr std::int64_t kRunGapBlocks = 2;          ///< between the pulses of a creaky voice
constexpr std::int64_t kShortestRunInStretch = 2;  ///< the burst of a final "t" counts, a click does not

}  // namespace

SpeechActivityMeter::SpeechActivityMeter(const ActivityOptions& options)
    : options_(options),
      block_samples_(static_cast<std::size_t>(options.rate) * 5 / 1000),
      floor_(kAssumedFloorDbfs),
      speech_level_(audio::kSilenceDbfs) {
  partial_.reserve(block_samples_);
  recent_.reserve(kFloorBlocks);
}

void SpeechActivityMeter::push(audio::PcmView pcm) {
  while (!pcm.empty()) {
    if (partial_.empty() && pcm.size() >= block_samples_) {
      on_block(pcm.first(block_samples_));
      pcm = pcm.subspan(block_samples_);
      continue;
    }
    const std::size_t count = std::min(block_samples_ - partial_.size(), pcm.size());
    partial_.insert(partial_.end(), pcm.begin(), pcm.begin() + static_cast<std::ptrdiff_t>(count));
    pcm = pcm.subspan(count);
    if (partial_.size() < block_samples_) continue;
    on_block(partial_);
    partial_.clear();
  }
}

double SpeechActivityMeter::threshold_to_begin() const {
  return std::max({options_.quietest_sound_dbfs, floor_ + options_.above_noise_db,
                   speech_level_ - options_.below_speech_db + kHysteresisDb});
}

void SpeechActivityMeter::learn_floor(double level) {
  if (recent_.size() < kFloorBlocks) {
    recent_.push_back(level);
  } else {
    recent_[recent_next_] = level;
  }
  recent_next_ = (recent_next_ + 1) % kFloorBlocks;
  if (recent_.size() < kBlocksToLearn || recent_next_ % kFloorEvery != 0) return;
  auto levels = recent_;
  const auto tenth = levels.begin() + static_cast<std::ptrdiff_t>(levels.size() / 10);
  std::nth_element(levels.begin(), tenth, levels.end());
  floor_ = std::min(*tenth, kHighestFloorDbfs);
}

void SpeechActivityMeter::on_block(audio::PcmView block) {
  const double level = audio::rms_dbfs(block);
  learn_floor(level);
  const double to_begin = threshold_to_begin();
  ++blocks_;
  if (level >= to_begin - kHysteresisDb) {
    on_sound_block(level, to_begin);
  } else {
    on_silent_block();
  }
}

void SpeechActivityMeter::on_sound_block(double level, double to_begin) {
  if (!run_) run_ = Run{blocks_ - 1, blocks_, false};
  run_->end = blocks_;
  run_->loud = run_->loud || level >= to_begin;
  const std::int64_t wanted = open_ ? kShortestRunInStretch : options_.shortest_sound / kBlock;
  if (!run_->loud || run_->end - run_->first < wanted) return;
  if (!open_) open_ = run_->first;
  last_sound_block_ = run_->end;
  speech_level_ =
      level > speech_level_ ? speech_level_ + kAttack * (level - speech_level_) : speech_level_ - kReleasePerBlockDb;
}

void SpeechActivityMeter::on_silent_block() {
  if (run_ && blocks_ - run_->end > kRunGapBlocks) run_.reset();
  if (open_ && !run_ && at(blocks_ - last_sound_block_) >= options_.hangover) close();
}

void SpeechActivityMeter::close() {
  closed_.push_back({at(*open_), at(last_sound_block_)});
  open_.reset();
}

void SpeechActivityMeter::finish() {
  if (open_) close();
  run_.reset();
}

std::optional<base::Duration> SpeechActivityMeter::open_since() const {
  if (!open_) return std::nullopt;
  return at(*open_);
}

base::Duration SpeechActivityMeter::settled() const {
  if (open_) return at(last_sound_block_);
  return run_ ? at(run_->first) : at(blocks_);
}

std::vector<Stretch> SpeechActivityMeter::take() {
  return std::exchange(closed_, {});
}

std::vector<Stretch> find_stretches(audio::PcmView pcm, const ActivityOptions& options) {
  SpeechActivityMeter meter(options);
  meter.push(pcm);
  meter.finish();
  return meter.take();
}

}  // namespace frontdesk::meter
