// The caller's telephone in the world of marks: no packets, only what the shell would report of them.
#pragma once
#include "simulation/caller.hpp"
#include "simulation/voice_detector.hpp"

namespace frontdesk::simulation {

class MarksTelephone final : public Telephone {
 public:
  MarksTelephone(Stage& stage, Checks& checks, const Caller& caller)
      : stage_(stage), checks_(checks), detector_(stage) {
    detector_.report = [this, &caller](const conversation::SpeechSegmenter::Mark& mark) {
      if (stage_.plant == Plant::deaf && caller.hearing() && std::holds_alternative<call::SpeechStarted>(mark)) return;
      std::visit([this](const auto& event) { stage_.send(event); }, mark);
    };
  }

  void sound(Duration length) override { detector_.sound(stage_.now + length); }
  void key(char digit) override {
    checks_.key_pressed(digit);
    stage_.send(call::DigitPressed{digit});
  }
  void hang_up() { detector_.stop(); }

 private:
  Stage& stage_;
  Checks& checks_;
  VoiceDetector detector_;
};

}  // namespace frontdesk::simulation
