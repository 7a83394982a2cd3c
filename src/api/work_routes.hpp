// Jobs, alerts and usage over the API.
#pragma once
#include <functional>

#include "accounts/office.hpp"
#include "rest/api.hpp"

namespace frontdesk::api {

struct WorkSources {
  accounts::Office& office;
  std::function<void()> wake = {};  ///< there is a job to do
};

/// GET /api/jobs, POST /api/jobs/{id}/retry, GET /api/alerts, POST /api/alerts/{id}/acknowledge, GET /api/usage.
void add_work_routes(rest::Api& api, const WorkSources& sources);

}  // namespace frontdesk::api
