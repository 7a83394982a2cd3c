#include "providers/local_stt/moonshine_model.hpp"

#include <algorithm>
#include <cmath>

#include "inference/onnx_session.hpp"
#include "providers/local_stt/vocabulary.hpp"

namespace frontdesk::local_stt {
namespace {

using base::ErrorCode;
using inference::OnnxSession;
using inference::tensor_view;

constexpr const char* kDomain = "stt.moonshine";
constexpr std::string_view kEncoder = "moonshine-tiny/encoder_model.onnx";
constexpr std::string_view kDecoder = "moonshine-tiny/decoder_model_merged.onnx";
constexpr std::string_view kVocabulary = "moonshine-tiny/vocab.txt";
constexpr std::int64_t kHeads = 8;
constexpr std::int64_t kHeadSize = 36;
constexpr std::string_view kPast = "past_key_values.";
constexpr std::string_view kPresent = "present.";

// The authors' cap of 6 tokens a second cuts spoken dates short.
constexpr double kTokensPerSecond = 6.5;
constexpr double kSpareTokens = 8;

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

std::vector<const char*> pointers(const std::vector<std::string>& names) {
  std::vector<const char*> out;
  for (const auto& name : names) out.push_back(name.c_str());
  return out;
}

std::size_t place_of(const std::vector<std::string>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? kNone : static_cast<std::size_t>(found - names.begin());
}

struct Choice {
  std::int64_t token = kEndToken;
  double log_probability = 0;
};

Choice most_likely(std::span<const float> logits) {
  const auto best = std::max_element(logits.begin(), logits.end());
  double sum = 0;
  // Terms below e^-12 of the best do not move the result; skipping them skips nearly all of exp().
  for (const auto logit : logits) {
    if (logit > *best - 12.0F) sum += std::exp(static_cast<double>(logit - *best));
  }
  return {best - logits.begin(), -std::log(sum)};
}

base::Result<OnnxSession> open_session(const inference::ModelFiles& files, std::string_view name) {
  const auto path = files.find(name);
  if (!path) return tl::unexpected(path.error());
  return OnnxSession::open(*path, kDomain);
}

}  // namespace

struct PassControl::State {
  inference::RunAbort run;
  std::atomic<bool> given_up{false};
};

PassControl::PassControl() : state_(std::make_unique<State>()) {}
PassControl::~PassControl() = default;
bool PassControl::given_up() const {
  return state_->given_up.load();
}
void PassControl::give_up() {
  state_->given_up = true;
  state_->run.abort();
}

struct MoonshineModel::State {
  OnnxSession encoder;
  OnnxSession decoder;
  Vocabulary vocabulary;
  std::vector<const char*> inputs;
  std::vector<const char*> outputs;
  std::size_t logits = kNone;
  std::size_t token_input = kNone;
  std::size_t audio_input = kNone;
  std::size_t branch_input = kNone;
  struct Cache {
    std::size_t output = 0;
    std::size_t input = 0;
    bool of_encoder = false;  ///< computed by the first step and kept
  };
  std::vector<Cache> caches;

  base::Status name_tensors();
};

base::Status MoonshineModel::State::name_tensors() {
  const auto& in = decoder.input_names();
  const auto& out = decoder.output_names();
  inputs = pointers(in);
  outputs = pointers(out);
  logits = place_of(out, "logits");
  token_input = place_of(in, "input_ids");
  audio_input = place_of(in, "encoder_hidden_states");
  branch_input = place_of(in, "use_cache_branch");
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!out[i].starts_with(kPresent)) continue;
    std::string past(kPast);
    past.append(out[i], kPresent.size());
    const auto input = place_of(in, past);
    if (input != kNone) caches.push_back({i, input, out[i].find(".encoder.") != std::string::npos});
  }
  if (logits == kNone || token_input == kNone || audio_input == kNone || branch_input == kNone ||
      caches.size() + 3 != in.size()) {
    return base::fail(ErrorCode::data_loss, kDomain, "the decoder is not a Moonshine decoder: run ./dev setup");
  }
  return {};
}

MoonshineModel::MoonshineModel(std::unique_ptr<State> state) : state_(std::move(state)) {}
MoonshineModel::~MoonshineModel() = default;

