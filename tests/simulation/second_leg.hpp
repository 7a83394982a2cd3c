// Whom a caller is put through to: rings, answers or not, listens to the announcement, presses a key or none,
// hangs up. And the caller's side that is asked to transfer (REFER).
#pragma once
#include "call/commands.hpp"
#include "simulation/stage.hpp"

namespace frontdesk::simulation {

class SecondLeg {
 public:
  explicit SecondLeg(Stage& stage) : stage_(stage) {}

  void on(const call::CallSecondLeg& command);
  void on(const call::TellSecondLeg& command);
  void on(const call::Bridge& command);
  void on(const call::EndSecondLeg& command);
  void on(const call::Refer& command);
  void on(const call::HoldMusic& command);
  void call_ended();

  /// The caller has something to listen to that is not our voice: music, or a person.
  bool entertains() const { return music_ || bridged_; }

 private:
  void then(Duration after, call::Event event);
  void hang_up(Duration after, std::string reason);
  bool chance(double probability) { return stage_.transfer_random.chance(probability); }
  Duration between(int low_ms, int high_ms) {
    return base::milliseconds(stage_.transfer_random.between(low_ms, high_ms));
  }

  Stage& stage_;
  bool there_ = false;
  bool answered_ = false;
  bool bridged_ = false;
  bool music_ = false;
  std::uint64_t generation_ = 0;  ///< of the second leg: what an earlier one planned does not happen
};

}  // namespace frontdesk::simulation
