// The owner's rules of who may call, as screening wants them: numbers in E.164, one list per trunk.
#pragma once
#include "base/endpoint.hpp"
#include "config/config.hpp"
#include "reception/screening/verdict.hpp"

namespace frontdesk::app {

bool contains(const std::vector<config::AddressRange>& ranges, const base::Endpoint& address);
screening::Rules screening_rules(const config::Config& config, bool diagnostics);

}  // namespace frontdesk::app
