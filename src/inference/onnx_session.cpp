#include "inference/onnx_session.hpp"

namespace frontdesk::inference {
namespace {

using base::ErrorCode;

Ort::Env& environment() {
  // One per process: it owns the allocators and the logger, which we keep quiet.
  static Ort::Env env(ORT_LOGGING_LEVEL_FATAL, "frontdesk");
  return env;
}

Ort::SessionOptions single_threaded() {
  Ort::SessionOptions options;
  options.SetIntraOpNumThreads(1);
  options.SetInterOpNumThreads(1);
  options.SetGraphOptimizationLevel(ORT_ENABLE_ALL);
  options.AddConfigEntry("session.intra_op.allow_spinning", "0");
  options.AddConfigEntry("session.inter_op.allow_spinning", "0");
  return options;
}

}  // namespace

base::Result<OnnxSession> OnnxSession::open(const std::filesystem::path& model, std::string domain) {
  OnnxSession result;
  result.domain_ = std::move(domain);
  try {
    result.session_ = std::make_unique<Ort::Session>(environment(), model.c_str(), single_threaded());
    result.input_names_ = result.session_->GetInputNames();
    result.output_names_ = result.session_->GetOutputNames();
  } catch (const std::exception& problem) {
    return base::fail(ErrorCode::data_loss, result.domain_,
                      model.string() + " cannot be loaded (" + problem.what() + "): run ./dev setup");
  }
  return result;
}

base::Result<std::vector<Ort::Value>> OnnxSession::run(std::span<const char* const> input_names,
                                                       std::span<const Ort::Value> inputs,
                                                       std::span<const char* const> output_names,
                                                       const RunAbort* abort) const {
  static const Ort::RunOptions kNoAbort;
  try {
    return session_->Run(abort == nullptr ? kNoAbort : abort->options(), input_names.data(), inputs.data(),
                         inputs.size(), output_names.data(), output_names.size());
  } catch (const Ort::Exception& problem) {
    const std::string_view what = problem.what();
    if (what.find("terminate flag") != std::string_view::npos) {
      return base::fail(ErrorCode::cancelled, domain_, "the run was given up");
    }
    return base::fail(ErrorCode::internal, domain_, "the model failed: " + std::string(what));
  } catch (const std::exception& problem) {
    return base::fail(ErrorCode::internal, domain_, std::string("the model failed: ") + problem.what());
  }
}

}  // namespace frontdesk::inference
