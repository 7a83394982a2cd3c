#include "simulation/leg.hpp"

namespace frontdesk::simulation {

/// A retransmission that got through as if it were new.
void Leg::again(call::Event event) {
  if (stage_.chance(stage_.faults.leg_repeats))
    stage_.later(stage_.between(0, 8000), [this, event = std::move(event)] { stage_.send(event); });
}

void Leg::invite() {
  again(call::LegOffered{});
  stage_.send(call::LegOffered{});
  if (stage_.chance(stage_.faults.leg_races)) stage_.later(stage_.between(0, 3500), [this] { caller_gives_up(); });
}

/// CANCEL before or after our 200 OK, or BYE at once.
void Leg::caller_gives_up() {
  if (ended_ || stage_.over) return;
  ended_ = true;
  again(call::LegEnded{"the caller gave up"});
  again(call::LegEstablished{});  // an ACK that comes too late
  stage_.send(call::LegEnded{"the caller gave up"});
}

void Leg::answered() {
  if (stage_.chance(0.01)) return;  // the ACK never comes
  stage_.later(stage_.between(10, 3000), [this] { acknowledged(); });
}

void Leg::acknowledged() {
  if (stage_.over || ended_) return;
  again(call::LegEstablished{});
  on_established();
}

/// Our BYE crosses the peer's.
void Leg::hung_up() {
  again(call::LegEnded{"the peer hung up as we did"});
  again(call::MediaLost{});
}

}  // namespace frontdesk::simulation
