#include "providers/local_tts/flite_tts.hpp"

#include "audio/resampler.hpp"
#include "providers/local_tts/pronunciation.hpp"
#include "providers/local_tts/synthesis_jobs.hpp"
#include "providers/local_tts/voice_shape.hpp"
#include "speech/spoken_text.hpp"

extern "C" {
#include <flite/flite.h>
cst_voice* register_cmu_us_kal(const char* directory);
cst_voice* register_cmu_us_slt(const char* directory);
}

namespace frontdesk::local_tts {
namespace {

using base::ErrorCode;

constexpr const char* kDomain = "tts.flite";
constexpr std::size_t kLongestText = 400;
constexpr std::string_view kSlt = "flite:slt";
constexpr std::string_view kKal = "flite:kal";

/// With flite_mutex() held; registers voices once.
cst_voice* voice_of(std::string_view name) {
  static const int ready = flite_init();
  static_cast<void>(ready);
  if (name.empty() || name == kSlt) {
    static cst_voice* slt = register_cmu_us_slt(nullptr);
    return slt;
  }
  if (name == kKal) {
    static cst_voice* kal = register_cmu_us_kal(nullptr);
    return kal;
  }
  return nullptr;
}

struct Speech {
  audio::Pcm pcm;
  int rate = 0;
};

base::Result<Speech> wave_of(const std::string& text, std::string_view voice_name) {
  const std::lock_guard lock(flite_mutex());
  cst_voice* voice = voice_of(voice_name);
  if (voice == nullptr) {
    return base::fail(ErrorCode::not_found, kDomain,
                      "there is no flite voice of that name: choose flite:slt or flite:kal");
  }
  const std::unique_ptr<cst_wave, decltype(&delete_wave)> wave(flite_text_to_wave(text.c_str(), voice), &delete_wave);
  if (!wave || wave->num_channels != 1) return base::fail(ErrorCode::internal, kDomain, "flite made no sound");
  return Speech{{wave->samples, wave->samples + wave->num_samples}, wave->sample_rate};
}

base::Result<audio::Pcm> speak(const speech::SynthesisRequest& request, const Cancellation&) {
  auto speech = wave_of(speech::spoken_text(request.text), request.voice.name);
  if (!speech) return tl::unexpected(speech.error());
  auto pcm = trimmed(speech->pcm, speech->rate);
  normalise_level(pcm, speech->rate);
  return audio::resample(pcm, speech->rate, request.sample_rate);
}

}  // namespace

struct FliteTts::State {
  std::shared_ptr<SynthesisJobs> jobs;
};

FliteTts::FliteTts(std::shared_ptr<State> state) : state_(std::move(state)) {}
FliteTts::~FliteTts() {
  state_->jobs->cancel_all();
}

base::Result<std::unique_ptr<FliteTts>> FliteTts::create(inference::WorkerPool& pool) {
  SynthesisJobs::Engine engine;
  engine.domain = kDomain;
  engine.longest_text = kLongestText;
  engine.new_cancellation = [] { return std::make_shared<Cancellation>(); };
  engine.synthesise = &speak;
  auto state = std::make_shared<State>();
  state->jobs = std::make_shared<SynthesisJobs>(std::move(engine), pool);
  return std::unique_ptr<FliteTts>(new FliteTts(std::move(state)));
}

void FliteTts::start(const speech::SynthesisRequest& request, speech::TtsSink& sink) {
  state_->jobs->start(request, sink);
}

void FliteTts::cancel(base::RequestId request) {
  state_->jobs->cancel(request);
}

}  // namespace frontdesk::local_tts
