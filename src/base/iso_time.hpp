// Wall time as text: RFC 3339.
#pragma once
#include <string>

#include "base/time.hpp"

namespace frontdesk::base {

/// "2026-11-22T14:52:00.000Z"
std::string iso_time(UtcTime time);

}  // namespace frontdesk::base
