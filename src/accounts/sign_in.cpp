#include "accounts/sign_in.hpp"

#include "accounts/access_keys.hpp"
#include "accounts/credentials/email_address.hpp"
#include "accounts/credentials/password_rules.hpp"
#include "accounts/second_factor.hpp"
#include "accounts/token_rows.hpp"
#include "base/entropy.hpp"

namespace frontdesk::accounts {
namespace {

using credentials::TokenKind;

constexpr std::string_view kRefreshPurpose = "refresh";
const std::string kAnyAccount;  ///< of failures counted for an address over all accounts
const std::string kAnySource;   ///< of failures counted for an account over all addresses

struct Looked {
  std::optional<User> user;
};

/// Ends the oldest sessions so that one more is allowed.
base::Status make_room(store::Connection& connection, std::string_view user, base::UtcTime now) {
  const auto open = open_sessions(connection, user, now);
  if (!open) return tl::unexpected(open.error());
  for (std::size_t i = kMostSessions - 1; i < open->size(); ++i)
    if (auto ended = revoke_session(connection, (*open)[i].id, "too many", now); !ended)
      return tl::unexpected(ended.error());
  return {};
}

base::Result<Membership> membership_for(store::Connection& connection, const std::string& user,
                                        const std::string& organisation) {
  const auto all = memberships_of(connection, user);
  if (!all) return tl::unexpected(all.error());
  for (const auto& each : *all)
    if (organisation.empty() || each.organisation == organisation) return each;
  return base::fail(base::ErrorCode::permission_denied, "accounts",
                    "you do not belong to this organisation: ask to be invited");
}

std::string second_factor_key(std::string_view user) {
  return credentials::token_digest("second factor of", user);
}

}  // namespace

std::string account_key(std::string_view email) {
  return credentials::token_digest("sign-in to", email);
}

base::Result<SignedIn> SignIn::password(const Credentials& given, const Visitor& visitor, base::UtcTime now) {
  const auto email = credentials::normal_email(given.email).value_or("");
  const auto account = account_key(email);
  const auto source = credentials::source_of(visitor.address);
  const auto looked = office_.transaction([&](store::Connection& connection) -> base::Result<Looked> {
    if (auto may = reserve_try(connection, kAnyAccount, source, credentials::kPerAddress, now); !may)
      return tl::unexpected(may.error());
    if (auto may = reserve_try(connection, account, source, credentials::kPerAccount, now); !may)
      return tl::unexpected(may.error());
    auto user = find_user_by_email(connection, email);
    if (!user) return tl::unexpected(user.error());
    return Looked{std::move(*user)};
  });
  if (!looked) return tl::unexpected(looked.error());
  const auto& user = looked->user;
  const bool too_long = given.password.expose().size() > credentials::kMostPasswordBytes;
  const auto input = credentials::bcrypt_input(too_long ? base::Secret() : given.password);
  const auto right = office_.hashes.matches(input, user && !too_long ? user->password_hash : std::string());
  const bool failed = right && !*right;
  if (!failed) {
    const auto cleared = office_.with_connection([&](store::Connection& connection) -> base::Status {
      if (auto back = take_back_try(connection, kAnyAccount, source); !back) return back;
      return right ? forget_failures(connection, account, source) : take_back_try(connection, account, source);
    });
    if (!cleared) return tl::unexpected(cleared.error());
  }
  if (!right) return tl::unexpected(right.error());
  if (failed) return wrong_credentials();
  if (office_.hashes.is_outdated(user->password_hash)) {
    const auto stronger = office_.hashes.hash(input);
    if (stronger)
      (void)office_.with_connection([&](store::Connection& c) { return set_password(c, user->id, *stronger, now); });
  }
  return let_in(*user, given.organisation, visitor, now);
}

base::Result<SignedIn> SignIn::let_in(const User& user, const std::string& organisation, const Visitor& visitor,
                                      base::UtcTime now) {
  if (!user.email_verified)
    return base::fail(base::ErrorCode::failed_precondition, "accounts",
                      "the e-mail address is not verified yet: use the link in the mail, or ask for a new one");
  return office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Result<SignedIn> {
    const auto membership = membership_for(connection, user.id, organisation);
    if (!membership) return tl::unexpected(membership.error());
    if (auto here = check_address(connection, membership->organisation, visitor.address); !here)
      return tl::unexpected(here.error());
    if (!user.totp_enabled) {
      auto tokens = start_session(connection, trail, *membership, visitor, now);
      if (!tokens) return tl::unexpected(tokens.error());
      return SignedIn(std::move(*tokens));
    }
    const auto entropy = fresh_entropy();
    if (!entropy) return tl::unexpected(entropy.error());
    auto text = credentials::token_text(*entropy);
    const base::UtcTime expires{now.unix_ms + base::to_ms(credentials::lifetime(TokenKind::second_factor))};
    const EmailToken token{credentials::token_digest(name(TokenKind::second_factor), text.expose()),
                           TokenKind::second_factor,
                           user.email,
                           user.id,
                           membership->organisation,
                           "",
                           now,
                           {expires, {}, 0}};
    if (auto written = insert_email_token(connection, token); !written) return tl::unexpected(written.error());
    return SignedIn(CodeNeeded{std::move(text), expires});
  });
}

