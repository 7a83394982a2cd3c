// GET /metrics: figures for Prometheus. Whoever may see figures gets them; besides, if the configuration says so,
// programs of this machine without a token. Nothing in them is about a caller.
#pragma once
#include <functional>
#include <memory>

#include "api/health_routes.hpp"
#include "config/config.hpp"
#include "http/router.hpp"
#include "live/doorkeeper.hpp"
#include "live/feed.hpp"
#include "metrics/call_tally.hpp"
#include "store/pool.hpp"

namespace frontdesk::app {

struct MetricsSources {
  config::MetricsFor readers = config::MetricsFor::token;
  live::Doorkeeper door;
  std::function<api::Health()> health;
  std::shared_ptr<const metrics::CallTally> tally;
  std::shared_ptr<const live::Feed> feed;
  std::shared_ptr<store::Pool> database;
};

void add_metrics_route(http::Router& router, MetricsSources sources);

}  // namespace frontdesk::app
