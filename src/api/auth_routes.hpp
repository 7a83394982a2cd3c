// Signing up, signing in, and one's own account: /api/auth/... and /api/me/...
#pragma once
#include "accounts/accounts.hpp"
#include "rest/api.hpp"

namespace frontdesk::api {

struct AuthSources {
  accounts::Office& office;
  accounts::Accounts& accounts;
};

/// What signing in takes: open to everyone, but for signing out.
void add_auth_routes(rest::Api& api, AuthSources sources);
/// One's own account, sessions and second factor.
void add_me_routes(rest::Api& api, AuthSources sources);

/// Where a request comes from, for the audit log and lock-outs.
accounts::Visitor visitor_of(const http::Request& request);
/// 429 with the seconds to wait, where an error of accounts tells them.
rest::Problem account_problem(const base::Error& error);

}  // namespace frontdesk::api
