#include "accounts/authentication.hpp"

#include <algorithm>

#include "accounts/access_keys.hpp"
#include "accounts/credentials/api_token.hpp"
#include "accounts/token_rows.hpp"
#include "accounts/users.hpp"
#include "base/entropy.hpp"

namespace frontdesk::accounts {
namespace {

tl::unexpected<base::Error> not_signed_in() {
  return base::fail(base::ErrorCode::unauthenticated, "accounts", "the access token is not valid: sign in again");
}

bool is_stale(std::optional<base::UtcTime> seen, base::UtcTime now) {
  return !seen || now.unix_ms - seen->unix_ms >= base::to_ms(kLastUsedExact);
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& each : words) out += (out.empty() ? "" : " ") + each;
  return out;
}

}  // namespace

bool is_recent(const access::Principal& who, base::UtcTime now) {
  return now.unix_ms - who.authenticated_at.unix_ms <= base::to_ms(kRecent);
}

base::Result<access::Principal> Authentication::authenticate(std::string_view credential, const base::Endpoint& address,
                                                             base::UtcTime now) {
  return office_.with_connection([&](store::Connection& connection) {
    return credential.starts_with(credentials::kApiTokenPrefix) ? by_api_token(connection, credential, address, now)
                                                                : by_access_token(connection, credential, address, now);
  });
}

base::Result<access::Principal> Authentication::by_api_token(store::Connection& connection, std::string_view text,
                                                             const base::Endpoint& address, base::UtcTime now) {
  if (!credentials::is_api_token(text)) return not_signed_in();
  const auto token = find_api_token(connection, credentials::api_token_digest(text));
  if (!token) return tl::unexpected(token.error());
  if (!*token || (*token)->revoked || ((*token)->expires && *(*token)->expires <= now)) return not_signed_in();
  const auto membership = find_membership(connection, (*token)->organisation, (*token)->user);
  if (!membership) return tl::unexpected(membership.error());
  if (!*membership) return not_signed_in();
  if (auto here = check_address(connection, (*token)->organisation, address); !here)
    return tl::unexpected(here.error());
  if (is_stale((*token)->last_used, now))
    if (auto seen = touch_api_token(connection, (*token)->id, base::address_text(address), now); !seen)
      return tl::unexpected(seen.error());
  return access::Principal{access::Principal::Kind::token,
                           (*token)->organisation,
                           (*token)->id,
                           (*membership)->role,
                           (*token)->scopes,
                           "",
                           {}};
}

base::Result<access::Principal> Authentication::by_access_token(store::Connection& connection, std::string_view text,
                                                                const base::Endpoint& address, base::UtcTime now) {
  const auto keys = accepted_keys(office_, connection);
  if (!keys) return tl::unexpected(keys.error());
  const auto claims = credentials::verify(text, *keys, expected_token(office_), now);
  if (!claims) return tl::unexpected(claims.error());
  const auto session = find_session(connection, claims->session);
  if (!session) return tl::unexpected(session.error());
  if (!*session || (*session)->revoked || (*session)->expires <= now || (*session)->user != claims->subject ||
      (*session)->organisation != claims->organisation)
    return not_signed_in();
  const auto membership = find_membership(connection, claims->organisation, claims->subject);
  if (!membership) return tl::unexpected(membership.error());
  if (!*membership) return not_signed_in();
  if (auto here = check_address(connection, claims->organisation, address); !here) return tl::unexpected(here.error());
  if (is_stale((*session)->last_seen, now))
    if (auto seen = touch_session(connection, claims->session, base::address_text(address), now); !seen)
      return tl::unexpected(seen.error());
  return access::Principal{
      access::Principal::Kind::user, claims->organisation, claims->subject, (*membership)->role, {}, claims->session,
      (*session)->authenticated};
}

base::Result<bool> Authentication::still_valid(const access::Principal& who, base::UtcTime now) {
  return office_.with_connection([&](store::Connection& connection) -> base::Result<bool> {
    std::string user = who.id;
    if (who.kind == access::Principal::Kind::token) {
      const auto tokens = api_tokens_of(connection, who.organisation);
      if (!tokens) return tl::unexpected(tokens.error());
      const auto own =
          std::find_if(tokens->begin(), tokens->end(), [&](const auto& each) { return each.id == who.id; });
      if (own == tokens->end() || (own->expires && *own->expires <= now)) return false;
      user = own->user;
    } else {
      const auto session = find_session(connection, who.session);
      if (!session) return tl::unexpected(session.error());
      if (!*session || (*session)->revoked || (*session)->expires <= now || (*session)->user != who.id) return false;
    }
    const auto membership = find_membership(connection, who.organisation, user);
    if (!membership) return tl::unexpected(membership.error());
    return *membership && (*membership)->role >= who.role;
  });
}

