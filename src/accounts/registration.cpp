#include "accounts/registration.hpp"

#include "accounts/credentials/email_address.hpp"
#include "accounts/credentials/password_rules.hpp"
#include "accounts/second_factor.hpp"
#include "accounts/session_rows.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/token_rows.hpp"
#include "base/entropy.hpp"
#include "store/call_records.hpp"

namespace frontdesk::accounts {
namespace {

using credentials::TokenKind;

/// Mails that strangers may cause from one address.
constexpr credentials::LockOutRule kMailsPerAddress{10, 20, base::seconds(10), std::chrono::minutes(15)};
constexpr std::string_view kMailAccount = "mails";

/// In the fragment, so that no server on the way writes it into its log.
std::string link(const Settings& settings, std::string_view page, const base::Secret& token) {
  return settings.base_url + "/" + std::string(page) + "#token=" + token.expose();
}

notify::Mail verification_mail(const Settings& settings, const std::string& to, const base::Secret& token) {
  return {to, settings.name + ": please verify your e-mail address",
          base::Secret("Somebody, probably you, registered with this e-mail address. To verify it, open\n\n" +
                       link(settings, "verify-email", token) + "\n\nwithin a day. If it was not you, do nothing.\n")};
}

notify::Mail reset_mail(const Settings& settings, const std::string& to, const base::Secret& token) {
  return {to, settings.name + ": choose a new password",
          base::Secret("Somebody, probably you, asked for a new password. To choose one, open\n\n" +
                       link(settings, "reset-password", token) +
                       "\n\nwithin an hour. If it was not you, do nothing: your password stays as it is.\n")};
}

notify::Mail known_mail(const Settings& settings, const std::string& to) {
  return {to, settings.name + ": you have an account already",
          base::Secret("Somebody, probably you, tried to register with this e-mail address, which has an account. "
                       "Sign in at\n\n" +
                       settings.base_url + "\n\nor choose \"Forgot password\" there.\n")};
}

notify::Mail changed_mail(const Settings& settings, const std::string& to) {
  return {
      to, settings.name + ": your password was changed",
      base::Secret("Your password was changed just now and other devices were signed out. If it was not you, choose "
                   "\"Forgot password\" at\n\n" +
                   settings.base_url + "\n\nand tell an administrator.\n")};
}

base::Result<std::string> checked_name(const std::string& name) {
  auto plain = plain_line(name, kLongestPersonName);
  if (plain.find_first_not_of(' ') != std::string::npos) return plain;
  return base::fail(base::ErrorCode::invalid_argument, "accounts", "the name is empty");
}

/// In whose log somebody appears who is not signed in.
base::Result<std::string> home_of(store::Connection& connection, std::string_view user) {
  const auto all = memberships_of(connection, user);
  if (!all) return tl::unexpected(all.error());
  return all->empty() ? std::string() : all->front().organisation;
}

/// A usable token of either kind that makes accounts.
base::Result<EmailToken> token_for_account(store::Connection& connection, const std::string& text, base::UtcTime now) {
  for (const auto kind : {TokenKind::first_owner, TokenKind::invitation}) {
    const auto token = find_email_token(connection, kind, credentials::token_digest(name(kind), text));
    if (!token) return tl::unexpected(token.error());
    if (*token && credentials::is_usable((*token)->life, now)) return **token;
  }
  return no_longer_valid();
}

}  // namespace

base::Result<base::Secret> issue_token(store::Connection& connection, TokenKind kind, const std::string& email,
                                       const std::string& user, const std::string& organisation,
                                       const std::string& role, base::UtcTime now) {
  const auto entropy = fresh_entropy();
  if (!entropy) return tl::unexpected(entropy.error());
  auto text = credentials::token_text(*entropy);
  if (auto ended = void_email_tokens(connection, kind, email, organisation, now); !ended)
    return tl::unexpected(ended.error());
  const base::UtcTime expires{now.unix_ms + base::to_ms(credentials::lifetime(kind))};
  const EmailToken token{credentials::token_digest(name(kind), text.expose()),
                         kind,
                         email,
                         user,
                         organisation,
                         role,
                         now,
                         {expires, {}, 0}};
  if (auto written = insert_email_token(connection, token); !written) return tl::unexpected(written.error());
  return text;
}

base::Result<bool> Registration::anybody() {
  return office_.with_connection([](store::Connection& connection) -> base::Result<bool> {
    const auto users = count_users(connection);
    if (!users) return tl::unexpected(users.error());
    return *users > 0;
  });
}

base::Result<std::optional<base::Secret>> Registration::first_owner_link(base::UtcTime now) {
  using Link = std::optional<base::Secret>;
  return office_.transaction([&](store::Connection& connection) -> base::Result<Link> {
    const auto users = count_users(connection);
    if (!users) return tl::unexpected(users.error());
    if (*users > 0) return Link();
    const auto token = issue_token(connection, TokenKind::first_owner, "", "", std::string(store::kLocalOrganisation),
                                   std::string(access::name(access::Role::owner)), now);
    if (!token) return tl::unexpected(token.error());
    return Link(base::Secret(link(office_.settings, "welcome", *token)));
  });
}

base::Result<std::string> Registration::checked_hash(const base::Secret& password, std::string_view email) {
  if (auto good = credentials::check_new_password(password, email); !good) return tl::unexpected(good.error());
  return office_.hashes.hash(credentials::bcrypt_input(password));
}

base::Result<Registered> Registration::register_account(const NewAccount& account, const Visitor& visitor,
                                                        base::UtcTime now) {
  if (!account.token.empty()) return by_token(account, visitor, now);
  if (office_.settings.open_registration) return openly(account, visitor, now);
  return base::fail(base::ErrorCode::permission_denied, "accounts",
                    "accounts are made by invitation here: ask an administrator for one");
}

base::Result<Registered> Registration::by_token(const NewAccount& account, const Visitor& visitor, base::UtcTime now) {
  const auto found = office_.with_connection(
      [&](store::Connection& connection) { return token_for_account(connection, account.token, now); });
  if (!found) return tl::unexpected(found.error());
  const auto email =
      found->kind == TokenKind::invitation ? std::optional(found->email) : credentials::normal_email(account.email);
  if (!email) return base::fail(base::ErrorCode::invalid_argument, "accounts", "this is not an e-mail address");
  const auto person = checked_name(account.name);
  if (!person) return tl::unexpected(person.error());
  const auto hash = checked_hash(account.password, *email);
  if (!hash) return tl::unexpected(hash.error());
  return office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Result<Registered> {
    const auto used = use_email_token(connection, found->digest, now);
    if (!used) return tl::unexpected(used.error());
    const auto users = count_users(connection);
    if (!users) return tl::unexpected(users.error());
    if (!*used || (found->kind == TokenKind::first_owner && *users > 0)) return no_longer_valid();
    const User user{base::new_id("user"), *email, *hash, *person, now, "", 0, 0, now, "", {}, 0};
    if (auto made = insert_user(connection, user); !made) return tl::unexpected(made.error());
    const auto role = access::role_named(found->role).value_or(access::Role::viewer);
    if (auto joined = insert_membership(connection, {found->organisation, user.id, role}, now); !joined)
      return tl::unexpected(joined.error());
    trail.add({{found->organisation, user.id, "", base::address_text(visitor.address)},
               found->kind == TokenKind::first_owner ? "team.first_owner" : "team.joined",
               user.id,
               {{"role", "", found->role}}});
    return Registered{};
  });
}

