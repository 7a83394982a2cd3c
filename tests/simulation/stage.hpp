// What the parts of one simulated call share: the clock, the agenda, chance, the faults of this seed,
// and the way to the machine.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/random.hpp"
#include "base/time.hpp"
#include "call/events.hpp"
#include "conversation/conversation.hpp"
#include "simulation/faults.hpp"
#include "simulation/plants.hpp"

namespace frontdesk::simulation {

using base::Duration;
using base::Instant;

inline constexpr Duration kTick = base::milliseconds(20);

/// The first tick at or after an instant.
Instant next_tick(Instant at);

/// How much of the product takes part.
enum class World {
  marks,   ///< playout and the caller's voice as marks: thousands of calls a second
  network  ///< sound through the real media sessions of both ends, and datagrams between them
};

/// One in this many seeds runs in the network world unless one is asked for.
inline constexpr std::uint64_t kNetworkEvery = 64;
World world_of(std::uint64_t seed);

struct Scenario {
  std::uint64_t seed = 1;
  Plant plant = Plant::none;
  std::optional<World> world;  ///< unset: as the seed says

  World chosen_world() const { return world.value_or(world_of(seed)); }
};

struct Violation {
  std::string rule;
  std::string detail;
};

/// What happened, to be added up over seeds.
struct Figures {
  std::uint64_t events = 0;
  std::uint64_t barge_ins = 0;  ///< the caller began to sound while we did
  std::uint64_t stale = 0;      ///< pieces heard that answer something else: each is also a violation
  std::uint64_t turns = 0;      ///< of the caller, recorded
  std::uint64_t holds = 0;
  std::uint64_t resumes = 0;
  std::uint64_t fillers = 0;
  std::uint64_t candidates = 0;  ///< times that more than one answer was in the making
  std::uint64_t predictions = 0;
  std::uint64_t bridged = 0;  ///< callers put through
  std::uint64_t network_calls = 0;
  std::uint64_t calm_answers = 0;  ///< questions of the liveness phase, each answered properly
  void add(const Figures& more);
};

class Stage {
 public:
  explicit Stage(const Scenario& scenario);

  Instant now{};
  base::Random random;
  base::Random transfer_random;  ///< of its own, so that seeds keep the calls they had before there were transfers
  base::Random operator_random;  ///< the same, of somebody who steps in
  Plant plant;
  World world;
  Faults faults;
  conversation::ConversationSettings settings;
  bool over = false;  ///< EndCall was carried out
  std::optional<Violation> violation;
  Figures figures;
  std::function<void(call::Event)> send;                                     ///< to the machine, now
  std::function<void(const std::string&)> note = [](const std::string&) {};  ///< for the reader of a tape

  /// From then on nothing breaks any more; kNever in half the seeds.
  Instant calm_from = base::kNever;
  bool calm() const { return now >= calm_from; }
  /// The voice itself is out, cached phrases included: [from, until).
  Instant voice_out_from = base::kNever;
  Instant voice_out_until = base::kNever;
  bool voice_out() const { return now >= voice_out_from && now < voice_out_until; }

  void later(Duration after, std::function<void()> action) { at(now + after, std::move(action)); }
  void at(Instant when, std::function<void()> action) { agenda_.emplace(when, std::move(action)); }
  Instant next() const { return agenda_.empty() ? base::kNever : agenda_.begin()->first; }
  void run_next();
  void advance(Instant to);  ///< the clock alone

  bool chance(double probability) { return random.chance(probability); }
  Duration between(int low_ms, int high_ms) { return base::milliseconds(random.between(low_ms, high_ms)); }
  void violate(std::string rule, std::string detail);

 private:
  std::multimap<Instant, std::function<void()>> agenda_;  // equal instants keep their order
};

}  // namespace frontdesk::simulation