base::Result<SessionTokens> SignIn::start_session(store::Connection& connection, audit::Trail& trail,
                                                  const Membership& membership, const Visitor& visitor,
                                                  base::UtcTime now) {
  if (auto room = make_room(connection, membership.user, now); !room) return tl::unexpected(room.error());
  const auto address = base::address_text(visitor.address);
  const Session session{base::new_id("session"),
                        membership.organisation,
                        membership.user,
                        address,
                        plain_line(visitor.user_agent, kLongestUserAgent),
                        now,
                        now,
                        now,
                        credentials::session_end({now, {}}),
                        {}};
  if (auto written = insert_session(connection, session); !written) return tl::unexpected(written.error());
  trail.add({{membership.organisation, membership.user, session.id, address},
             "session.started",
             session.id,
             {{"user_agent", "", session.user_agent}}});
  return tokens_for(connection, session, membership.role, now);
}

base::Result<SessionTokens> SignIn::tokens_for(store::Connection& connection, const Session& session, access::Role role,
                                               base::UtcTime now) {
  const auto key = signing_key(office_, connection, now);
  if (!key) return tl::unexpected(key.error());
  const auto entropy = fresh_entropy();
  if (!entropy) return tl::unexpected(entropy.error());
  SessionTokens tokens;
  tokens.refresh = credentials::token_text(*entropy);
  tokens.refresh_expires = credentials::refresh_expiry({session.created, {}}, now);
  const auto digest = credentials::token_digest(kRefreshPurpose, tokens.refresh.expose());
  if (auto written = insert_refresh_token(connection, digest, session.id, now, tokens.refresh_expires); !written)
    return tl::unexpected(written.error());
  const base::UtcTime issued{now.unix_ms / 1000 * 1000};
  tokens.access_expires = {issued.unix_ms + base::to_ms(office_.settings.access_life)};
  const auto [issuer, audience] = expected_token(office_);
  tokens.access = base::Secret(credentials::sign(
      {issuer, audience, session.user, session.organisation, session.id, issued, issued, tokens.access_expires}, *key));
  tokens.who = {access::Principal::Kind::user, session.organisation, session.user, role, {}, session.id,
                session.authenticated};
  return tokens;
}

base::Result<SessionTokens> SignIn::second_factor(std::string_view challenge, std::string_view code,
                                                  const Visitor& visitor, base::UtcTime now) {
  const auto digest = credentials::token_digest(name(TokenKind::second_factor), challenge);
  const auto reserved = office_.transaction([&](store::Connection& connection) -> base::Result<std::string> {
    const auto token = find_email_token(connection, TokenKind::second_factor, digest);
    if (!token) return tl::unexpected(token.error());
    if (!*token || !credentials::is_usable((*token)->life, now)) return no_longer_valid();
    const auto account = second_factor_key((*token)->user);
    if (auto may = reserve_try(connection, account, kAnySource, credentials::kPerAccount, now); !may)
      return tl::unexpected(may.error());
    if (auto counted = count_try(connection, digest); !counted) return tl::unexpected(counted.error());
    return account;
  });
  if (!reserved) return tl::unexpected(reserved.error());
  return office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Result<SessionTokens> {
    auto tokens = check_code(connection, trail, digest, code, visitor, now);
    if (!tokens) return tokens;
    if (auto cleared = forget_failures(connection, *reserved, kAnySource); !cleared)
      return tl::unexpected(cleared.error());
    return tokens;
  });
}

