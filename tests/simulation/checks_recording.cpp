// Checks of the recording: the caller knows of it before it begins.
#include "simulation/checks.hpp"

namespace frontdesk::simulation {

void Checks::on(const call::StartRecording&) {
  if (recording_) stage_.violate("recording begins once", "it goes on already");
  recording_ = true;
  // Where packets travel, the ear is later than what the sender knows.
  if (!told_of_recording_ && stage_.world == World::marks)
    stage_.violate("nothing is recorded before the announcement was heard", "it was not heard to its end");
}

void Checks::on(const call::StopRecording&) {
  if (!recording_) stage_.violate("recording stops once", "nothing is recorded");
  recording_ = false;
}

void Checks::on(const call::PauseRecording&) {
  if (recording_paused_) stage_.violate("pauses of the recording do not nest", "it is paused already");
  recording_paused_ = true;
}

void Checks::on(const call::ResumeRecording&) {
  if (!recording_paused_) stage_.violate("pauses of the recording do not nest", "it is not paused");
  recording_paused_ = false;
}

}  // namespace frontdesk::simulation
