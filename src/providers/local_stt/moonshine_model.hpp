// One pass of Moonshine: 16 kHz audio in, text out. Stateless and thread-safe.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/error.hpp"
#include "inference/model_files.hpp"

namespace frontdesk::local_stt {

inline constexpr int kModelRate = 16000;

/// Lets another thread end a pass. Once given up it stays so.
class PassControl {
 public:
  PassControl();
  ~PassControl();
  void give_up();
  bool given_up() const;

 private:
  friend class MoonshineModel;
  struct State;
  std::unique_ptr<State> state_;
};

struct Decoded {
  std::string text;
  std::size_t tokens = 0;
  double log_probability = 0;  ///< summed over the tokens
};

class MoonshineModel {
 public:
  static base::Result<std::unique_ptr<MoonshineModel>> load(const inference::ModelFiles& files);
  ~MoonshineModel();

  /// Samples from -1 to 1. `yield`, asked between tokens, ends the pass by returning true.
  /// cancelled if the pass was given up or yielded.
  base::Result<Decoded> transcribe(std::span<const float> samples, const PassControl& control,
                                   const std::function<bool()>& yield = {}) const;

 private:
  struct State;
  explicit MoonshineModel(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace frontdesk::local_stt
