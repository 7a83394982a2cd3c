// The person on the other end: listens, waits for the end of our words or does not, speaks with pauses,
// says "mm", coughs, presses keys, keeps silent, hangs up; and some shout for a minute or never stop.
#pragma once
#include <string>
#include <vector>

#include "simulation/checks.hpp"
#include "simulation/stage.hpp"
#include "simulation/voice_detector.hpp"

namespace frontdesk::simulation {

/// What the caller's telephone does. The world of marks reports it at once; the network world sends packets.
class Telephone {
 public:
  virtual ~Telephone() = default;
  virtual void sound(Duration length) = 0;
  virtual void key(char digit) = 0;
};

class Caller {
 public:
  Caller(Stage& stage, Checks& checks) : stage_(stage), checks_(checks) {}

  Telephone* telephone = nullptr;

  void established();
  /// The ear's sound begins or ends.
  void hears(bool sound);
  void leaves();  ///< the call is over: nothing more comes from the caller

  /// What a perfect recogniser makes of the audio between two instants.
  std::string words(Instant from, Instant until) const;
  bool hearing() const { return hearing_; }
  /// In the middle of what there is to say, perhaps in a pause.
  bool in_utterance() const { return in_utterance_; }

 private:
  struct Segment {
    Instant start;
    Instant end;
    std::vector<std::string> words;
  };
  /// How to go on once a sound has ended.
  struct Plan {
    int segments_left = 0;
    bool breathless = false;  ///< pauses too short to be one
    bool answerable = true;   ///< words that ask for an answer
  };
  void decide_soon(int low_ms, int high_ms);
  void act();
  void react();
  void abuse();
  void speak(Plan plan);
  void sound(Duration length, std::vector<std::string> words, Plan plan);
  void sound_ended(Plan plan);
  void press_keys(int keys_left, int low_ms, int high_ms);
  void listen_to_music();
  void say_goodbye();
  void hang_up();
  std::vector<std::string> make_words(Duration length, bool last);

  Stage& stage_;
  Checks& checks_;
  std::vector<Segment> spoken_;
  bool speaking_ = false;
  bool hearing_ = false;
  bool in_utterance_ = false;
  bool calm_utterance_ = false;
  bool gone_ = false;
  int calm_questions_ = 0;
  std::uint64_t plan_ = 0;  ///< a newer plan cancels the older ones
};

}  // namespace frontdesk::simulation
