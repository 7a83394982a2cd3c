// The organisation's own settings: /api/organisation, /api/settings/networks
#pragma once
#include "accounts/accounts.hpp"
#include "rest/api.hpp"

namespace frontdesk::api {

struct OrganisationSources {
  accounts::Office& office;
  accounts::Accounts& accounts;
};

void add_organisation_routes(rest::Api& api, OrganisationSources sources);

}  // namespace frontdesk::api
