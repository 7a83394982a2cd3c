// How long an organisation keeps transcripts, messages and calls.
#pragma once
#include <functional>

#include "accounts/office.hpp"
#include "rest/api.hpp"
#include "store/retention_rows.hpp"

namespace frontdesk::api {

struct RetentionSources {
  accounts::Office& office;
  std::function<store::RetentionPolicy()> usual;  ///< of organisations that have said nothing
};

/// GET and PUT /api/privacy/retention.
void add_retention_routes(rest::Api& api, RetentionSources sources);

}  // namespace frontdesk::api
