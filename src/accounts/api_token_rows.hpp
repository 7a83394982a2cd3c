// The table api_tokens.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "access/access.hpp"
#include "base/time.hpp"
#include "store/sql.hpp"

namespace frontdesk::accounts {

/// As lists show it: the token itself is nowhere.
struct ApiToken {
  std::string id;
  std::string organisation;
  std::string user;  ///< who made it
  std::string name;
  std::string hint;  ///< its first characters
  std::vector<std::string> scopes;
  base::UtcTime created{};
  std::optional<base::UtcTime> expires;
  std::optional<base::UtcTime> last_used;
  std::string last_used_from;
  std::optional<base::UtcTime> revoked;
};

base::Status insert_api_token(store::Connection& connection, const ApiToken& token, const std::string& digest);
base::Result<std::optional<ApiToken>> find_api_token(store::Connection& connection, const std::string& digest);
/// Not revoked ones, the newest first.
base::Result<std::vector<ApiToken>> api_tokens_of(store::Connection& connection, std::string_view organisation);
/// True if it was good until now.
base::Result<bool> revoke_api_token(store::Connection& connection, std::string_view organisation, std::string_view id,
                                    base::UtcTime now);
base::Status revoke_api_tokens_of(store::Connection& connection, std::string_view organisation, std::string_view user,
                                  base::UtcTime now);
base::Status touch_api_token(store::Connection& connection, std::string_view id, std::string_view address,
                             base::UtcTime now);

}  // namespace frontdesk::accounts
