#include "simulation/link.hpp"

namespace frontdesk::simulation {

Link::Link(Stage& stage) : stage_(stage) {
  const auto rate = [&](double most) { return stage.chance(0.5) ? 0.0 : stage.random.unit() * most; };
  loss_ = rate(0.03);
  burst_ = rate(0.004);
  duplicate_ = rate(0.02);
  delay_ms_ = static_cast<int>(stage.random.between(5, 80));
  jitter_ms_ = stage.chance(0.5) ? 2 : static_cast<int>(stage.random.between(2, 60));
}

bool Link::lost() {
  if (dead_) return true;
  if (stage_.calm()) return false;
  if (burst_left_ > 0) return --burst_left_, true;
  if (stage_.chance(burst_)) burst_left_ = static_cast<int>(stage_.random.between(1, 8));
  return stage_.chance(loss_);
}

void Link::pass(std::span<const std::uint8_t> datagram) {
  const auto jitter = stage_.calm() ? 2 : jitter_ms_;
  const auto delay = base::milliseconds(delay_ms_) + base::microseconds(stage_.random.between(0, jitter * 1000));
  stage_.later(delay, [this, bytes = std::vector<std::uint8_t>(datagram.begin(), datagram.end())] { deliver(bytes); });
}

void Link::send(std::span<const std::uint8_t> datagram) {
  if (lost()) return;
  pass(datagram);
  if (!stage_.calm() && stage_.chance(duplicate_)) pass(datagram);
}

}  // namespace frontdesk::simulation
