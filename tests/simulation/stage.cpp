#include "simulation/stage.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace frontdesk::simulation {
namespace {

using namespace std::string_view_literals;

constexpr std::array kPlantNames = {std::pair{Plant::drop_flush, "drop_flush"sv},
                                    std::pair{Plant::late_flush, "late_flush"sv},
                                    std::pair{Plant::play_cancelled, "play_cancelled"sv},
                                    std::pair{Plant::swallow_cancel, "swallow_cancel"sv},
                                    std::pair{Plant::duplicate_end, "duplicate_end"sv},
                                    std::pair{Plant::delay_play, "delay_play"sv},
                                    std::pair{Plant::lose_wakeup, "lose_wakeup"sv},
                                    std::pair{Plant::relabel_stale, "relabel_stale"sv},
                                    std::pair{Plant::swallow_record, "swallow_record"sv},
                                    std::pair{Plant::forget_cut, "forget_cut"sv},
                                    std::pair{Plant::deaf, "deaf"sv},
                                    std::pair{Plant::leak_chat, "leak_chat"sv}};

}  // namespace

std::optional<Plant> plant_named(std::string_view name) {
  for (const auto& [plant, text] : kPlantNames)
    if (text == name) return plant;
  return std::nullopt;
}

std::string_view name(Plant plant) {
  for (const auto& [known, text] : kPlantNames)
    if (known == plant) return text;
  return "none";
}

const std::vector<Plant>& all_plants() {
  static const std::vector<Plant> plants = [] {
    std::vector<Plant> all;
    all.reserve(kPlantNames.size());
    for (const auto& entry : kPlantNames) all.push_back(entry.first);
    return all;
  }();
  return plants;
}

Faults Faults::draw(base::Random& random) {
  // A swarm: each kind of fault is off in half the seeds, so that some calls get far in spite of others.
  const auto rate = [&](double most) { return random.chance(0.5) ? 0.0 : random.unit() * most; };
  Faults f{};
  f.stt_failed = rate(0.2), f.stt_never = rate(0.2), f.stt_slow = rate(0.4), f.stt_empty = rate(0.2);
  f.chat_failed = rate(0.3), f.chat_never = rate(0.2), f.chat_empty = rate(0.1), f.chat_stalls = rate(0.2);
  f.chat_breaks = rate(0.2), f.chat_drips = rate(0.1), f.chat_tools = rate(0.6), f.chat_ends = rate(0.2);
  f.chat_loops = random.chance(0.9) ? 0.0 : 0.9;
  f.tool_never = rate(0.2);
  f.tts_failed = rate(0.2), f.tts_never = rate(0.1), f.tts_slow = rate(0.2), f.tts_breaks = rate(0.2);
  f.stale = rate(1.0), f.duplicate = rate(0.3);
  f.barge_in = rate(0.5), f.noise = rate(0.3), f.keys = rate(0.2), f.silence = rate(0.4), f.talks_over = rate(1.0);
  f.cut_off = rate(0.01);
  return f;
}

Stage::Stage(std::uint64_t seed, Plant planted) : random(seed), plant(planted), faults(Faults::draw(random)) {
  settings.greeting = "Hello, this is the simulated office. How can I help you today?";
  settings.soft_limit = base::seconds(random.between(30, 180));
  settings.longest_utterance = base::seconds(random.between(5, 45));
  settings.caller_number = base::Pii<std::string>("+442079460000");
}

void Stage::run_next() {
  auto first = agenda_.extract(agenda_.begin());
  now = first.key();
  first.mapped()();
}

void Stage::violate(std::string invariant, std::string detail) {
  if (!violation) violation = Violation{std::move(invariant), std::move(detail)};
}

}  // namespace frontdesk::simulation
