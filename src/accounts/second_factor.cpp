#include "accounts/second_factor.hpp"

#include "accounts/credentials/password_rules.hpp"
#include "accounts/credentials/totp.hpp"
#include "accounts/session_rows.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/token_rows.hpp"
#include "crypto/encoding.hpp"
#include "vault/cipher.hpp"

namespace frontdesk::accounts {
namespace {

constexpr std::string_view kRecoveryPurpose = "recovery";

base::Result<std::vector<std::uint8_t>> secret_of(Office& office, store::Connection& connection, const User& user) {
  const auto text = office.box.open(connection, {secrets::kInstallation, user.id, kTotpField}, user.totp_sealed);
  if (!text) return tl::unexpected(text.error());
  auto bytes = crypto::from_base32(text->expose());
  if (!bytes) return base::fail(base::ErrorCode::data_loss, "accounts", "the second factor in the database is damaged");
  return std::move(*bytes);
}

base::Result<User> existing_user(store::Connection& connection, std::string_view id) {
  auto user = find_user(connection, id);
  if (!user) return tl::unexpected(user.error());
  if (!*user) return base::fail(base::ErrorCode::not_found, "accounts", "this account is gone");
  return std::move(**user);
}

}  // namespace

base::Result<CodeTaken> take_code(Office& office, store::Connection& connection, const User& user,
                                  std::string_view code, base::UtcTime now) {
  if (const auto recovery = credentials::normal_recovery_code(code)) {
    const auto taken =
        use_recovery_code(connection, user.id, credentials::token_digest(kRecoveryPurpose, *recovery), now);
    if (!taken) return tl::unexpected(taken.error());
    return *taken ? CodeTaken::recovery : CodeTaken::no;
  }
  const auto secret = secret_of(office, connection, user);
  if (!secret) return tl::unexpected(secret.error());
  const auto step = credentials::accepted_step(*secret, code, now, user.totp_last_step);
  if (!step) return CodeTaken::no;
  const auto taken = take_totp_step(connection, user.id, *step);
  if (!taken) return tl::unexpected(taken.error());
  return *taken ? CodeTaken::app : CodeTaken::no;
}

base::Result<User> check_password_again(Office& office, const access::Principal& who, const base::Secret& password,
                                        const Visitor& visitor, base::UtcTime now) {
  const auto source = credentials::source_of(visitor.address);
  auto user = office.transaction([&](store::Connection& connection) -> base::Result<User> {
    auto found = existing_user(connection, who.id);
    if (!found) return found;
    if (auto may = reserve_try(connection, account_key(found->email), source, credentials::kPerAccount, now); !may)
      return tl::unexpected(may.error());
    return found;
  });
  if (!user) return user;
  const auto right = office.hashes.matches(credentials::bcrypt_input(password), user->password_hash);
  if (right && !*right) return wrong_credentials();
  const auto cleared = office.with_connection([&](store::Connection& connection) -> base::Status {
    const auto account = account_key(user->email);
    if (!right) return take_back_try(connection, account, source);
    if (auto forgotten = forget_failures(connection, account, source); !forgotten) return forgotten;
    return set_authenticated(connection, who.session, now);
  });
  if (!right) return tl::unexpected(right.error());
  if (!cleared) return tl::unexpected(cleared.error());
  return user;
}

base::Result<SecondFactorSetup> SecondFactor::begin(const access::Principal& who, base::UtcTime now) {
  return office_.transaction([&](store::Connection& connection) -> base::Result<SecondFactorSetup> {
    const auto user = existing_user(connection, who.id);
    if (!user) return tl::unexpected(user.error());
    if (user->totp_enabled)
      return base::fail(base::ErrorCode::failed_precondition, "accounts",
                        "there is a second factor already: remove it before you set up another");
    std::array<std::uint8_t, credentials::kTotpSecretBytes> bytes{};
    if (auto made = vault::fill_random(bytes); !made) return tl::unexpected(made.error());
    base::Secret text(crypto::base32(bytes));
    const auto sealed = office_.box.seal(connection, {secrets::kInstallation, user->id, kTotpField}, text, now);
    if (!sealed) return tl::unexpected(sealed.error());
    if (auto kept = set_second_factor(connection, user->id, *sealed, {}, now); !kept)
      return tl::unexpected(kept.error());
    return SecondFactorSetup{credentials::provisioning_uri(bytes, office_.settings.name, user->email), text};
  });
}

base::Result<std::vector<base::Secret>> SecondFactor::make_codes(store::Connection& connection, std::string_view user,
                                                                 base::UtcTime now) {
  std::vector<base::Secret> codes;
  std::vector<std::string> digests;
  for (int i = 0; i < credentials::kRecoveryCodes; ++i) {
    const auto entropy = fresh_entropy();
    if (!entropy) return tl::unexpected(entropy.error());
    codes.push_back(credentials::recovery_code(*entropy));
    digests.push_back(
        credentials::token_digest(kRecoveryPurpose, *credentials::normal_recovery_code(codes.back().expose())));
  }
  if (auto kept = replace_recovery_codes(connection, user, digests, now); !kept) return tl::unexpected(kept.error());
  return codes;
}

base::Result<std::vector<base::Secret>> SecondFactor::confirm(const access::Principal& who, std::string_view code,
                                                              const Visitor& visitor, base::UtcTime now) {
  using Codes = base::Result<std::vector<base::Secret>>;
  return office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> Codes {
    const auto user = existing_user(connection, who.id);
    if (!user) return tl::unexpected(user.error());
    if (user->totp_enabled || user->totp_sealed.empty())
      return base::fail(base::ErrorCode::failed_precondition, "accounts", "begin to set up a second factor first");
    const auto taken = take_code(office_, connection, *user, code, now);
    if (!taken) return tl::unexpected(taken.error());
    if (*taken != CodeTaken::app)
      return base::fail(base::ErrorCode::invalid_argument, "accounts",
                        "the code is wrong: check the phone's clock, and type the code it shows now");
    if (auto kept = set_second_factor(connection, user->id, user->totp_sealed, now, now); !kept)
      return tl::unexpected(kept.error());
    trail.add({actor_of(who, visitor), "second_factor.enabled", user->id, {}});
    return make_codes(connection, user->id, now);
  });
}

