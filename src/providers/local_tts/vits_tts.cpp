#include "providers/local_tts/vits_tts.hpp"

#include <algorithm>
#include <charconv>

#include "audio/resampler.hpp"
#include "providers/local_tts/pronunciation.hpp"
#include "providers/local_tts/vits_model.hpp"
#include "providers/local_tts/voice_shape.hpp"
#include "speech/spoken_text.hpp"

namespace frontdesk::local_tts {
namespace {

using base::ErrorCode;

constexpr double kSlowest = 0.5;
constexpr double kFastest = 2.0;
constexpr const char* kDomain = "tts.vits";
constexpr std::string_view kPrefix = "libritts:";

base::Result<int> speaker_of(std::string_view name) {
  if (name.empty()) name = kDefaultVoice;
  int speaker = -1;
  if (name.starts_with(kPrefix)) {
    const auto number = name.substr(kPrefix.size());
    const auto* end = number.data() + number.size();
    if (std::from_chars(number.data(), end, speaker).ptr != end) speaker = -1;
  }
  if (speaker < 0 || speaker >= kVitsSpeakers) {
    return base::fail(ErrorCode::not_found, kDomain,
                      "there is no local voice of that name: choose libritts:0 to libritts:903");
  }
  return speaker;
}

base::Result<audio::Pcm> speak(const VitsModel& model, const speech::SynthesisRequest& request,
                               const Cancellation& cancellation) {
  const auto speaker = speaker_of(request.voice.name);
  if (!speaker) return tl::unexpected(speaker.error());
  const auto ipa = phonemes(speech::spoken_text(request.text));
  if (ipa.empty()) return audio::Pcm{};  // punctuation alone says nothing
  VitsStyle style;
  style.length /= static_cast<float>(std::clamp(request.voice.speed, kSlowest, kFastest));
  const auto samples = model.synthesise(ipa, *speaker, style, cancellation);
  if (!samples) return tl::unexpected(samples.error());
  auto pcm = trimmed(to_pcm(*samples), kVitsRate);
  normalise_level(pcm, kVitsRate);
  return audio::resample(pcm, kVitsRate, request.sample_rate);
}

}  // namespace

std::span<const CuratedVoice> curated_voices() {
  // Of 21 speakers sampled, those with the fewest word errors (at most 3.2 % of 222 words) when our own
  // recogniser hears them over G.711; best first within each kind. Pitch is the median of voiced frames.
  static constexpr CuratedVoice kVoices[] = {{kDefaultVoice, "higher, 202 Hz"},  {"libritts:143", "higher, 223 Hz"},
                                             {"libritts:443", "higher, 256 Hz"}, {"libritts:323", "higher, 216 Hz"},
                                             {"libritts:783", "higher, 237 Hz"}, {"libritts:183", "lower, 155 Hz"},
                                             {"libritts:423", "lower, 155 Hz"},  {"libritts:293", "lower, 167 Hz"},
                                             {"libritts:803", "lower, 147 Hz"},  {"libritts:113", "lower, 123 Hz"}};
  return kVoices;
}

struct VitsTts::State {
  std::shared_ptr<SynthesisJobs> jobs;
};

VitsTts::VitsTts(std::shared_ptr<State> state) : state_(std::move(state)) {}
VitsTts::~VitsTts() {
  state_->jobs->cancel_all();
}

base::Result<std::unique_ptr<VitsTts>> VitsTts::create(const inference::ModelFiles& files,
                                                       inference::WorkerPool& pool) {
  auto loaded = VitsModel::load(files);
  if (!loaded) return tl::unexpected(loaded.error());
  auto state = std::make_shared<State>();
  // Queued and running requests keep the model alive.
  const std::shared_ptr<VitsModel> model = std::move(*loaded);
  SynthesisJobs::Engine engine;
  engine.domain = kDomain;
  engine.longest_text = kMaxTextCharacters;
  engine.new_cancellation = &VitsModel::new_cancellation;
  engine.synthesise = [model](const auto& request, const auto& cancellation) {
    return speak(*model, request, cancellation);
  };
  state->jobs = std::make_shared<SynthesisJobs>(std::move(engine), pool);
  return std::unique_ptr<VitsTts>(new VitsTts(std::move(state)));
}

void VitsTts::start(const speech::SynthesisRequest& request, speech::TtsSink& sink) {
  state_->jobs->start(request, sink);
}

void VitsTts::cancel(base::RequestId request) {
  state_->jobs->cancel(request);
}

}  // namespace frontdesk::local_tts
