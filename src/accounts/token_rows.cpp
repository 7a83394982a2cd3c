#include "accounts/token_rows.hpp"

namespace frontdesk::accounts {
namespace {

using credentials::TokenKind;

constexpr base::Duration kSessionsKept = std::chrono::hours(90 * 24);
const std::string kSelect =
    "SELECT digest, email, user_id, organisation, role, created_at, expires_at, used_at, tries FROM email_tokens "
    "WHERE kind = ?";

EmailToken token_of(TokenKind kind, const store::Row& row) {
  EmailToken token{
      row.text(0), kind,        row.text(1),      row.text(2),
      row.text(3), row.text(4), {row.integer(5)}, {{row.integer(6)}, {}, static_cast<int>(row.integer(8))}};
  if (const auto used = row.maybe_integer(7)) token.life.used = base::UtcTime{*used};
  return token;
}

base::Status status_of(const base::Result<store::Rows>& done) {
  if (!done) return tl::unexpected(done.error());
  return {};
}

base::Result<bool> changed_one(store::Connection& connection, const base::Result<store::Rows>& done) {
  if (!done) return tl::unexpected(done.error());
  return connection.changed() == 1;
}

tl::unexpected<base::Error> too_many(base::UtcTime until, base::UtcTime now) {
  const auto seconds = std::max<std::int64_t>(1, (until.unix_ms - now.unix_ms + 999) / 1000);
  return base::fail(base::ErrorCode::resource_exhausted, "accounts",
                    "too many failed tries: wait " + std::to_string(seconds) + " s", base::Retry::later,
                    static_cast<int>(seconds));
}

}  // namespace

base::Status insert_email_token(store::Connection& connection, const EmailToken& token) {
  return status_of(connection.run(
      "INSERT INTO email_tokens (digest, kind, email, user_id, organisation, role, created_at, expires_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {token.digest, std::string(credentials::name(token.kind)), token.email, token.user, token.organisation,
       token.role, token.created.unix_ms, token.life.expires.unix_ms}));
}

base::Result<std::optional<EmailToken>> find_email_token(store::Connection& connection, TokenKind kind,
                                                         const std::string& digest) {
  const auto rows = connection.run(kSelect + " AND digest = ?", {std::string(credentials::name(kind)), digest});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return std::optional<EmailToken>();
  return std::optional<EmailToken>(token_of(kind, rows->front()));
}

base::Result<std::vector<EmailToken>> open_email_tokens(store::Connection& connection, TokenKind kind,
                                                        std::string_view organisation, base::UtcTime now) {
  const auto rows = connection.run(
      kSelect + " AND organisation = ? AND used_at IS NULL AND expires_at > ? ORDER BY created_at, digest",
      {std::string(credentials::name(kind)), std::string(organisation), now.unix_ms});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<EmailToken> out;
  for (const auto& row : *rows) out.push_back(token_of(kind, row));
  return out;
}

base::Result<bool> use_email_token(store::Connection& connection, const std::string& digest, base::UtcTime now) {
  return changed_one(connection,
                     connection.run("UPDATE email_tokens SET used_at = ? WHERE digest = ? AND used_at IS NULL",
                                    {now.unix_ms, digest}));
}

base::Status count_try(store::Connection& connection, const std::string& digest) {
  return status_of(connection.run("UPDATE email_tokens SET tries = tries + 1 WHERE digest = ?", {digest}));
}

base::Status void_email_tokens(store::Connection& connection, TokenKind kind, std::string_view email,
                               std::string_view organisation, base::UtcTime now) {
  std::string sql = "UPDATE email_tokens SET used_at = ? WHERE kind = ? AND email = ? AND used_at IS NULL";
  std::vector<store::Value> values{now.unix_ms, std::string(credentials::name(kind)), std::string(email)};
  if (!organisation.empty()) {
    sql += " AND organisation = ?";
    values.emplace_back(std::string(organisation));
  }
  return status_of(connection.run(sql, std::span<const store::Value>(values)));
}

base::Status replace_recovery_codes(store::Connection& connection, std::string_view user,
                                    std::span<const std::string> digests, base::UtcTime now) {
  auto done = connection.run("DELETE FROM recovery_codes WHERE user_id = ?", {std::string(user)});
  for (std::size_t i = 0; done && i < digests.size(); ++i)
    done = connection.run("INSERT INTO recovery_codes (user_id, digest, created_at) VALUES (?, ?, ?)",
                          {std::string(user), digests[i], now.unix_ms});
  return status_of(done);
}

base::Result<bool> use_recovery_code(store::Connection& connection, std::string_view user, const std::string& digest,
                                     base::UtcTime now) {
  return changed_one(
      connection,
      connection.run("UPDATE recovery_codes SET used_at = ? WHERE user_id = ? AND digest = ? AND used_at IS NULL",
                     {now.unix_ms, std::string(user), digest}));
}