base::Result<Registered> Registration::openly(const NewAccount& account, const Visitor& visitor, base::UtcTime now) {
  const auto email = credentials::normal_email(account.email);
  if (!email) return base::fail(base::ErrorCode::invalid_argument, "accounts", "this is not an e-mail address");
  const auto person = checked_name(account.name);
  if (!person) return tl::unexpected(person.error());
  if (auto may = allow_mail(visitor, now); !may) return tl::unexpected(may.error());
  const auto hash = checked_hash(account.password, *email);
  if (!hash) return tl::unexpected(hash.error());
  auto mail =
      office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Result<notify::Mail> {
        const auto known = find_user_by_email(connection, *email);
        if (!known) return tl::unexpected(known.error());
        if (*known) {  // recorded, so that both ways write as much
          trail.add(
              {{"", "system", "", base::address_text(visitor.address)}, "account.registered_again", (*known)->id, {}});
          return known_mail(office_.settings, *email);
        }
        const User user{base::new_id("user"), *email, *hash, *person, now, "", 0, 0, {}, "", {}, 0};
        const auto organisation = base::new_id("org");
        if (auto made = insert_user(connection, user); !made) return tl::unexpected(made.error());
        if (auto made = insert_organisation(connection, organisation, *person, now); !made)
          return tl::unexpected(made.error());
        if (auto joined = insert_membership(connection, {organisation, user.id, access::Role::owner}, now); !joined)
          return tl::unexpected(joined.error());
        const auto token = issue_token(connection, TokenKind::verify_email, *email, user.id, "", "", now);
        if (!token) return tl::unexpected(token.error());
        trail.add(
            {{organisation, user.id, "", base::address_text(visitor.address)}, "organisation.made", organisation, {}});
        return verification_mail(office_.settings, *email, *token);
      });
  if (!mail) return tl::unexpected(mail.error());
  if (auto sent = office_.mailer.send(std::move(*mail)); !sent) return tl::unexpected(sent.error());
  return Registered{true};
}

