// The clock a shell holds. Pure modules must not include this header (tests/tidy checks).
#pragma once
#include "base/time.hpp"

namespace frontdesk::base {

/// CLOCK_MONOTONIC.
Instant monotonic_now();

/// The system's wall clock.
UtcTime wall_now();

}  // namespace frontdesk::base