base::Status SecondFactor::remove(const access::Principal& who, const base::Secret& password, const Visitor& visitor,
                                  base::UtcTime now) {
  if (const auto user = check_password_again(office_, who, password, visitor, now); !user)
    return tl::unexpected(user.error());
  return office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    if (auto kept = set_second_factor(connection, who.id, "", {}, now); !kept) return kept;
    if (auto gone = replace_recovery_codes(connection, who.id, {}, now); !gone) return gone;
    trail.add({actor_of(who, visitor), "second_factor.removed", who.id, {}});
    return {};
  });
}

base::Result<std::vector<base::Secret>> SecondFactor::new_recovery_codes(const access::Principal& who,
                                                                         const base::Secret& password,
                                                                         const Visitor& visitor, base::UtcTime now) {
  using Codes = base::Result<std::vector<base::Secret>>;
  const auto user = check_password_again(office_, who, password, visitor, now);
  if (!user) return tl::unexpected(user.error());
  if (!user->totp_enabled)
    return base::fail(base::ErrorCode::failed_precondition, "accounts", "there is no second factor to recover from");
  return office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> Codes {
    trail.add({actor_of(who, visitor), "second_factor.recovery_codes_renewed", who.id, {}});
    return make_codes(connection, who.id, now);
  });
}

base::Result<std::int64_t> SecondFactor::recovery_codes_left(const access::Principal& who) {
  return office_.with_connection(
      [&](store::Connection& connection) { return count_recovery_codes(connection, who.id); });
}

}  // namespace frontdesk::accounts
