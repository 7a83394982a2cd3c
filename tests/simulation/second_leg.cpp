#include "simulation/second_leg.hpp"

namespace frontdesk::simulation {

/// As the shell does: events of a leg that is gone are not told.
void SecondLeg::then(Duration after, call::Event event) {
  stage_.later(after, [this, generation = generation_, event = std::move(event)] {
    if (generation != generation_ || !there_ || stage_.over) return;
    if (std::holds_alternative<call::SecondLegAnswered>(event)) answered_ = true;
    if (std::holds_alternative<call::SecondLegEnded>(event)) there_ = bridged_ = false;
    stage_.send(event);
    if (chance(stage_.faults.duplicate)) stage_.send(event);
  });
}

void SecondLeg::hang_up(Duration after, std::string reason) {
  then(after, call::SecondLegEnded{std::move(reason)});
}

void SecondLeg::on(const call::CallSecondLeg& command) {
  if (there_) stage_.violate("one second leg at a time", command.address);
  there_ = true;
  answered_ = false;
  ++generation_;
  if (chance(0.1)) return hang_up(Duration{0}, "no line");  // refused on the spot
  then(between(100, 3000), call::SecondLegRinging{});
  if (chance(0.2)) return;  // rings for ever
  if (chance(0.3)) return hang_up(between(200, 15000), "the line was busy");
  then(between(500, 20000), call::SecondLegAnswered{});
  if (chance(0.2)) hang_up(between(500, 40000), "they hung up");
}

void SecondLeg::on(const call::TellSecondLeg& command) {
  if (!there_ || !answered_) return stage_.violate("tells somebody who is there", std::to_string(command.piece));
  const auto told = between(2000, 8000);
  if (chance(0.9)) then(told, call::SecondLegHeard{command.piece});
  if (chance(0.7)) then(between(500, 12000), call::SecondLegDigit{chance(0.8) ? '1' : '2'});
}

void SecondLeg::on(const call::Bridge&) {
  if (!there_ || !answered_) return stage_.violate("bridges with somebody who is there", "");
  if (music_) stage_.violate("no music between people", "");
  if (bridged_) stage_.violate("bridges once", "");
  bridged_ = true;
  hang_up(between(100, 30000), "they hung up");
}

void SecondLeg::on(const call::EndSecondLeg& command) {
  if (!there_) stage_.violate("ends a second leg that is there", command.reason);
  there_ = bridged_ = false;
}

void SecondLeg::on(const call::Refer&) {
  ++generation_;
  if (chance(0.2)) return;  // the outcome is never told
  const bool accepted = chance(0.5);
  stage_.later(between(100, 30000), [this, generation = generation_, accepted] {
    if (generation != generation_ || stage_.over) return;
    stage_.send(call::ReferEnded{accepted, accepted ? "" : "the line was busy"});
    if (accepted)
      stage_.later(between(0, 500), [this] {
        if (!stage_.over) stage_.send(call::LegEnded{"the caller was taken over"});
      });
  });
}

void SecondLeg::on(const call::HoldMusic& command) {
  if (command.on == music_) stage_.violate("music goes on and off in turn", command.on ? "on" : "off");
  music_ = command.on;
}

void SecondLeg::call_ended() {
  if (there_) stage_.violate("no second leg is left over", "");
}

}  // namespace frontdesk::simulation
