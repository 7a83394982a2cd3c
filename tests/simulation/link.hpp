// One direction of a bad network in virtual time: loss alone and in bursts, delay, jitter that reorders,
// duplicates, and nothing at all from some instant on.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "simulation/stage.hpp"

namespace frontdesk::simulation {

class Link {
 public:
  explicit Link(Stage& stage);

  std::function<void(std::span<const std::uint8_t>)> deliver;

  void send(std::span<const std::uint8_t> datagram);
  void die() { dead_ = true; }

 private:
  bool lost();
  void pass(std::span<const std::uint8_t> datagram);

  Stage& stage_;
  double loss_ = 0;
  double burst_ = 0;  ///< chance that one begins
  double duplicate_ = 0;
  int delay_ms_ = 20;
  int jitter_ms_ = 0;
  int burst_left_ = 0;
  bool dead_ = false;
};

}  // namespace frontdesk::simulation
