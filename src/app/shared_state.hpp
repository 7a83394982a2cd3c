// What several machines share, by the configuration: in memory for a machine alone, over Redis for several.
#pragma once
#include <memory>

#include "base/error.hpp"
#include "cluster/ports.hpp"
#include "config/config.hpp"

namespace frontdesk::app {

struct SharedState {
  std::shared_ptr<cluster::Cache> cache;
  std::shared_ptr<cluster::Counters> counters;
  std::shared_ptr<cluster::FanOut> fan_out;
  std::shared_ptr<cluster::Jobs> jobs;
  std::shared_ptr<cluster::Leases> leases;
  bool several = false;  ///< machines
};

/// invalid_argument: the address of the Redis is wrong. Whether it answers is found out later, and again and again.
base::Result<SharedState> shared_state(const config::Storage& storage);

}  // namespace frontdesk::app
