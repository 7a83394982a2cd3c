// Who makes a request, by the accounts: a bearer token, or the cookie of a browser that signed in. Before anybody has
// an account, whoever works at this machine is the owner.
#pragma once
#include <atomic>
#include <string>

#include "accounts/accounts.hpp"
#include "rest/authenticator.hpp"

namespace frontdesk::api {

inline constexpr std::string_view kSessionCookie = "session";  ///< holds an access token

class AccountAuthenticator final : public rest::Authenticator {
 public:
  AccountAuthenticator(accounts::Accounts& accounts, std::string organisation)
      : accounts_(accounts), local_owner_(std::move(organisation)) {}
  rest::Answer<rest::Caller> authenticate(const http::Request& request) override;

 private:
  base::Result<bool> has_anybody();
  rest::Answer<rest::Caller> local_owner(const http::Request& request);

  accounts::Accounts& accounts_;
  rest::LocalOwner local_owner_;
  std::atomic<bool> anybody_{false};  ///< once true it stays: the last owner cannot leave
};

/// The value of a cookie of the request (RFC 6265, section 4.2); empty if there is none.
std::string_view cookie(const http::Request& request, std::string_view name);

}  // namespace frontdesk::api
