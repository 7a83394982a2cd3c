// The tables email_tokens, recovery_codes, sign_in_attempts and ip_allow_list.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "accounts/credentials/allow_list.hpp"
#include "accounts/credentials/lock_out.hpp"
#include "accounts/credentials/one_time_token.hpp"
#include "store/sql.hpp"

namespace frontdesk::accounts {

struct EmailToken {
  std::string digest;
  credentials::TokenKind kind = credentials::TokenKind::verify_email;
  std::string email;
  std::string user;  ///< empty: of nobody yet, or of an address without an account, and then of no use
  std::string organisation;
  std::string role;
  base::UtcTime created{};
  credentials::OneTimeToken life;
};

base::Status insert_email_token(store::Connection& connection, const EmailToken& token);
base::Result<std::optional<EmailToken>> find_email_token(store::Connection& connection, credentials::TokenKind kind,
                                                         const std::string& digest);
/// Unused ones that have not expired, of an organisation.
base::Result<std::vector<EmailToken>> open_email_tokens(store::Connection& connection, credentials::TokenKind kind,
                                                        std::string_view organisation, base::UtcTime now);
/// True for one caller only.
base::Result<bool> use_email_token(store::Connection& connection, const std::string& digest, base::UtcTime now);
base::Status count_try(store::Connection& connection, const std::string& digest);
/// All unused ones of that kind and address; in one organisation if it is named.
base::Status void_email_tokens(store::Connection& connection, credentials::TokenKind kind, std::string_view email,
                               std::string_view organisation, base::UtcTime now);

base::Status replace_recovery_codes(store::Connection& connection, std::string_view user,
                                    std::span<const std::string> digests, base::UtcTime now);
base::Result<bool> use_recovery_code(store::Connection& connection, std::string_view user, const std::string& digest,
                                     base::UtcTime now);
base::Result<std::int64_t> count_recovery_codes(store::Connection& connection, std::string_view user);

/// Counts a try as failed before it is looked at, so that tries side by side count as well. resource_exhausted, with
/// the seconds to wait as detail, if it must not be looked at.
base::Status reserve_try(store::Connection& connection, const std::string& account, const std::string& source,
                         const credentials::LockOutRule& rule, base::UtcTime now);
/// It did not fail: forgets all failures of an account from a source.
base::Status forget_failures(store::Connection& connection, const std::string& account, const std::string& source);
/// It did not fail, or was not looked at: takes back one.
base::Status take_back_try(store::Connection& connection, const std::string& account, const std::string& source);
base::Result<credentials::Failures> failures_of(store::Connection& connection, const std::string& account,
                                                const std::string& source);

struct AllowedNetwork {
  credentials::Network network;
  std::string note;
};
base::Result<std::vector<AllowedNetwork>> allowed_networks(store::Connection& connection,
                                                           std::string_view organisation);
base::Status replace_networks(store::Connection& connection, std::string_view organisation,
                              std::span<const AllowedNetwork> networks, base::UtcTime now);
/// permission_denied if the organisation's list has not that address.
base::Status check_address(store::Connection& connection, std::string_view organisation, const base::Endpoint& address);

/// Deletes what has expired: tokens, failures of more than a day ago, sessions that ended over 90 days ago.
base::Status sweep(store::Connection& connection, base::UtcTime now);

}  // namespace frontdesk::accounts
