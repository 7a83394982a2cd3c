#include "simulation/plants.hpp"

#include <algorithm>

namespace frontdesk::simulation {

const std::vector<PlantInfo>& all_plants() {
  static const std::vector<PlantInfo> plants = {
      {Plant::drop_flush, "drop_flush"},
      {Plant::late_flush, "late_flush"},
      {Plant::play_cancelled, "play_cancelled"},
      {Plant::swallow_cancel, "swallow_cancel"},
      {Plant::duplicate_end, "duplicate_end"},
      {Plant::delay_play, "delay_play"},
      {Plant::lose_wakeup, "lose_wakeup"},
      {Plant::relabel_stale, "relabel_stale"},
      {Plant::swallow_record, "swallow_record"},
      {Plant::forget_cut, "forget_cut"},
      {Plant::deaf, "deaf"},
      {Plant::leak_chat, "leak_chat"},
      {Plant::ignore_hold, "ignore_hold", Soil::holds},
      {Plant::lose_resume, "lose_resume", Soil::holds},
      {Plant::keep_held, "keep_held", Soil::holds},
      {Plant::rewind_far, "rewind_far", Soil::holds},
      {Plant::leak_candidate, "leak_candidate", Soil::candidates},
      {Plant::filler_twice, "filler_twice", Soil::fillers},
      {Plant::double_answer, "double_answer"},
      {Plant::record_lost, "record_lost"},
      {Plant::record_twice, "record_twice"},
      {Plant::stale_audio, "stale_audio", Soil::network},
  };
  return plants;
}

std::optional<Plant> plant_named(std::string_view name) {
  for (const auto& info : all_plants())
    if (info.name == name) return info.plant;
  return std::nullopt;
}

std::string_view name(Plant plant) {
  const auto& plants = all_plants();
  const auto it = std::find_if(plants.begin(), plants.end(), [&](const auto& info) { return info.plant == plant; });
  return it == plants.end() ? "none" : it->name;
}

}  // namespace frontdesk::simulation
