// The people of an organisation: /api/team
#pragma once
#include "accounts/accounts.hpp"
#include "rest/api.hpp"

namespace frontdesk::api {

struct TeamSources {
  accounts::Office& office;
  accounts::Accounts& accounts;
};

void add_team_routes(rest::Api& api, TeamSources sources);

/// Problem 409 before whoever asks has an account: this machine's user, while nobody has signed up.
rest::Answer<void> has_account(accounts::Office& office, const access::Principal& who);

}  // namespace frontdesk::api
