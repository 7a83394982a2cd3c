#include "providers/prosody_turn/prosody_turn.hpp"

#include "providers/prosody_turn/prosody/features.hpp"
#include "providers/prosody_turn/prosody/score.hpp"
#include "providers/turn_streams/turn_streams.hpp"

namespace frontdesk::prosody_turn {
namespace {

std::optional<float> judge(audio::PcmView utterance) {
  const auto features = prosody::measure(utterance);
  if (!features) return std::nullopt;
  return prosody::probability_of_end(*features);
}

}  // namespace

std::unique_ptr<speech::TurnDetector> create() {
  return std::make_unique<turn_streams::TurnStreams>("turns.prosody", judge, nullptr);
}

}  // namespace frontdesk::prosody_turn
