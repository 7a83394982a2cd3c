// The tables users, memberships and organisations.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "access/access.hpp"
#include "base/time.hpp"
#include "store/sql.hpp"

namespace frontdesk::accounts {

struct User {
  std::string id;
  std::string email;
  std::string password_hash;
  std::string name;
  base::UtcTime created{};
  std::string subscription_tier;
  std::int64_t api_quota = 0;      ///< requests a day; 0: no limit
  std::int64_t storage_quota = 0;  ///< bytes; 0: no limit
  std::optional<base::UtcTime> email_verified;
  std::string totp_sealed;  ///< also of a set-up that is not confirmed
  std::optional<base::UtcTime> totp_enabled;
  std::int64_t totp_last_step = 0;
};

struct Membership {
  std::string organisation;
  std::string user;
  access::Role role = access::Role::viewer;
};

/// A member as the team sees it.
struct Member {
  std::string user;
  std::string email;
  std::string name;
  access::Role role = access::Role::viewer;
  base::UtcTime since{};
  bool second_factor = false;
};

base::Result<std::int64_t> count_users(store::Connection& connection);
base::Result<std::optional<User>> find_user(store::Connection& connection, std::string_view id);
base::Result<std::optional<User>> find_user_by_email(store::Connection& connection, std::string_view email);
/// already_exists if the address has an account.
base::Status insert_user(store::Connection& connection, const User& user);
base::Status set_password(store::Connection& connection, std::string_view user, const std::string& hash,
                          base::UtcTime now);
base::Status set_name(store::Connection& connection, std::string_view user, const std::string& name, base::UtcTime now);
base::Status set_email_verified(store::Connection& connection, std::string_view user, base::UtcTime now);
base::Status set_second_factor(store::Connection& connection, std::string_view user, const std::string& sealed,
                               std::optional<base::UtcTime> enabled, base::UtcTime now);
/// True for one caller only, and only if `step` is later than all that were taken.
base::Result<bool> take_totp_step(store::Connection& connection, std::string_view user, std::int64_t step);

struct Organisation {
  std::string id;
  std::string name;
  base::UtcTime created{};
};
base::Result<std::optional<Organisation>> find_organisation(store::Connection& connection, std::string_view id);
base::Status set_organisation_name(store::Connection& connection, std::string_view id, std::string_view name);
base::Status insert_organisation(store::Connection& connection, std::string_view id, std::string_view name,
                                 base::UtcTime now);
base::Result<std::optional<Membership>> find_membership(store::Connection& connection, std::string_view organisation,
                                                        std::string_view user);
/// The oldest first.
base::Result<std::vector<Membership>> memberships_of(store::Connection& connection, std::string_view user);
base::Result<std::vector<Member>> members_of(store::Connection& connection, std::string_view organisation);
/// already_exists if it is one.
base::Status insert_membership(store::Connection& connection, const Membership& membership, base::UtcTime now);
base::Status set_role(store::Connection& connection, const Membership& membership);
base::Status delete_membership(store::Connection& connection, std::string_view organisation, std::string_view user);
base::Result<std::int64_t> count_owners(store::Connection& connection, std::string_view organisation);

}  // namespace frontdesk::accounts
