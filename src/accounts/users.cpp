#include "accounts/users.hpp"

namespace frontdesk::accounts {
namespace {

const std::string kSelectUser =
    "SELECT id, email, password_hash, name, created_at, subscription_tier, api_quota, storage_quota, "
    "email_verified_at, totp_sealed, totp_enabled_at, totp_last_step FROM users WHERE ";

std::optional<base::UtcTime> maybe_time(const store::Row& row, std::size_t column) {
  const auto value = row.maybe_integer(column);
  if (!value) return std::nullopt;
  return base::UtcTime{*value};
}

store::Value value_of(const std::optional<base::UtcTime>& time) {
  if (!time) return std::monostate{};
  return time->unix_ms;
}

User user_of(const store::Row& row) {
  return {row.text(0),    row.text(1),    row.text(2),        row.text(3), {row.integer(4)},    row.text(5),
          row.integer(6), row.integer(7), maybe_time(row, 8), row.text(9), maybe_time(row, 10), row.integer(11)};
}

Membership membership_of(const store::Row& row) {
  return {row.text(0), row.text(1), access::role_named(row.text(2)).value_or(access::Role::viewer)};
}

base::Status status_of(const base::Result<store::Rows>& done) {
  if (!done) return tl::unexpected(done.error());
  return {};
}

base::Result<std::optional<User>> first_user(const base::Result<store::Rows>& rows) {
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return std::optional<User>();
  return std::optional<User>(user_of(rows->front()));
}

base::Result<std::int64_t> first_number(const base::Result<store::Rows>& rows) {
  if (!rows) return tl::unexpected(rows.error());
  return rows->front().integer(0);
}

}  // namespace

base::Result<std::int64_t> count_users(store::Connection& connection) {
  return first_number(connection.run("SELECT COUNT(*) FROM users"));
}

base::Result<std::optional<User>> find_user(store::Connection& connection, std::string_view id) {
  return first_user(connection.run(kSelectUser + "id = ?", {std::string(id)}));
}

base::Result<std::optional<User>> find_user_by_email(store::Connection& connection, std::string_view email) {
  return first_user(connection.run(kSelectUser + "email = ?", {std::string(email)}));
}

base::Status insert_user(store::Connection& connection, const User& user) {
  const auto written = connection.run(
      "INSERT INTO users (id, email, password_hash, name, created_at, updated_at, password_changed_at, "
      "email_verified_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (email) DO NOTHING",
      {user.id, user.email, user.password_hash, user.name, user.created.unix_ms, user.created.unix_ms,
       user.created.unix_ms, value_of(user.email_verified)});
  if (!written) return tl::unexpected(written.error());
  if (connection.changed() == 1) return {};
  return base::fail(base::ErrorCode::already_exists, "accounts", "this e-mail address has an account");
}

base::Status set_password(store::Connection& connection, std::string_view user, const std::string& hash,
                          base::UtcTime now) {
  return status_of(
      connection.run("UPDATE users SET password_hash = ?, password_changed_at = ?, updated_at = ? WHERE id = ?",
                     {hash, now.unix_ms, now.unix_ms, std::string(user)}));
}

base::Status set_name(store::Connection& connection, std::string_view user, const std::string& name,
                      base::UtcTime now) {
  return status_of(
      connection.run("UPDATE users SET name = ?, updated_at = ? WHERE id = ?", {name, now.unix_ms, std::string(user)}));
}

base::Status set_email_verified(store::Connection& connection, std::string_view user, base::UtcTime now) {
  return status_of(connection.run(
      "UPDATE users SET email_verified_at = ?, updated_at = ? WHERE id = ? AND email_verified_at IS NULL",
      {now.unix_ms, now.unix_ms, std::string(user)}));
}

base::Status set_second_factor(store::Connection& connection, std::string_view user, const std::string& sealed,
                               std::optional<base::UtcTime> enabled, base::UtcTime now) {
  return status_of(connection.run("UPDATE users SET totp_sealed = ?, totp_enabled_at = ?, updated_at = ? WHERE id = ?",
                                  {sealed, value_of(enabled), now.unix_ms, std::string(user)}));
}

base::Result<bool> take_totp_step(store::Connection& connection, std::string_view user, std::int64_t step) {
  const auto taken = connection.run("UPDATE users SET totp_last_step = ? WHERE id = ? AND totp_last_step < ?",
                                    {step, std::string(user), step});
  if (!taken) return tl::unexpected(taken.error());
  return connection.changed() == 1;
}

base::Result<std::optional<Organisation>> find_organisation(store::Connection& connection, std::string_view id) {
  const auto rows = connection.run("SELECT id, name, created_at FROM organisations WHERE id = ?", {std::string(id)});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return std::optional<Organisation>();
  const auto& row = rows->front();
  return std::optional<Organisation>(Organisation{row.text(0), row.text(1), {row.integer(2)}});
}

base::Status set_organisation_name(store::Connection& connection, std::string_view id, std::string_view name) {
  return status_of(
      connection.run("UPDATE organisations SET name = ? WHERE id = ?", {std::string(name), std::string(id)}));
}

base::Status insert_organisation(store::Connection& connection, std::string_view id, std::string_view name,
                                 base::UtcTime now) {
  return status_of(connection.run("INSERT INTO organisations (id, name, created_at) VALUES (?, ?, ?)",
                                  {std::string(id), std::string(name), now.unix_ms}));
}

base::Result<std::optional<Membership>> find_membership(store::Connection& connection, std::string_view organisation,
                                                        std::string_view user) {
  const auto rows =
      connection.run("SELECT organisation, user_id, role FROM memberships WHERE organisation = ? AND user_id = ?",
                     {std::string(organisation), std::string(user)});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return std::optional<Membership>();
  return std::optional<Membership>(membership_of(rows->front()));
}

base::Result<std::vector<Membership>> memberships_of(store::Connection& connection, std::string_view user) {
  const auto rows = connection.run(
      "SELECT organisation, user_id, role FROM memberships WHERE user_id = ? ORDER BY created_at, organisation",
      {std::string(user)});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<Membership> out;
  for (const auto& row : *rows) out.push_back(membership_of(row));
  return out;
}

base::Result<std::vector<Member>> members_of(store::Connection& connection, std::string_view organisation) {
  const auto rows = connection.run(
      "SELECT u.id, u.email, u.name, m.role, m.created_at, u.totp_enabled_at FROM memberships m "
      "JOIN users u ON u.id = m.user_id WHERE m.organisation = ? ORDER BY m.created_at, u.id",
      {std::string(organisation)});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<Member> out;
  for (const auto& row : *rows)
    out.push_back({row.text(0),
                   row.text(1),
                   row.text(2),
                   access::role_named(row.text(3)).value_or(access::Role::viewer),
                   {row.integer(4)},
                   row.maybe_integer(5).has_value()});
  return out;
}

base::Status insert_membership(store::Connection& connection, const Membership& membership, base::UtcTime now) {
  const auto written = connection.run(
      "INSERT INTO memberships (organisation, user_id, role, created_at) VALUES (?, ?, ?, ?) "
      "ON CONFLICT (organisation, user_id) DO NOTHING",
      {membership.organisation, membership.user, std::string(access::name(membership.role)), now.unix_ms});
  if (!written) return tl::unexpected(written.error());
  if (connection.changed() == 1) return {};
  return base::fail(base::ErrorCode::already_exists, "accounts", "this person belongs to the team already");
}

base::Status set_role(store::Connection& connection, const Membership& membership) {
  return status_of(
      connection.run("UPDATE memberships SET role = ? WHERE organisation = ? AND user_id = ?",
                     {std::string(access::name(membership.role)), membership.organisation, membership.user}));
}

base::Status delete_membership(store::Connection& connection, std::string_view organisation, std::string_view user) {
  return status_of(connection.run("DELETE FROM memberships WHERE organisation = ? AND user_id = ?",
                                  {std::string(organisation), std::string(user)}));
}

base::Result<std::int64_t> count_owners(store::Connection& connection, std::string_view organisation) {
  return first_number(connection.run("SELECT COUNT(*) FROM memberships WHERE organisation = ? AND role = ?",
                                     {std::string(organisation), std::string(access::name(access::Role::owner))}));
}

}  // namespace frontdesk::accounts
