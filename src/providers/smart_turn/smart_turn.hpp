// Turn detection by the smart-turn v3 model (https://github.com/pipecat-ai/smart-turn, BSD-2-Clause): a small
// transformer over the last 8 s of sound, 23 languages. `input_features` float [1, 80, 800] as in log_mel.hpp;
// `logits` float, one value, in spite of its name already a probability that the turn is complete.
#pragma once
#include <memory>

#include "inference/model_files.hpp"
#include "inference/worker_pool.hpp"
#include "speech/turn_detector.hpp"

namespace frontdesk::smart_turn {

/// Below the models folder. Not in the catalogue: it comes from no registry that ./dev setup may use.
inline constexpr std::string_view kModel = "smart-turn/smart-turn-v3.onnx";

/// Null when no such model is installed. An error when there is one that cannot be loaded or is not this model:
/// other names or shapes than above. Runs it once on silence (about 50 ms). `pool` must outlive the detector.
base::Result<std::unique_ptr<speech::TurnDetector>> create(const inference::ModelFiles& files,
                                                           inference::WorkerPool& pool);

}  // namespace frontdesk::smart_turn
