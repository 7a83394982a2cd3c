// Where orders about running calls go.
#pragma once
#include "api/call_control_routes.hpp"
#include "app/in_force.hpp"
#include "runtime/switchboard.hpp"

namespace frontdesk::app {

/// Both must outlive it.
api::CallControl call_control(runtime::Switchboard& switchboard, const InForce& config);

}  // namespace frontdesk::app
