#include "voices/checks/sample_quality.hpp"

#include <algorithm>
#include <cmath>

#include "audio/levels.hpp"

namespace frontdesk::voices_checks {
namespace {

constexpr int kFrameMs = 20;
constexpr double kBelowSpeech = 25;  // dB under the loud frames: silence between words
constexpr double kNearNoise = 3;     // dB over the quietest: nobody speaks
constexpr double kFaintest = -65;    // dBFS: fainter than any speech
constexpr double kQuiet = -36;       // dBFS of speech
constexpr double kVeryQuiet = -46;
constexpr double kClipped = 0.05;  // percent of samples
constexpr double kBadlyClipped = 1;
constexpr double kNoisy = 25;  // dB of speech over noise
constexpr double kVeryNoisy = 12;
constexpr double kMuchSilence = 60;     // percent
constexpr int kTelephoneRate = 12'000;  // below it the upper half of a voice is missing

/// Without the constant offset that cheap microphones add, which is no sound.
double level_of(audio::PcmView frame, double offset) {
  double sum = 0;
  for (const auto sample : frame) {
    const double value = sample - offset;
    sum += value * value;
  }
  const double power = sum / static_cast<double>(frame.size()) / (32768.0 * 32768.0);
  return power <= 1e-10 ? audio::kSilenceDbfs : 10 * std::log10(power);
}

std::vector<double> levels_of(audio::PcmView sound, int rate) {
  double sum = 0;
  for (const auto sample : sound) sum += sample;
  const double offset = sound.empty() ? 0 : sum / static_cast<double>(sound.size());
  const auto frame = audio::samples_for(kFrameMs, rate);
  std::vector<double> levels;
  for (std::size_t at = 0; frame > 0 && at + frame <= sound.size(); at += frame)
    levels.push_back(level_of(sound.subspan(at, frame), offset));
  return levels;
}

double at_share(const std::vector<double>& sorted, double share) {
  return sorted.empty() ? audio::kSilenceDbfs
                        : sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

std::string whole(double value) {
  return std::to_string(static_cast<long>(std::lround(value)));
}

class Judge {
 public:
  explicit Judge(Quality& quality) : quality_(quality) { quality_.score = 1; }
  void fault(bool serious, double costs, std::string advice) {
    quality_.score *= 1 - costs;
    quality_.verdict = std::max(quality_.verdict, serious ? Verdict::try_again : Verdict::usable);
    quality_.advice.push_back(std::move(advice));
  }

 private:
  Quality& quality_;
};

void judge(Quality& q, const Source& source) {
  Judge judge(q);
  if (q.speech_seconds < kAdvisedSeconds)
    judge.fault(q.speech_seconds < kShortestSeconds, 0.3,
                "There are " + whole(q.speech_seconds) + " seconds of speech: record at least " +
                    whole(kAdvisedSeconds) + ", better two minutes.");
  if (q.level_dbfs < kQuiet)
    judge.fault(q.level_dbfs < kVeryQuiet, q.level_dbfs < kVeryQuiet ? 0.4 : 0.15,
                "It is too quiet: move closer to the microphone, or turn it up.");
  if (q.clipped_percent > kClipped)
    judge.fault(q.clipped_percent > kBadlyClipped, q.clipped_percent > kBadlyClipped ? 0.5 : 0.15,
                "It is too loud in places and distorted: turn the microphone down, or move away from it.");
  if (q.signal_to_noise_db < kNoisy)
    judge.fault(q.signal_to_noise_db < kVeryNoisy, q.signal_to_noise_db < kVeryNoisy ? 0.5 : 0.2,
                "There is noise behind the voice: record in a quiet room, without music.");
  if (q.silence_percent > kMuchSilence)
    judge.fault(false, 0.1, "More than half of it is silence: cut the long pauses out.");
  if (source.rate < kTelephoneRate)
    judge.fault(false, 0.25,
                "It was recorded in telephone quality: use a microphone that records 24,000 samples a "
                "second or more.");
}

}  // namespace

Quality quality_of(audio::PcmView sound, int rate, const Source& source) {
  const auto levels = levels_of(sound, rate);
  auto sorted = levels;
  std::sort(sorted.begin(), sorted.end());
  Quality q;
  q.seconds = static_cast<double>(sound.size()) / rate;
  q.noise_dbfs = at_share(sorted, 0.1);
  const double loud = at_share(sorted, 0.95);
  const double threshold = std::max({loud - kBelowSpeech, kFaintest, std::min(q.noise_dbfs + kNearNoise, loud)});
  double power = 0;
  std::size_t speech = 0;
  for (const auto level : levels) {
    if (level < threshold) continue;
    power += std::pow(10, level / 10);
    ++speech;
  }
  q.speech_seconds = static_cast<double>(speech) * kFrameMs / 1000;
  q.level_dbfs = speech == 0 ? audio::kSilenceDbfs : 10 * std::log10(power / static_cast<double>(speech));
  q.signal_to_noise_db = std::max(0.0, q.level_dbfs - q.noise_dbfs);
  q.clipped_percent = 100 * source.clipped;
  q.silence_percent =
      levels.empty() ? 100 : 100 - 100 * static_cast<double>(speech) / static_cast<double>(levels.size());
  judge(q, source);
  return q;
}

}  // namespace frontdesk::voices_checks
