// Tokens of programs, and what they may be given: /api/tokens, /api/permissions
#pragma once
#include "accounts/accounts.hpp"
#include "rest/api.hpp"

namespace frontdesk::api {

struct TokenSources {
  accounts::Office& office;
  accounts::Accounts& accounts;
};

void add_token_routes(rest::Api& api, TokenSources sources);

}  // namespace frontdesk::api
