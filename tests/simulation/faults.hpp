// What may go wrong in one seed, as probabilities, and how its caller behaves.
#pragma once
#include "base/random.hpp"
#include "base/time.hpp"

namespace frontdesk::simulation {

/// Drawn anew for every seed: most have few faults, some have many.
struct Faults {
  // Recognition and the turn detector.
  double stt_failed, stt_never, stt_slow, stt_empty;
  double turns_never, turns_slow, turns_wrong;
  // The model and its tools.
  double chat_failed, chat_never, chat_empty, chat_stalls, chat_breaks, chat_drips, chat_garbage;
  double chat_tools, chat_loops, chat_ends, tool_never, transfers;
  // The voice. Texts of our own come from the phrase cache and fail only while the voice itself is out.
  double tts_failed, tts_never, tts_slow, tts_breaks;
  // Everywhere: answers to cancelled requests, answers that come twice.
  double stale, duplicate;
  // Signalling and storage.
  double leg_repeats, leg_races, cut_off, disk_slow, disk_full;

  // The caller.
  double barge_in, backchannel, noise, keys, silence, talks_over, abuse, line_sounds;

  double step_in;  ///< somebody of the business does

  bool perfect_stt() const { return stt_failed + stt_never + stt_slow + stt_empty == 0; }
  static Faults draw(base::Random& random);
  /// Nothing breaks, and the caller is a patient one.
  static Faults none();
};

}  // namespace frontdesk::simulation
