// The person on the other end: listens, waits for the end of our words or does not, speaks with pauses,
// says "mm", coughs, presses keys, keeps silent, hangs up.
#pragma once
#include <string>
#include <vector>

#include "simulation/checks.hpp"
#include "simulation/stage.hpp"

namespace frontdesk::simulation {

class Caller {
 public:
  Caller(Stage& stage, Checks& checks) : stage_(stage), checks_(checks) {}

  void established();
  /// The ear's sound begins or ends.
  void hears(bool sound);
  void leaves();  ///< the call is over: nothing more comes from the caller

  /// What a perfect recogniser makes of the audio between two instants.
  std::string words(Instant from, Instant until) const;

 private:
  struct Segment {
    Instant start;
    Instant end;
    std::vector<std::string> words;
  };
  void decide_soon(int low_ms, int high_ms);
  void act();
  void react();
  void speak(int segments_left);
  void sound(Duration length, std::vector<std::string> words, int segments_left);
  void sound_ended(int segments_left);
  void press_keys(int keys_left);
  void hang_up();
  std::vector<std::string> make_words(Duration length, bool last);

  Stage& stage_;
  Checks& checks_;
  std::vector<Segment> spoken_;
  bool speaking_ = false;
  bool hearing_ = false;
  bool in_utterance_ = false;
  bool gone_ = false;
  std::uint64_t plan_ = 0;  ///< a newer plan cancels the older ones
};

}  // namespace frontdesk::simulation
