// Who makes a request: an access token or an API token, to a principal. Looked up on each request, so that what was
// revoked, removed or given another role counts from the next one on.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "accounts/api_token_rows.hpp"
#include "accounts/office.hpp"
#include "accounts/session_rows.hpp"

namespace frontdesk::accounts {

inline constexpr std::chrono::minutes kRecent{15};
inline constexpr base::Duration kLastUsedExact = base::seconds(60);  ///< how exact "last used" is
inline constexpr std::size_t kMostApiTokens = 100;                   ///< of one organisation
inline constexpr std::size_t kLongestTokenName = 100;

/// A password or second factor was shown lately enough for what must not be done with a session left open.
bool is_recent(const access::Principal& who, base::UtcTime now);

class Authentication {
 public:
  explicit Authentication(Office& office) : office_(office) {}

  /// `credential`: of "Authorization: Bearer", or the cookie's value. unauthenticated; permission_denied: the address
  /// is not on the organisation's list.
  base::Result<access::Principal> authenticate(std::string_view credential, const base::Endpoint& address,
                                               base::UtcTime now);
  /// Whether somebody who was let in may stay: the session or token is still good, and they have no lower role since.
  base::Result<bool> still_valid(const access::Principal& who, base::UtcTime now);

  struct NewApiToken {
    std::string name;
    std::vector<std::string> scopes;
    std::optional<base::UtcTime> expires;
  };
  struct MadeApiToken {
    ApiToken token;
    base::Secret text;  ///< shown once
  };
  /// By people only: a token makes no tokens.
  base::Result<MadeApiToken> make_api_token(const access::Principal& who, const NewApiToken& wanted,
                                            const Visitor& visitor, base::UtcTime now);
  base::Result<std::vector<ApiToken>> api_tokens(const access::Principal& who);
  base::Status revoke_api_token(const access::Principal& who, std::string_view id, const Visitor& visitor,
                                base::UtcTime now);

  /// One's own.
  base::Result<std::vector<Session>> sessions(const access::Principal& who, base::UtcTime now);
  base::Status revoke_session(const access::Principal& who, std::string_view id, const Visitor& visitor,
                              base::UtcTime now);
  base::Status revoke_other_sessions(const access::Principal& who, const Visitor& visitor, base::UtcTime now);

 private:
  base::Result<access::Principal> by_api_token(store::Connection& connection, std::string_view text,
                                               const base::Endpoint& address, base::UtcTime now);
  base::Result<access::Principal> by_access_token(store::Connection& connection, std::string_view text,
                                                  const base::Endpoint& address, base::UtcTime now);

  Office& office_;
};

}  // namespace frontdesk::accounts
