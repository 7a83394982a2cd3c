#include "providers/smart_turn/smart_turn.hpp"

#include "audio/resampler.hpp"
#include "inference/onnx_session.hpp"
#include "providers/smart_turn/log_mel.hpp"
#include "providers/turn_streams/turn_streams.hpp"

namespace frontdesk::smart_turn {
namespace {

using base::ErrorCode;

constexpr const char* kDomain = "turns.smart_turn";
constexpr const char* kInput = "input_features";
constexpr const char* kOutput = "logits";
// The model is made to be asked after 200 ms of silence.
constexpr std::size_t kSilence = kModelRate / 5;
constexpr std::size_t kLeastSamples = audio::kTelephoneRate / 4;

struct Model {
  inference::OnnxSession session;
  LogMel log_mel;

  base::Result<float> run(std::span<const float> sound) const;
  std::optional<float> judge(audio::PcmView utterance) const;
};

base::Result<float> Model::run(std::span<const float> sound) const {
  auto features = log_mel.features(sound);
  const std::array<Ort::Value, 1> inputs{inference::tensor_view<float>(
      features, std::array<std::int64_t, 3>{1, std::int64_t{kBands}, std::int64_t{kModelFrames}})};
  const auto outputs = session.run(std::array{kInput}, inputs, std::array{kOutput});
  if (!outputs) return tl::unexpected(outputs.error());
  const auto info = (*outputs)[0].GetTensorTypeAndShapeInfo();
  if (info.GetElementType() != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT || info.GetElementCount() != 1) {
    return base::fail(ErrorCode::failed_precondition, kDomain,
                      std::string("its output ") + kOutput + " is not one float but " +
                          std::to_string(info.GetElementCount()) + " values");
  }
  const float probability = *(*outputs)[0].GetTensorData<float>();
  if (probability >= 0 && probability <= 1) return probability;
  return base::fail(ErrorCode::failed_precondition, kDomain,
                    std::string("its output ") + kOutput + " is no probability but " + std::to_string(probability));
}

std::optional<float> Model::judge(audio::PcmView utterance) const {
  if (utterance.size() < kLeastSamples) return std::nullopt;
  const auto converted = audio::resample(utterance, audio::kTelephoneRate, kModelRate);
  std::vector<float> sound(converted.size() + kSilence);
  std::transform(converted.begin(), converted.end(), sound.begin(),
                 [](audio::Sample sample) { return static_cast<float>(sample) / 32768.0F; });
  const auto probability = run(sound);
  if (!probability) return std::nullopt;
  return *probability;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "nothing" : text;
}

base::Status refuse(const std::filesystem::path& path, const std::string& why) {
  return base::fail(ErrorCode::failed_precondition, kDomain,
                    path.string() + " is not a smart-turn v3 model: " + why +
                        ". Replace it by one from https://huggingface.co/pipecat-ai/smart-turn-v3, or remove it");
}

base::Status check(const Model& model, const std::filesystem::path& path) {
  const auto& inputs = model.session.input_names();
  const auto& outputs = model.session.output_names();
  if (inputs != std::vector<std::string>{kInput})
    return refuse(path, "it wants " + listed(inputs) + " instead of " + kInput);
  if (outputs != std::vector<std::string>{kOutput})
    return refuse(path, "it gives " + listed(outputs) + " instead of " + kOutput);
  // A run tells more than the declared shapes, which are often open.
  const auto tried = model.run({});
  if (!tried) return refuse(path, "given [1, 80, 800], " + tried.error().message);
  return {};
}

}  // namespace

base::Result<std::unique_ptr<speech::TurnDetector>> create(const inference::ModelFiles& files,
                                                           inference::WorkerPool& pool) {
  const auto path = files.find(kModel);
  if (!path && path.error().code == ErrorCode::not_found) return std::unique_ptr<speech::TurnDetector>();
  if (!path) return tl::unexpected(path.error());
  auto session = inference::OnnxSession::open(*path, kDomain);
  if (!session) {
    return base::fail(session.error().code, kDomain,
                      path->string() + " cannot be loaded: it is damaged or no ONNX model. Replace or remove it");
  }
  const auto model = std::make_shared<const Model>(Model{std::move(*session), LogMel()});
  if (auto right = check(*model, *path); !right) return tl::unexpected(right.error());
  const auto judgement = [model](audio::PcmView utterance) { return model->judge(utterance); };
  return std::make_unique<turn_streams::TurnStreams>(kDomain, judgement, &pool);
}

}  // namespace frontdesk::smart_turn
