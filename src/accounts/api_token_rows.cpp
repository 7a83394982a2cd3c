#include "accounts/api_token_rows.hpp"

#include <sstream>

namespace frontdesk::accounts {
namespace {

const std::string kSelect =
    "SELECT id, organisation, user_id, name, hint, scopes, created_at, expires_at, last_used_at, last_used_from, "
    "revoked_at FROM api_tokens WHERE ";

std::optional<base::UtcTime> maybe_time(const store::Row& row, std::size_t column) {
  const auto value = row.maybe_integer(column);
  if (!value) return std::nullopt;
  return base::UtcTime{*value};
}

ApiToken token_of(const store::Row& row) {
  ApiToken token{row.text(0),      row.text(1),        row.text(2),        row.text(3), row.text(4),        {},
                 {row.integer(6)}, maybe_time(row, 7), maybe_time(row, 8), row.text(9), maybe_time(row, 10)};
  std::istringstream scopes(row.text(5));
  for (std::string scope; scopes >> scope;) token.scopes.push_back(scope);
  return token;
}

base::Status status_of(const base::Result<store::Rows>& done) {
  if (!done) return tl::unexpected(done.error());
  return {};
}

}  // namespace

base::Status insert_api_token(store::Connection& connection, const ApiToken& token, const std::string& digest) {
  std::string scopes;
  for (const auto& each : token.scopes) scopes += (scopes.empty() ? "" : " ") + each;
  const store::Value expires = token.expires ? store::Value(token.expires->unix_ms) : store::Value();
  return status_of(connection.run(
      "INSERT INTO api_tokens (id, organisation, user_id, name, hint, digest, scopes, created_at, expires_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {token.id, token.organisation, token.user, token.name, token.hint, digest, scopes, token.created.unix_ms,
       expires}));
}

base::Result<std::optional<ApiToken>> find_api_token(store::Connection& connection, const std::string& digest) {
  const auto rows = connection.run(kSelect + "digest = ?", {digest});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return std::optional<ApiToken>();
  return std::optional<ApiToken>(token_of(rows->front()));
}

base::Result<std::vector<ApiToken>> api_tokens_of(store::Connection& connection, std::string_view organisation) {
  const auto rows =
      connection.run(kSelect + "organisation = ? AND revoked_at IS NULL ORDER BY created_at DESC, id DESC",
                     {std::string(organisation)});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<ApiToken> out;
  for (const auto& row : *rows) out.push_back(token_of(row));
  return out;
}

base::Result<bool> revoke_api_token(store::Connection& connection, std::string_view organisation, std::string_view id,
                                    base::UtcTime now) {
  const auto done =
      connection.run("UPDATE api_tokens SET revoked_at = ? WHERE organisation = ? AND id = ? AND revoked_at IS NULL",
                     {now.unix_ms, std::string(organisation), std::string(id)});
  if (!done) return tl::unexpected(done.error());
  return connection.changed() == 1;
}

base::Status revoke_api_tokens_of(store::Connection& connection, std::string_view organisation, std::string_view user,
                                  base::UtcTime now) {
  return status_of(connection.run(
      "UPDATE api_tokens SET revoked_at = ? WHERE organisation = ? AND user_id = ? AND revoked_at IS NULL",
      {now.unix_ms, std::string(organisation), std::string(user)}));
}

base::Status touch_api_token(store::Connection& connection, std::string_view id, std::string_view address,
                             base::UtcTime now) {
  return status_of(connection.run("UPDATE api_tokens SET last_used_at = ?, last_used_from = ? WHERE id = ?",
                                  {now.unix_ms, std::string(address), std::string(id)}));
}

}  // namespace frontdesk::accounts
