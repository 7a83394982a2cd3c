// The owner's rules of who may call, as screening wants them: numbers in E.164, one list per trunk.
#pragma once
#include <functional>

#include "base/endpoint.hpp"
#include "config/config.hpp"
#include "reception/screening/verdict.hpp"

namespace frontdesk::app {

std::function<bool(const base::Endpoint&)> direct_callers(const config::Config& config);
screening::Rules screening_rules(const config::Config& config, bool diagnostics);

}  // namespace frontdesk::app
