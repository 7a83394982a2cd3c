#include "media/line_sounds/tone_detector.hpp"

#include <algorithm>
#include <cmath>

#include "audio/levels.hpp"

namespace frontdesk::line_sounds {
namespace {

constexpr std::int64_t frames(int ms) {
  return ms / audio::kFrameMs;
}

constexpr float kLowestHertz = 200;
constexpr float kHighestHertz = 3700;
constexpr std::size_t kLobeBins = 2;  ///< to each side of a tone, under the window used
constexpr float kPurity = 0.9F;       ///< of the power lies in one tone; a DTMF digit has half
constexpr double kQuietestTone = -40;
constexpr float kSameToneHertz = 15;
constexpr double kSameLevelDb = 6;
constexpr double kSilenceBelowDb = 20;  ///< under the tone

// Below are ringing and busy tones (425 Hz in most of Europe), above is the fax.
constexpr float kLowestBeep = 500;
constexpr float kHighestBeep = 2000;
constexpr std::int64_t kShortestBeep = 4;  ///< frames whose window lies in a tone of 120 ms
constexpr std::int64_t kLongestBeep = frames(3000);
constexpr std::int64_t kEdge = 2;  ///< frames in which a tone rises or dies away
constexpr std::int64_t kSilenceAfter = frames(300);
constexpr std::int64_t kSequence = frames(600);         ///< tones closer than this are a signal of the exchange
constexpr std::int64_t kNoSecondBeep = frames(10'000);  ///< repeated tones are a cadence

constexpr float kCallingTone = 1100;
constexpr float kCallingTolerance = 40;
constexpr std::int64_t kCallingShortest = frames(400);
constexpr std::int64_t kCallingLongest = frames(600);
constexpr std::int64_t kCallingPauseShortest = frames(2500);
constexpr std::int64_t kCallingPauseLongest = frames(3600);
constexpr float kAnsweringTone = 2100;
constexpr float kAnsweringTolerance = 20;
constexpr std::int64_t kAnsweringLength = frames(1000);

}  // namespace

ToneDetector::ToneDetector() : spectrum_(kSpectrumSamples), recent_(kSpectrumSamples) {}

ToneDetector::Moment ToneDetector::look(audio::PcmView frame) {
  const auto keep = static_cast<std::ptrdiff_t>(std::min(frame.size(), recent_.size()));
  std::rotate(recent_.begin(), recent_.begin() + keep, recent_.end());
  std::copy(frame.end() - keep, frame.end(), recent_.end() - keep);
  Moment moment{audio::rms_dbfs(frame), 0};
  if (moment.level_dbfs < kQuietestTone) return moment;
  const auto power = spectrum_.of(recent_);
  const auto first = static_cast<std::size_t>(kLowestHertz / spectrum_.hertz_per_bin());
  const auto last = static_cast<std::size_t>(kHighestHertz / spectrum_.hertz_per_bin());
  float total = 1;
  std::size_t top = first;
  for (auto i = first; i < last; ++i) {
    total += power[i];
    if (power[i] > power[top]) top = i;
  }
  float in_tone = 0;
  for (auto i = top - kLobeBins; i <= top + kLobeBins; ++i) in_tone += power[i];
  if (in_tone >= kPurity * total) moment.hertz = spectrum_.frequency_of_peak(top);
  return moment;
}

bool ToneDetector::goes_on(const Moment& moment) const {
  return moment.hertz > 0 && std::abs(moment.hertz - running_->hertz) <= kSameToneHertz &&
         std::abs(moment.level_dbfs - running_->level_dbfs) <= kSameLevelDb;
}

void ToneDetector::begin(const Moment& moment) {
  running_ = Tone{moment.hertz, moment.level_dbfs, now_, now_};
  running_->alone = !before_ || now_ - before_->last > kSequence;
}

std::optional<ToneSound> ToneDetector::push(audio::PcmView frame) {
  ++now_;
  const auto moment = look(frame);
  if (running_ && goes_on(moment)) {
    running_->last = now_;
    running_->level_dbfs = std::max(running_->level_dbfs, moment.level_dbfs);
    return judge_running();
  }
  if (running_) {
    // A frame or two at the edges of a longer tone are no tone of their own.
    if (running_->length() > kEdge) before_ = ended_ = running_;
    running_.reset();
  }
  if (moment.hertz > 0) begin(moment);
  if (!ended_) return judge_silence();
  const bool silent = moment.level_dbfs <= ended_->level_dbfs - kSilenceBelowDb;
  if (!silent && now_ - ended_->last > kEdge) ended_.reset();
  return judge_silence();
}

std::optional<ToneSound> ToneDetector::judge_running() {
  auto& tone = *running_;
  if (tone.reported || tone.length() < kAnsweringLength || std::abs(tone.hertz - kAnsweringTone) > kAnsweringTolerance)
    return std::nullopt;
  tone.reported = true;
  return ToneSound::fax;
}

bool ToneDetector::is_calling_tone(const Tone& tone) const {
  return std::abs(tone.hertz - kCallingTone) <= kCallingTolerance && tone.length() >= kCallingShortest &&
         tone.length() <= kCallingLongest;
}

bool ToneDetector::may_be_beep(const Tone& tone) const {
  const bool repeated = last_beep_ && tone.first - last_beep_->last < kNoSecondBeep &&
                        std::abs(tone.hertz - last_beep_->hertz) <= kSameToneHertz;
  return tone.alone && !repeated && tone.hertz >= kLowestBeep && tone.hertz <= kHighestBeep &&
         tone.length() >= kShortestBeep && tone.length() <= kLongestBeep;
}

std::optional<ToneSound> ToneDetector::judge_silence() {
  // A calling tone that does not come again in time was a beep.
  if (calling_tone_ && now_ - calling_tone_->last > kCallingPauseLongest + kCallingLongest) {
    last_beep_ = std::exchange(calling_tone_, std::nullopt);
    if (!last_beep_->reported) return ToneSound::beep;
  }
  if (!ended_ || now_ - ended_->last < kSilenceAfter) return std::nullopt;
  const auto tone = *std::exchange(ended_, std::nullopt);
  if (is_calling_tone(tone)) return judge_calling_tone(tone);
  if (!may_be_beep(tone)) return std::nullopt;
  last_beep_ = tone;
  return ToneSound::beep;
}

std::optional<ToneSound> ToneDetector::judge_calling_tone(const Tone& tone) {
  const auto before = std::exchange(calling_tone_, tone);
  if (!before) return std::nullopt;
  const auto pause = tone.first - before->last;
  if (pause < kCallingPauseShortest || pause > kCallingPauseLongest) return std::nullopt;
  calling_tone_->reported = true;
  if (before->reported) return std::nullopt;
  return ToneSound::fax;
}

}  // namespace frontdesk::line_sounds
