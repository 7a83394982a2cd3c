// Figures over many calls: GET /api/analytics/dashboard, /calls and /voice-quality.
#pragma once
#include <functional>
#include <memory>

#include "reception/business_hours/time_zone.hpp"
#include "rest/api.hpp"
#include "store/pool.hpp"

namespace frontdesk::api {

struct AnalyticsSources {
  std::shared_ptr<store::Pool> database;           ///< null: 503
  std::function<business_hours::TimeZone()> zone;  ///< of the business, now; empty: UTC
  std::function<std::int64_t()> calls_now;
};

void add_analytics_routes(rest::Api& api, AnalyticsSources sources);

}  // namespace frontdesk::api
