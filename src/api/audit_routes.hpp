// Who changed what, and whether that record can be believed: /api/audit
#pragma once
#include "accounts/office.hpp"
#include "rest/api.hpp"

namespace frontdesk::api {

struct AuditSources {
  accounts::Office& office;
};

void add_audit_routes(rest::Api& api, AuditSources sources);

}  // namespace frontdesk::api
