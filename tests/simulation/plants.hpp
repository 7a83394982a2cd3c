// Bugs put into the shell on purpose: each must be found, or the checks are not worth their name.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

namespace frontdesk::simulation {

enum class Plant {
  none,
  drop_flush,      ///< the playout queue is never flushed
  late_flush,      ///< it is flushed 400 ms late
  play_cancelled,  ///< a cancelled piece is played all the same
  swallow_cancel,  ///< CancelSynthesis does not arrive
  duplicate_end,   ///< EndCall is carried out twice
  delay_play,      ///< some Play commands overtake others
  lose_wakeup,     ///< some wakeups do not come
  relabel_stale,   ///< answers to old questions carry the new id
  swallow_record,  ///< some turns are not recorded
  forget_cut,      ///< a cut piece is reported as heard to its end
  deaf,            ///< the start of speech is not reported while we speak
  leak_chat,       ///< CancelChat does not arrive
  ignore_hold,     ///< playout runs on when it is to be held
  lose_resume,     ///< it stays held
  keep_held,       ///< a flush does not drop what is held
  rewind_far,      ///< a resume goes back by seconds
  leak_candidate,  ///< CancelChat of a guess does not arrive
  filler_twice,    ///< a filler is said again at once
  double_answer,   ///< the 200 OK is sent twice over, as two answers
  record_lost,     ///< a full disk loses the row that met it
  record_twice,    ///< a row that was written before the lock was noticed is written again
  stale_audio,     ///< media: the wire carries on with flushed samples
};

/// Without it a plant has nowhere to grow.
enum class Soil { any, holds, candidates, fillers, network };

struct PlantInfo {
  Plant plant;
  std::string_view name;
  Soil soil = Soil::any;
};

std::optional<Plant> plant_named(std::string_view name);
std::string_view name(Plant plant);
const std::vector<PlantInfo>& all_plants();

}  // namespace frontdesk::simulation
