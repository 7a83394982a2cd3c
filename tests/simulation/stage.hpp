// What the parts of one simulated call share: the clock, the agenda, chance, the faults of this seed,
// and the way to the machine.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "call/events.hpp"
#include "conversation/conversation.hpp"

namespace frontdesk::simulation {

using base::Duration;
using base::Instant;

/// Bugs put into the shell on purpose: the checks must find each.
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
};
std::optional<Plant> plant_named(std::string_view name);
std::string_view name(Plant plant);
const std::vector<Plant>& all_plants();

/// Probabilities, drawn anew for every seed: most seeds have few faults, some have many.
struct Faults {
  double stt_failed, stt_never, stt_slow, stt_empty;
  double chat_failed, chat_never, chat_empty, chat_stalls, chat_breaks, chat_drips, chat_tools, chat_loops, chat_ends;
  double tool_never;
  double tts_failed, tts_never, tts_slow, tts_breaks;
  double stale, duplicate;
  bool perfect_stt() const { return stt_failed + stt_never + stt_slow + stt_empty == 0; }
  double barge_in, noise, keys, silence, talks_over;
  double cut_off;  ///< after any event: the caller hangs up, packets stop, the operator ends the call
  static Faults draw(base::Random& random);
};

struct Violation {
  std::string invariant;
  std::string detail;
};

class Stage {
 public:
  Stage(std::uint64_t seed, Plant planted);

  Instant now{};
  base::Random random;
  Plant plant;
  Faults faults;
  conversation::ConversationSettings settings;
  bool over = false;  ///< EndCall was carried out
  std::optional<Violation> violation;
  std::function<void(call::Event)> send;  ///< to the machine, now

  void later(Duration after, std::function<void()> action) { at(now + after, std::move(action)); }
  void at(Instant when, std::function<void()> action) { agenda_.emplace(when, std::move(action)); }
  Instant next() const { return agenda_.empty() ? base::kNever : agenda_.begin()->first; }
  void run_next();

  bool chance(double probability) { return random.chance(probability); }
  Duration between(int low_ms, int high_ms) { return base::milliseconds(random.between(low_ms, high_ms)); }
  void violate(std::string invariant, std::string detail);

 private:
  std::multimap<Instant, std::function<void()>> agenda_;  // equal instants keep their order
};

}  // namespace frontdesk::simulation