base::Result<std::unique_ptr<MoonshineModel>> MoonshineModel::load(const inference::ModelFiles& files) {
  auto encoder = open_session(files, kEncoder);
  if (!encoder) return tl::unexpected(encoder.error());
  auto decoder = open_session(files, kDecoder);
  if (!decoder) return tl::unexpected(decoder.error());
  const auto words = files.find(kVocabulary);
  if (!words) return tl::unexpected(words.error());
  auto vocabulary = Vocabulary::load(*words);
  if (!vocabulary) return tl::unexpected(vocabulary.error());
  auto state = std::make_unique<State>(State{std::move(*encoder), std::move(*decoder), std::move(*vocabulary)});
  if (auto named = state->name_tensors(); !named) return tl::unexpected(named.error());
  return std::unique_ptr<MoonshineModel>(new MoonshineModel(std::move(state)));
}

namespace {

/// The decoder's inputs from step to step: outputs are moved back in, never copied.
class Decoding {
 public:
  Decoding(std::size_t input_count, Ort::Value encoded, std::size_t audio_input) {
    for (std::size_t i = 0; i < input_count; ++i) inputs_.emplace_back(nullptr);
    inputs_[audio_input] = std::move(encoded);
  }
  void empty_cache(std::size_t input) {
    inputs_[input] = tensor_view<float>({&nothing_, 0}, std::array<std::int64_t, 4>{0, kHeads, 1, kHeadSize});
  }
  void set_step(std::size_t token_input, std::size_t branch_input, std::int64_t token, bool first) {
    token_ = token;
    cached_ = !first;
    inputs_[token_input] = tensor_view<std::int64_t>({&token_, 1}, std::array<std::int64_t, 2>{1, 1});
    inputs_[branch_input] = tensor_view<bool>({&cached_, 1}, std::array<std::int64_t, 1>{1});
  }
  std::vector<Ort::Value>& inputs() { return inputs_; }

 private:
  float nothing_ = 0;
  std::int64_t token_ = 0;
  bool cached_ = false;
  std::vector<Ort::Value> inputs_;
};

base::Result<std::vector<Ort::Value>> encode(const OnnxSession& encoder, std::span<const float> samples,
                                             const inference::RunAbort& abort) {
  std::vector<float> copy(samples.begin(), samples.end());  // the API wants it mutable
  const std::array<std::int64_t, 2> shape{1, static_cast<std::int64_t>(copy.size())};
  const std::array<Ort::Value, 1> input{tensor_view<float>(copy, shape)};
  static constexpr const char* kIn[] = {"input_values"};
  static constexpr const char* kOut[] = {"last_hidden_state"};
  return encoder.run(kIn, input, kOut, &abort);
}

}  // namespace

base::Result<Decoded> MoonshineModel::transcribe(std::span<const float> samples, const PassControl& control,
                                                 const std::function<bool()>& yield) const {
  const auto& s = *state_;
  auto encoded = encode(s.encoder, samples, control.state_->run);
  if (!encoded) return tl::unexpected(encoded.error());

  Decoding decoding(s.inputs.size(), std::move((*encoded)[0]), s.audio_input);
  for (const auto& cache : s.caches) decoding.empty_cache(cache.input);
  const auto most =
      static_cast<std::size_t>(static_cast<double>(samples.size()) / kModelRate * kTokensPerSecond + kSpareTokens);
  std::vector<std::int64_t> tokens;
  Decoded decoded;
  std::int64_t token = kBeginToken;
  while (tokens.size() < most && !repeats_itself(tokens)) {
    const bool first = tokens.empty();
    if (control.given_up() || (yield && yield())) {
      return base::fail(ErrorCode::cancelled, kDomain, "the pass was given up");
    }
    decoding.set_step(s.token_input, s.branch_input, token, first);
    auto out = s.decoder.run(s.inputs, decoding.inputs(), s.outputs, &control.state_->run);
    if (!out) return tl::unexpected(out.error());
    const auto& logits = (*out)[s.logits];
    const auto choice =
        most_likely({logits.GetTensorData<float>(), logits.GetTensorTypeAndShapeInfo().GetElementCount()});
    decoded.log_probability += choice.log_probability;
    ++decoded.tokens;
    if (choice.token == kEndToken) break;
    tokens.push_back(token = choice.token);
    for (const auto& cache : s.caches) {
      if (first || !cache.of_encoder) decoding.inputs()[cache.input] = std::move((*out)[cache.output]);
    }
  }
  decoded.text = s.vocabulary.text(tokens);
  return decoded;
}

}  // namespace frontdesk::local_stt
