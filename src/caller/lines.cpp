#include "caller/lines.hpp"

#include <cmath>
#include <condition_variable>
#include <mutex>
#include <numbers>

#include "audio/levels.hpp"
#include "audio/resampler.hpp"
#include "audio/wav.hpp"
#include "base/entropy.hpp"
#include "caller/band_limit.hpp"
#include "media/digits/tones.hpp"

namespace frontdesk::caller {
namespace {

using base::ErrorCode;

/// Collects one synthesis.
class Collector final : public speech::TtsSink {
 public:
  void on_audio(base::RequestId, audio::Pcm pcm) override {
    const std::lock_guard lock(mutex_);
    pcm_.insert(pcm_.end(), pcm.begin(), pcm.end());
  }
  void on_synthesis_done(base::RequestId, base::Duration) override { finish(std::nullopt); }
  void on_synthesis_failed(base::RequestId, const base::Error& error) override { finish(error); }

  base::Result<audio::Pcm> wait() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kSynthesisLimit, [this] { return finished_; }))
      return base::fail(ErrorCode::deadline_exceeded, "caller", "a line was not synthesised in time");
    if (error_) return tl::unexpected(*error_);
    return std::move(pcm_);
  }

 private:
  void finish(std::optional<base::Error> error) {
    const std::lock_guard lock(mutex_);
    error_ = std::move(error);
    finished_ = true;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  audio::Pcm pcm_;
  std::optional<base::Error> error_;
  bool finished_ = false;
};

void set_level(audio::Pcm& pcm) {
  const double level = audio::rms_dbfs(pcm);
  if (level <= audio::kSilenceDbfs) return;
  const double wanted = std::pow(10.0, (kLineLevelDbfs - level) / 20);
  const double unclipped = 32000.0 / std::max(audio::peak(pcm), 1);
  audio::apply_gain(pcm, std::min(wanted, unclipped));
}

base::Result<audio::Pcm> synthesise(const std::string& text, const speech::VoiceId& voice, speech::TextToSpeech& tts) {
  Collector collector;
  const base::RequestId request = base::random_u64() | 1U;
  tts.start({.id = request, .text = text, .voice = voice}, collector);
  auto pcm = collector.wait();
  tts.cancel(request);
  if (pcm) set_level(*pcm);
  return pcm;
}

std::string length_text(base::Duration length) {
  return std::to_string(base::to_ms(length) / 1000) + " s";
}

base::Result<audio::Pcm> prepare_line(const Step& step, const CallOptions& options, speech::TextToSpeech* tts) {
  if (step.kind == StepKind::digits && step.by == PressedBy::in_band) return digits::tones_of(step.text);
  if (step.kind != StepKind::say && step.kind != StepKind::play) return audio::Pcm{};
  if (step.kind == StepKind::say && tts == nullptr)
    return base::fail(ErrorCode::failed_precondition, "caller",
                      "the plan has lines to say, but there is no voice: run ./dev setup, or use play = \"file.wav\"");
  auto pcm = step.kind == StepKind::say ? synthesise(step.text, options.voice, *tts) : read_telephone_audio(step.text);
  if (!pcm) return pcm;
  if (pcm->empty()) return base::fail(ErrorCode::invalid_argument, "caller", "there is no sound in: " + step.text);
  if (pcm->size() > audio::samples_for(static_cast<int>(base::to_ms(kLongestLine)), audio::kTelephoneRate))
    return base::fail(ErrorCode::invalid_argument, "caller",
                      "longer than " + length_text(kLongestLine) + ": " + step.text);
  if (options.band_limit) limit_band(*pcm);
  return pcm;
}

/// A whole number of periods, so that it can be repeated without a click.
audio::Pcm quiet_tone() {
  constexpr double kHz = 400;
  constexpr double kAmplitude = 800;  // about -35 dBFS
  audio::Pcm pcm(audio::kTelephoneRate);
  for (std::size_t i = 0; i < pcm.size(); ++i) {
    const double phase = 2 * std::numbers::pi * kHz * static_cast<double>(i) / audio::kTelephoneRate;
    pcm[i] = static_cast<audio::Sample>(std::lround(kAmplitude * std::sin(phase)));
  }
  return pcm;
}

}  // namespace

base::Result<audio::Pcm> read_telephone_audio(const std::filesystem::path& path) {
  auto wav = audio::read_wav(path);
  if (!wav) return tl::unexpected(wav.error());
  audio::Pcm pcm = wav->channel(0);
  if (wav->rate == audio::kTelephoneRate) return pcm;
  return audio::resample(pcm, wav->rate, audio::kTelephoneRate);
}

base::Result<std::vector<audio::Pcm>> prepare_lines(const CallPlan& plan, const CallOptions& options,
                                                    speech::TextToSpeech* tts) {
  std::vector<audio::Pcm> lines;
  for (const Step& step : plan.steps) {
    auto line = prepare_line(step, options, tts);
    if (!line) return tl::unexpected(line.error());
    lines.push_back(std::move(*line));
  }
  return lines;
}

base::Result<audio::Pcm> prepare_listen_sound(const ListenOnly& listen) {
  if (listen.sound == ListenSound::silence) return audio::Pcm{};
  if (listen.sound == ListenSound::tone) return quiet_tone();
  auto pcm = read_telephone_audio(listen.file);
  if (pcm && pcm->empty())
    return base::fail(ErrorCode::invalid_argument, "caller", "there is no sound in: " + listen.file.string());
  return pcm;
}

}  // namespace frontdesk::caller
