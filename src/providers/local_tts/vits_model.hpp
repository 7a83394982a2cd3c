// One pass of a Piper VITS model: IPA in, samples out. Stateless and thread-safe.
// https://github.com/rhasspy/piper (the order of symbols and the padding between them)
#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "inference/model_files.hpp"
#include "providers/local_tts/synthesis_jobs.hpp"

namespace frontdesk::local_tts {

inline constexpr int kVitsRate = 22050;
inline constexpr int kVitsSpeakers = 904;

struct VitsStyle {
  float noise = 0.25F;         ///< variation of tone; low is steady and clear
  float rhythm_noise = 0.25F;  ///< variation of lengths
  float length = 1.08F;        ///< above 1 is slower; a little is easier to follow over a telephone
};

class VitsModel {
 public:
  static base::Result<std::unique_ptr<VitsModel>> load(const inference::ModelFiles& files);
  ~VitsModel();

  /// A token that aborts a run when it is cancelled.
  static std::shared_ptr<Cancellation> new_cancellation();

  /// Symbols the model does not know are left out. cancelled if it was.
  base::Result<std::vector<float>> synthesise(std::string_view ipa, int speaker, const VitsStyle& style,
                                              const Cancellation& cancellation) const;

 private:
  struct State;
  explicit VitsModel(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace frontdesk::local_tts