base::Result<SessionTokens> SignIn::check_code(store::Connection& connection, audit::Trail& trail,
                                               const std::string& challenge, std::string_view code,
                                               const Visitor& visitor, base::UtcTime now) {
  const auto token = find_email_token(connection, TokenKind::second_factor, challenge);
  if (!token) return tl::unexpected(token.error());
  const auto used = use_email_token(connection, challenge, now);
  if (!used) return tl::unexpected(used.error());
  if (!*token || !*used) return no_longer_valid();
  const auto user = find_user(connection, (*token)->user);
  if (!user) return tl::unexpected(user.error());
  if (!*user) return wrong_credentials();
  const auto right = take_code(office_, connection, **user, code, now);
  if (!right) return tl::unexpected(right.error());
  if (*right == CodeTaken::no) return wrong_credentials();
  const auto membership = membership_for(connection, (*user)->id, (*token)->organisation);
  if (!membership) return tl::unexpected(membership.error());
  if (auto here = check_address(connection, membership->organisation, visitor.address); !here)
    return tl::unexpected(here.error());
  if (*right == CodeTaken::recovery)
    trail.add({{membership->organisation, (*user)->id, "", base::address_text(visitor.address)},
               "second_factor.recovery_code_used",
               (*user)->id,
               {}});
  return start_session(connection, trail, *membership, visitor, now);
}

base::Result<SessionTokens> SignIn::refresh(std::string_view text, const Visitor& visitor, base::UtcTime now) {
  const auto digest = credentials::token_digest(kRefreshPurpose, text);
  std::string stolen;
  auto tokens = office_.transaction([&](store::Connection& connection) -> base::Result<SessionTokens> {
    const auto token = find_refresh_token(connection, digest);
    if (!token) return tl::unexpected(token.error());
    if (!*token) return wrong_credentials();
    const auto session = find_session(connection, (*token)->session);
    if (!session) return tl::unexpected(session.error());
    if (!*session) return wrong_credentials();
    const auto verdict = credentials::judge((*token)->token, {(*session)->created, (*session)->revoked}, now);
    if (verdict == credentials::RefreshVerdict::reuse) stolen = (*session)->id;
    if (verdict != credentials::RefreshVerdict::rotate) return wrong_credentials();
    const auto used = use_refresh_token(connection, digest, now);
    if (!used) return tl::unexpected(used.error());
    if (!*used) {
      stolen = (*session)->id;
      return wrong_credentials();
    }
    const auto membership = find_membership(connection, (*session)->organisation, (*session)->user);
    if (!membership) return tl::unexpected(membership.error());
    if (!*membership) return wrong_credentials();
    if (auto here = check_address(connection, (*session)->organisation, visitor.address); !here)
      return tl::unexpected(here.error());
    if (auto seen = touch_session(connection, (*session)->id, base::address_text(visitor.address), now); !seen)
      return tl::unexpected(seen.error());
    return tokens_for(connection, **session, (*membership)->role, now);
  });
  if (!stolen.empty())
    if (auto ended = end_family(stolen, visitor, now); !ended) return tl::unexpected(ended.error());
  return tokens;
}

base::Status SignIn::end_family(const std::string& id, const Visitor& visitor, base::UtcTime now) {
  return office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    const auto session = find_session(connection, id);
    if (!session) return tl::unexpected(session.error());
    const auto ended = revoke_session(connection, id, "refresh token used twice", now);
    if (!ended) return tl::unexpected(ended.error());
    if (*session && *ended)
      trail.add({{(*session)->organisation, (*session)->user, id, base::address_text(visitor.address)},
                 "session.refresh_token_reused",
                 id,
                 {}});
    return {};
  });
}

base::Status SignIn::sign_out(const access::Principal& who, const Visitor& visitor, base::UtcTime now) {
  return office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    const auto ended = revoke_session(connection, who.session, "signed out", now);
    if (!ended) return tl::unexpected(ended.error());
    if (*ended) trail.add({actor_of(who, visitor), "session.ended", who.session, {}});
    return {};
  });
}

}  // namespace frontdesk::accounts
