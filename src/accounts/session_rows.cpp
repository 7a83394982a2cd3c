#include "accounts/session_rows.hpp"

namespace frontdesk::accounts {
namespace {

const std::string kSelect =
    "SELECT id, organisation, user_id, address, user_agent, created_at, last_seen_at, authenticated_at, expires_at, "
    "revoked_at FROM sessions WHERE ";

Session session_of(const store::Row& row) {
  Session session{row.text(0),      row.text(1),      row.text(2),      row.text(3),      row.text(4),
                  {row.integer(5)}, {row.integer(6)}, {row.integer(7)}, {row.integer(8)}, {}};
  if (const auto revoked = row.maybe_integer(9)) session.revoked = base::UtcTime{*revoked};
  return session;
}

base::Status status_of(const base::Result<store::Rows>& done) {
  if (!done) return tl::unexpected(done.error());
  return {};
}

}  // namespace

base::Status insert_session(store::Connection& connection, const Session& session) {
  return status_of(connection.run(
      "INSERT INTO sessions (id, organisation, user_id, address, user_agent, created_at, last_seen_at, "
      "authenticated_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {session.id, session.organisation, session.user, session.address, session.user_agent, session.created.unix_ms,
       session.last_seen.unix_ms, session.authenticated.unix_ms, session.expires.unix_ms}));
}

base::Result<std::optional<Session>> find_session(store::Connection& connection, std::string_view id) {
  const auto rows = connection.run(kSelect + "id = ?", {std::string(id)});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return std::optional<Session>();
  return std::optional<Session>(session_of(rows->front()));
}

base::Result<std::vector<Session>> open_sessions(store::Connection& connection, std::string_view user,
                                                 base::UtcTime now) {
  const auto rows = connection.run(
      kSelect + "user_id = ? AND revoked_at IS NULL AND expires_at > ? ORDER BY created_at DESC, id DESC",
      {std::string(user), now.unix_ms});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<Session> out;
  for (const auto& row : *rows) out.push_back(session_of(row));
  return out;
}

base::Result<bool> revoke_session(store::Connection& connection, std::string_view id, std::string_view because,
                                  base::UtcTime now) {
  const auto done =
      connection.run("UPDATE sessions SET revoked_at = ?, revoked_because = ? WHERE id = ? AND revoked_at IS NULL",
                     {now.unix_ms, std::string(because), std::string(id)});
  if (!done) return tl::unexpected(done.error());
  return connection.changed() == 1;
}

base::Status revoke_sessions(store::Connection& connection, std::string_view user, std::string_view organisation,
                             std::string_view except, std::string_view because, base::UtcTime now) {
  std::string sql =
      "UPDATE sessions SET revoked_at = ?, revoked_because = ? WHERE user_id = ? AND id <> ? AND revoked_at IS NULL";
  std::vector<store::Value> values{now.unix_ms, std::string(because), std::string(user), std::string(except)};
  if (!organisation.empty()) {
    sql += " AND organisation = ?";
    values.emplace_back(std::string(organisation));
  }
  return status_of(connection.run(sql, std::span<const store::Value>(values)));
}

base::Status touch_session(store::Connection& connection, std::string_view id, std::string_view address,
                           base::UtcTime now) {
  return status_of(connection.run("UPDATE sessions SET last_seen_at = ?, address = ? WHERE id = ?",
                                  {now.unix_ms, std::string(address), std::string(id)}));
}

base::Status set_authenticated(store::Connection& connection, std::string_view id, base::UtcTime now) {
  return status_of(
      connection.run("UPDATE sessions SET authenticated_at = ? WHERE id = ?", {now.unix_ms, std::string(id)}));
}

base::Status insert_refresh_token(store::Connection& connection, const std::string& digest, std::string_view session,
                                  base::UtcTime now, base::UtcTime expires) {
  return status_of(
      connection.run("INSERT INTO refresh_tokens (digest, session, issued_at, expires_at) VALUES (?, ?, ?, ?)",
                     {digest, std::string(session), now.unix_ms, expires.unix_ms}));
}

base::Result<std::optional<StoredRefreshToken>> find_refresh_token(store::Connection& connection,
                                                                   const std::string& digest) {
  const auto rows =
      connection.run("SELECT session, expires_at, used_at FROM refresh_tokens WHERE digest = ?", {digest});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return std::optional<StoredRefreshToken>();
  const auto& row = rows->front();
  StoredRefreshToken out{row.text(0), {{row.integer(1)}, {}}};
  if (const auto used = row.maybe_integer(2)) out.token.used = base::UtcTime{*used};
  return std::optional<StoredRefreshToken>(out);
}

base::Result<bool> use_refresh_token(store::Connection& connection, const std::string& digest, base::UtcTime now) {
  const auto done = connection.run("UPDATE refresh_tokens SET used_at = ? WHERE digest = ? AND used_at IS NULL",
                                   {now.unix_ms, digest});
  if (!done) return tl::unexpected(done.error());
  return connection.changed() == 1;
}

}  // namespace frontdesk::accounts
