#include "providers/local_tts/vits_model.hpp"

#include <charconv>
#include <fstream>

#include "inference/onnx_session.hpp"

namespace frontdesk::local_tts {
namespace {

using base::ErrorCode;
using inference::OnnxSession;
using inference::tensor_view;

constexpr const char* kDomain = "tts.vits";
constexpr const char* kModel = "libritts-vits/model.onnx";
constexpr const char* kTokens = "libritts-vits/tokens.txt";
constexpr const char* kBegin = "^";
constexpr const char* kEnd = "$";
constexpr const char* kPad = "_";

struct RunCancellation final : Cancellation {
  void cancel() override { run.abort(); }
  inference::RunAbort run;
};

using Symbols = std::map<std::string, std::int64_t, std::less<>>;

/// "<symbol> <number>" a line; the symbol may be a space.
base::Result<Symbols> read_symbols(const std::filesystem::path& path) {
  Symbols symbols;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto space = line.rfind(' ');
    if (space == std::string::npos || space == 0) continue;
    std::int64_t number = 0;
    std::from_chars(line.data() + space + 1, line.data() + line.size(), number);
    symbols.emplace(line.substr(0, space), number);
  }
  for (const auto* needed : {kBegin, kEnd, kPad, " "}) {
    if (!symbols.contains(needed)) {
      return base::fail(ErrorCode::data_loss, kDomain, path.string() + " lacks a symbol: run ./dev setup");
    }
  }
  return symbols;
}

std::size_t character_length(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

}  // namespace

struct VitsModel::State {
  OnnxSession session;
  Symbols symbols;

  std::vector<std::int64_t> numbers(std::string_view ipa) const {
    const auto pad = symbols.find(kPad)->second;
    std::vector<std::int64_t> out{symbols.find(kBegin)->second, pad};
    while (!ipa.empty()) {
      const auto length = std::min(character_length(ipa[0]), ipa.size());
      if (const auto found = symbols.find(ipa.substr(0, length)); found != symbols.end()) {
        out.insert(out.end(), {found->second, pad});
      }
      ipa.remove_prefix(length);
    }
    out.push_back(symbols.find(kEnd)->second);
    return out;
  }
};

VitsModel::VitsModel(std::unique_ptr<State> state) : state_(std::move(state)) {}
VitsModel::~VitsModel() = default;

std::shared_ptr<Cancellation> VitsModel::new_cancellation() {
  return std::make_shared<RunCancellation>();
}

base::Result<std::unique_ptr<VitsModel>> VitsModel::load(const inference::ModelFiles& files) {
  const auto model = files.find(kModel);
  if (!model) return tl::unexpected(model.error());
  const auto tokens = files.find(kTokens);
  if (!tokens) return tl::unexpected(tokens.error());
  auto symbols = read_symbols(*tokens);
  if (!symbols) return tl::unexpected(symbols.error());
  auto session = OnnxSession::open(*model, kDomain);
  if (!session) return tl::unexpected(session.error());
  return std::unique_ptr<VitsModel>(
      new VitsModel(std::make_unique<State>(State{std::move(*session), std::move(*symbols)})));
}

base::Result<std::vector<float>> VitsModel::synthesise(std::string_view ipa, int speaker, const VitsStyle& style,
                                                       const Cancellation& cancellation) const {
  auto numbers = state_->numbers(ipa);
  auto length = static_cast<std::int64_t>(numbers.size());
  std::int64_t speaker_number = speaker;
  std::array<float, 3> scales{style.noise, style.length, style.rhythm_noise};
  constexpr std::array<std::int64_t, 1> kOne{1};
  const std::array<Ort::Value, 4> inputs{tensor_view<std::int64_t>(numbers, std::array<std::int64_t, 2>{1, length}),
                                         tensor_view<std::int64_t>({&length, 1}, kOne),
                                         tensor_view<float>(scales, std::array<std::int64_t, 1>{3}),
                                         tensor_view<std::int64_t>({&speaker_number, 1}, kOne)};
  static constexpr const char* kIn[] = {"input", "input_lengths", "scales", "sid"};
  static constexpr const char* kOut[] = {"output"};
  const auto* run = dynamic_cast<const RunCancellation*>(&cancellation);
  const auto out = state_->session.run(kIn, inputs, kOut, run == nullptr ? nullptr : &run->run);
  if (!out) return tl::unexpected(out.error());
  const auto* samples = (*out)[0].GetTensorData<float>();
  return std::vector<float>(samples, samples + (*out)[0].GetTensorTypeAndShapeInfo().GetElementCount());
}

}  // namespace frontdesk::local_tts
