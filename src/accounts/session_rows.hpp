// The tables sessions and refresh_tokens.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "access/access.hpp"
#include "accounts/credentials/refresh_family.hpp"
#include "store/sql.hpp"

namespace frontdesk::accounts {

struct Session {
  std::string id;
  std::string organisation;
  std::string user;
  std::string address;
  std::string user_agent;
  base::UtcTime created{};
  base::UtcTime last_seen{};
  base::UtcTime authenticated{};
  base::UtcTime expires{};
  std::optional<base::UtcTime> revoked;
};

base::Status insert_session(store::Connection& connection, const Session& session);
base::Result<std::optional<Session>> find_session(store::Connection& connection, std::string_view id);
/// Those that are neither over nor revoked, the newest first.
base::Result<std::vector<Session>> open_sessions(store::Connection& connection, std::string_view user,
                                                 base::UtcTime now);
/// True if it was open until now.
base::Result<bool> revoke_session(store::Connection& connection, std::string_view id, std::string_view because,
                                  base::UtcTime now);
/// All of a user but `except`; of one organisation if it is named.
base::Status revoke_sessions(store::Connection& connection, std::string_view user, std::string_view organisation,
                             std::string_view except, std::string_view because, base::UtcTime now);
base::Status touch_session(store::Connection& connection, std::string_view id, std::string_view address,
                           base::UtcTime now);
/// A password or code was shown again.
base::Status set_authenticated(store::Connection& connection, std::string_view id, base::UtcTime now);

struct StoredRefreshToken {
  std::string session;
  credentials::RefreshToken token;
};
base::Status insert_refresh_token(store::Connection& connection, const std::string& digest, std::string_view session,
                                  base::UtcTime now, base::UtcTime expires);
base::Result<std::optional<StoredRefreshToken>> find_refresh_token(store::Connection& connection,
                                                                   const std::string& digest);
/// True for one caller only.
base::Result<bool> use_refresh_token(store::Connection& connection, const std::string& digest, base::UtcTime now);

}  // namespace frontdesk::accounts
