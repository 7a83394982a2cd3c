// A thin wrapper of the ONNX Runtime C++ API: one thread, no spinning, exceptions turned into
// errors. Include it only from .cpp files: the header is heavy.
// https://onnxruntime.ai/docs/api/c/
#pragma once
#include <onnxruntime_cxx_api.h>

#include <array>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace frontdesk::inference {

/// Ends a run from another thread: run() then returns cancelled, within a few milliseconds.
class RunAbort {
 public:
  void abort() { options_.SetTerminate(); }
  const Ort::RunOptions& options() const { return options_; }

 private:
  Ort::RunOptions options_;
};

class OnnxSession {
 public:
  /// `domain` names the user of the model in errors: "stt.moonshine". data_loss if the file cannot be loaded.
  static base::Result<OnnxSession> open(const std::filesystem::path& model, std::string domain);

  /// Thread-safe. `inputs` and `outputs` follow the order of the names.
  base::Result<std::vector<Ort::Value>> run(std::span<const char* const> input_names,
                                            std::span<const Ort::Value> inputs,
                                            std::span<const char* const> output_names,
                                            const RunAbort* abort = nullptr) const;

  const std::vector<std::string>& input_names() const { return input_names_; }
  const std::vector<std::string>& output_names() const { return output_names_; }

 private:
  OnnxSession() = default;
  std::string domain_;
  std::unique_ptr<Ort::Session> session_;
  std::vector<std::string> input_names_;
  std::vector<std::string> output_names_;
};

/// A tensor over memory of the caller, which must outlive it.
template <class T>
Ort::Value tensor_view(std::span<T> data, std::span<const std::int64_t> shape) {
  static const Ort::MemoryInfo memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  return Ort::Value::CreateTensor<T>(memory, data.data(), data.size(), shape.data(), shape.size());
}

}  // namespace frontdesk::inference
