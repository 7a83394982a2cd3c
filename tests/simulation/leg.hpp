// Signalling, as the user agent promises it to the shell (sip/user_agent.hpp): offered once, established
// once, ended once. And what such promises are worth when a peer sends again, gives up, or both sides hang
// up at once: the call must not mind hearing anything twice or too late.
#pragma once
#include "simulation/stage.hpp"

namespace frontdesk::simulation {

class Leg {
 public:
  explicit Leg(Stage& stage) : stage_(stage) {}

  std::function<void()> on_established;

  void invite();
  void answered();  ///< our 200 OK is on its way
  void hung_up();   ///< our BYE is on its way

 private:
  void acknowledged();
  void caller_gives_up();
  void again(call::Event event);

  Stage& stage_;
  bool ended_ = false;
};

}  // namespace frontdesk::simulation
