#include "simulation/faults.hpp"

namespace frontdesk::simulation {

Faults Faults::draw(base::Random& random) {
  // A swarm: each kind of fault is off in half the seeds, so that some calls get far in spite of others.
  const auto rate = [&](double most) { return random.chance(0.5) ? 0.0 : random.unit() * most; };
  Faults f{};
  f.stt_failed = rate(0.2), f.stt_never = rate(0.2), f.stt_slow = rate(0.4), f.stt_empty = rate(0.2);
  f.turns_never = rate(0.5), f.turns_slow = rate(0.5), f.turns_wrong = rate(0.3);
  f.chat_failed = rate(0.3), f.chat_never = rate(0.2), f.chat_empty = rate(0.1), f.chat_stalls = rate(0.2);
  f.chat_breaks = rate(0.2), f.chat_drips = rate(0.1), f.chat_tools = rate(0.6), f.chat_ends = rate(0.2);
  f.chat_garbage = random.chance(0.9) ? 0.0 : random.unit() * 0.5;
  f.chat_loops = random.chance(0.9) ? 0.0 : 0.9;
  f.tool_never = rate(0.2);
  f.tts_failed = rate(0.2), f.tts_never = rate(0.1), f.tts_slow = rate(0.2), f.tts_breaks = rate(0.2);
  f.stale = rate(1.0), f.duplicate = rate(0.3);
  f.leg_repeats = rate(0.5), f.leg_races = rate(0.05), f.cut_off = rate(0.01);
  f.disk_slow = rate(0.5), f.disk_full = rate(0.2);
  f.barge_in = rate(0.5), f.backchannel = rate(0.3), f.noise = rate(0.3), f.keys = rate(0.2), f.silence = rate(0.4);
  f.talks_over = rate(1.0);
  f.abuse = random.chance(0.9) ? 0.0 : random.unit() * 0.6;
  f.line_sounds = random.chance(0.95) ? 0.0 : random.unit() * 0.3;
  return f;
}

Faults Faults::none() {
  return Faults{};
}

}  // namespace frontdesk::simulation
