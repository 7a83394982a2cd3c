// The SIP test caller: places a call (or many at once), follows a plan by voice, records both
// directions and measures the receptionist as a caller hears it.
#pragma once
#include "base/error.hpp"
#include "caller/options.hpp"
#include "caller/plan.hpp"
#include "caller/report.hpp"

namespace frontdesk::caller {

/// Blocks until the last call is over. Lines are synthesised before the first INVITE, so that their
/// cost does not disturb a receptionist on the same machine. A call that fails is part of the report;
/// errors are what keeps any call from being placed: options, files, engines, the port.
base::Result<RunReport> run(const CallPlan& plan, const CallOptions& options, const Engines& engines);

/// "127.0.0.1:5060" -> "sip:reception@127.0.0.1:5060". invalid_argument with an example.
base::Result<std::string> complete_uri(std::string_view text);

}  // namespace frontdesk::caller