base::Status Registration::verify_email(std::string_view text, const Visitor& visitor, base::UtcTime now) {
  const auto digest = credentials::token_digest(name(TokenKind::verify_email), text);
  return office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    const auto token = find_email_token(connection, TokenKind::verify_email, digest);
    if (!token) return tl::unexpected(token.error());
    if (!*token || (*token)->user.empty() || !credentials::is_usable((*token)->life, now)) return no_longer_valid();
    const auto used = use_email_token(connection, digest, now);
    if (!used) return tl::unexpected(used.error());
    if (!*used) return no_longer_valid();
    const auto home = home_of(connection, (*token)->user);
    if (!home) return tl::unexpected(home.error());
    trail.add({{*home, (*token)->user, "", base::address_text(visitor.address)},
               "account.email_verified",
               (*token)->user,
               {}});
    return set_email_verified(connection, (*token)->user, now);
  });
}

base::Status Registration::allow_mail(const Visitor& visitor, base::UtcTime now) {
  return office_.transaction([&](store::Connection& connection) {
    return reserve_try(connection, std::string(kMailAccount), credentials::source_of(visitor.address), kMailsPerAddress,
                       now);
  });
}

/// For an address without an account a token is written down as well, so that both take as long.
base::Status Registration::send_link(std::string_view given, bool reset, const Visitor& visitor, base::UtcTime now) {
  const auto email = credentials::normal_email(given);
  if (!email) return base::fail(base::ErrorCode::invalid_argument, "accounts", "this is not an e-mail address");
  if (auto may = allow_mail(visitor, now); !may) return may;
  const auto kind = reset ? TokenKind::reset_password : TokenKind::verify_email;
  auto mail = office_.transaction([&](store::Connection& connection) -> base::Result<std::optional<notify::Mail>> {
    const auto user = find_user_by_email(connection, *email);
    if (!user) return tl::unexpected(user.error());
    const bool wanted = *user && (reset || !(*user)->email_verified);
    const auto token = issue_token(connection, kind, *email, wanted ? (*user)->id : std::string(), "", "", now);
    if (!token) return tl::unexpected(token.error());
    if (!wanted) return std::optional<notify::Mail>();
    return std::optional<notify::Mail>(reset ? reset_mail(office_.settings, *email, *token)
                                             : verification_mail(office_.settings, *email, *token));
  });
  if (!mail) return tl::unexpected(mail.error());
  if (*mail) (void)office_.mailer.send(std::move(**mail));  // a failure would tell that there is an account
  return {};
}

base::Status Registration::send_verification_again(std::string_view email, const Visitor& visitor, base::UtcTime now) {
  return send_link(email, false, visitor, now);
}

base::Status Registration::forgot_password(std::string_view email, const Visitor& visitor, base::UtcTime now) {
  return send_link(email, true, visitor, now);
}