base::Result<std::int64_t> count_recovery_codes(store::Connection& connection, std::string_view user) {
  const auto rows =
      connection.run("SELECT COUNT(*) FROM recovery_codes WHERE user_id = ? AND used_at IS NULL", {std::string(user)});
  if (!rows) return tl::unexpected(rows.error());
  return rows->front().integer(0);
}

base::Result<credentials::Failures> failures_of(store::Connection& connection, const std::string& account,
                                                const std::string& source) {
  const auto rows = connection.run(
      "SELECT failures, last_failure_at FROM sign_in_attempts WHERE account = ? AND source = ?", {account, source});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return credentials::Failures{};
  return credentials::Failures{static_cast<int>(rows->front().integer(0)), {rows->front().integer(1)}};
}

base::Status reserve_try(store::Connection& connection, const std::string& account, const std::string& source,
                         const credentials::LockOutRule& rule, base::UtcTime now) {
  const auto inserted = connection.run(
      "INSERT INTO sign_in_attempts (account, source, failures, last_failure_at) VALUES (?, ?, 0, 0) "
      "ON CONFLICT (account, source) DO NOTHING",
      {account, source});
  if (!inserted) return tl::unexpected(inserted.error());
  const auto before = failures_of(connection, account, source);
  if (!before) return tl::unexpected(before.error());
  const auto until = credentials::next_try(*before, rule);
  if (until > now) return too_many(until, now);
  const auto after = credentials::one_more(*before, now);
  // Whoever read the same count beside us and wrote first had the try.
  const auto written = connection.run(
      "UPDATE sign_in_attempts SET failures = ?, last_failure_at = ? "
      "WHERE account = ? AND source = ? AND failures = ? AND last_failure_at = ?",
      {std::int64_t{after.count}, after.last.unix_ms, account, source, std::int64_t{before->count},
       before->last.unix_ms});
  if (!written) return tl::unexpected(written.error());
  if (connection.changed() != 1) return too_many({now.unix_ms + 1000}, now);
  return {};
}

base::Status forget_failures(store::Connection& connection, const std::string& account, const std::string& source) {
  return status_of(connection.run("DELETE FROM sign_in_attempts WHERE account = ? AND source = ?", {account, source}));
}

base::Status take_back_try(store::Connection& connection, const std::string& account, const std::string& source) {
  return status_of(connection.run(
      "UPDATE sign_in_attempts SET failures = failures - 1 WHERE account = ? AND source = ? AND failures > 0",
      {account, source}));
}

base::Result<std::vector<AllowedNetwork>> allowed_networks(store::Connection& connection,
                                                           std::string_view organisation) {
  const auto rows =
      connection.run("SELECT network, note FROM ip_allow_list WHERE organisation = ? ORDER BY created_at, network",
                     {std::string(organisation)});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<AllowedNetwork> out;
  for (const auto& row : *rows) {
    auto network = credentials::parse_network(row.text(0));
    if (!network)
      return base::fail(base::ErrorCode::data_loss, "accounts", "the allow list in the database is damaged");
    out.push_back({*network, row.text(1)});
  }
  return out;
}

base::Status replace_networks(store::Connection& connection, std::string_view organisation,
                              std::span<const AllowedNetwork> networks, base::UtcTime now) {
  auto done = connection.run("DELETE FROM ip_allow_list WHERE organisation = ?", {std::string(organisation)});
  for (std::size_t i = 0; done && i < networks.size(); ++i)
    done = connection.run(
        "INSERT INTO ip_allow_list (organisation, network, note, created_at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (organisation, network) DO NOTHING",
        {std::string(organisation), credentials::to_string(networks[i].network), networks[i].note, now.unix_ms});
  return status_of(done);
}

base::Status check_address(store::Connection& connection, std::string_view organisation,
                           const base::Endpoint& address) {
  const auto list = allowed_networks(connection, organisation);
  if (!list) return tl::unexpected(list.error());
  std::vector<credentials::Network> networks;
  for (const auto& each : *list) networks.push_back(each.network);
  if (credentials::allows(networks, address)) return {};
  return base::fail(base::ErrorCode::permission_denied, "accounts",
                    "this organisation is not open to your network address: ask an administrator to allow it");
}

base::Status sweep(store::Connection& connection, base::UtcTime now) {
  const auto ago = [&](base::Duration by) { return store::Value{now.unix_ms - base::to_ms(by)}; };
  auto done = connection.run("DELETE FROM email_tokens WHERE expires_at < ?", {now.unix_ms});
  if (done)
    done = connection.run("DELETE FROM sign_in_attempts WHERE last_failure_at < ?",
                          {ago(credentials::kFailuresForgotten)});
  if (done) done = connection.run("DELETE FROM sessions WHERE expires_at < ?", {ago(kSessionsKept)});
  return status_of(done);
}

}  // namespace frontdesk::accounts