base::Result<Authentication::MadeApiToken> Authentication::make_api_token(const access::Principal& who,
                                                                          const NewApiToken& wanted,
                                                                          const Visitor& visitor, base::UtcTime now) {
  if (who.kind != access::Principal::Kind::user || !access::allows(who, access::permission::kWriteTokens))
    return base::fail(base::ErrorCode::permission_denied, "accounts", "only administrators who signed in make tokens");
  const auto scopes = credentials::check_scopes(wanted.scopes, who.role);
  if (!scopes) return tl::unexpected(scopes.error());
  const auto name = plain_line(wanted.name, kLongestTokenName);
  if (name.find_first_not_of(' ') == std::string::npos)
    return base::fail(base::ErrorCode::invalid_argument, "accounts", "give the token a name that says what uses it");
  const auto latest = now.unix_ms + base::to_ms(credentials::kLongestApiTokenLife);
  if (wanted.expires && (*wanted.expires <= now || wanted.expires->unix_ms > latest))
    return base::fail(base::ErrorCode::invalid_argument, "accounts",
                      "a token expires later than now, within two years");
  const auto entropy = fresh_entropy();
  if (!entropy) return tl::unexpected(entropy.error());
  auto text = credentials::make_api_token(*entropy);
  const ApiToken token{base::new_id("token"),
                       who.organisation,
                       who.id,
                       name,
                       credentials::api_token_hint(text.expose()),
                       *scopes,
                       now,
                       wanted.expires,
                       {},
                       "",
                       {}};
  return office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Result<MadeApiToken> {
    const auto existing = api_tokens_of(connection, who.organisation);
    if (!existing) return tl::unexpected(existing.error());
    if (existing->size() >= kMostApiTokens)
      return base::fail(base::ErrorCode::resource_exhausted, "accounts", "there are 100 tokens: revoke unused ones");
    const auto digest = credentials::api_token_digest(text.expose());
    if (auto written = insert_api_token(connection, token, digest); !written) return tl::unexpected(written.error());
    trail.add({actor_of(who, visitor),
               "tokens.made",
               token.id,
               {{"name", "", token.name}, {"scopes", "", joined(token.scopes)}}});
    return MadeApiToken{token, text};
  });
}

base::Result<std::vector<ApiToken>> Authentication::api_tokens(const access::Principal& who) {
  return office_.with_connection(
      [&](store::Connection& connection) { return api_tokens_of(connection, who.organisation); });
}

base::Status Authentication::revoke_api_token(const access::Principal& who, std::string_view id, const Visitor& visitor,
                                              base::UtcTime now) {
  if (!access::allows(who, access::permission::kWriteTokens))
    return base::fail(base::ErrorCode::permission_denied, "accounts", "only administrators revoke tokens");
  return office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    const auto revoked = accounts::revoke_api_token(connection, who.organisation, id, now);
    if (!revoked) return tl::unexpected(revoked.error());
    if (!*revoked) return base::fail(base::ErrorCode::not_found, "accounts", "there is no such token");
    trail.add({actor_of(who, visitor), "tokens.revoked", std::string(id), {}});
    return {};
  });
}

base::Result<std::vector<Session>> Authentication::sessions(const access::Principal& who, base::UtcTime now) {
  return office_.with_connection([&](store::Connection& connection) { return open_sessions(connection, who.id, now); });
}

base::Status Authentication::revoke_session(const access::Principal& who, std::string_view id, const Visitor& visitor,
                                            base::UtcTime now) {
  return office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    const auto session = find_session(connection, id);
    if (!session) return tl::unexpected(session.error());
    const bool own = *session && (*session)->user == who.id;
    const auto revoked = own ? accounts::revoke_session(connection, id, "revoked", now) : base::Result<bool>(false);
    if (!revoked) return tl::unexpected(revoked.error());
    if (!*revoked) return base::fail(base::ErrorCode::not_found, "accounts", "there is no such session");
    trail.add({actor_of(who, visitor), "session.revoked", std::string(id), {}});
    return {};
  });
}

base::Status Authentication::revoke_other_sessions(const access::Principal& who, const Visitor& visitor,
                                                   base::UtcTime now) {
  return office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    if (auto ended = revoke_sessions(connection, who.id, "", who.session, "revoked", now); !ended) return ended;
    trail.add({actor_of(who, visitor), "session.others_revoked", who.session, {}});
    return {};
  });
}

}  // namespace frontdesk::accounts