base::Result<base::Secret> Registration::reset_link(std::string_view given, base::UtcTime now) {
  const auto email = credentials::normal_email(given).value_or("");
  return office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Result<base::Secret> {
    const auto user = find_user_by_email(connection, email);
    if (!user) return tl::unexpected(user.error());
    if (!*user) return base::fail(base::ErrorCode::not_found, "accounts", "nobody has an account by this address");
    const auto token = issue_token(connection, TokenKind::reset_password, email, (*user)->id, "", "", now);
    if (!token) return tl::unexpected(token.error());
    const auto home = home_of(connection, (*user)->id);
    if (!home) return tl::unexpected(home.error());
    trail.add({{*home, "operator", "", ""}, "account.reset_link_made", (*user)->id, {}});
    return base::Secret(link(office_.settings, "reset-password", *token));
  });
}

base::Status Registration::reset_password(std::string_view text, const base::Secret& password, const Visitor& visitor,
                                          base::UtcTime now) {
  const auto digest = credentials::token_digest(name(TokenKind::reset_password), text);
  const auto token = office_.with_connection([&](store::Connection& connection) -> base::Result<EmailToken> {
    const auto found = find_email_token(connection, TokenKind::reset_password, digest);
    if (!found) return tl::unexpected(found.error());
    if (!*found || (*found)->user.empty() || !credentials::is_usable((*found)->life, now)) return no_longer_valid();
    return **found;
  });
  if (!token) return tl::unexpected(token.error());
  const auto hash = checked_hash(password, token->email);
  if (!hash) return tl::unexpected(hash.error());
  auto done = office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    const auto used = use_email_token(connection, digest, now);
    if (!used) return tl::unexpected(used.error());
    if (!*used) return no_longer_valid();
    if (auto set = set_password(connection, token->user, *hash, now); !set) return set;
    if (auto verified = set_email_verified(connection, token->user, now); !verified) return verified;
    if (auto ended = revoke_sessions(connection, token->user, "", "", "password reset", now); !ended) return ended;
    if (auto ended = void_email_tokens(connection, TokenKind::second_factor, token->email, "", now); !ended)
      return ended;
    const auto home = home_of(connection, token->user);
    if (!home) return tl::unexpected(home.error());
    trail.add(
        {{*home, token->user, "", base::address_text(visitor.address)}, "account.password_reset", token->user, {}});
    return {};
  });
  if (!done) return done;
  (void)office_.mailer.send(changed_mail(office_.settings, token->email));
  return {};
}

base::Status Registration::change_password(const access::Principal& who, const base::Secret& old_password,
                                           const base::Secret& new_password, const Visitor& visitor,
                                           base::UtcTime now) {
  const auto user = check_password_again(office_, who, old_password, visitor, now);
  if (!user) return tl::unexpected(user.error());
  const auto hash = checked_hash(new_password, user->email);
  if (!hash) return tl::unexpected(hash.error());
  auto done = office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    if (auto set = set_password(connection, who.id, *hash, now); !set) return set;
    if (auto ended = revoke_sessions(connection, who.id, "", who.session, "password changed", now); !ended)
      return ended;
    for (const auto kind : {TokenKind::reset_password, TokenKind::second_factor})
      if (auto ended = void_email_tokens(connection, kind, user->email, "", now); !ended) return ended;
    trail.add({actor_of(who, visitor), "account.password_changed", who.id, {}});
    return {};
  });
  if (!done) return done;
  (void)office_.mailer.send(changed_mail(office_.settings, user->email));
  return {};
}

base::Status Registration::change_name(const access::Principal& who, const std::string& name, const Visitor& visitor,
                                       base::UtcTime now) {
  const auto plain = checked_name(name);
  if (!plain) return tl::unexpected(plain.error());
  return office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    const auto user = find_user(connection, who.id);
    if (!user) return tl::unexpected(user.error());
    if (!*user) return base::fail(base::ErrorCode::not_found, "accounts", "there is no such account");
    if (auto set = set_name(connection, who.id, *plain, now); !set) return set;
    trail.add({actor_of(who, visitor), "account.name_changed", who.id, {}});
    return {};
  });
}

}  // namespace frontdesk::accounts
