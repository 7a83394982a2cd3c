// Many calls at once to a receptionist, and what became of them: signalling and sound both ways, on two threads, so
// that the caller's own cost stays small beside the server's. src/caller has the caller that talks.
#pragma once
#include "base/error.hpp"
#include "load/options.hpp"
#include "load/report.hpp"

namespace frontdesk::load {

/// Blocks for options.length and until the calls have ended, at most a minute more. invalid_argument: options;
/// not_found, unavailable: the way there. Calls that fail are in the report.
base::Result<LoadReport> run(const LoadOptions& options);

}  // namespace frontdesk::load
