// Signing in: password, then a code if the account has a second factor; refreshing; signing out. Answers do not tell
// whether an account exists: known and unknown addresses get the same words, are counted alike and cost one bcrypt.
// Functions that check a password block for the time of one (a third of a second and more).
#pragma once
#include <optional>
#include <string>
#include <variant>

#include "accounts/office.hpp"
#include "accounts/session_rows.hpp"
#include "accounts/users.hpp"

namespace frontdesk::accounts {

inline constexpr std::size_t kMostSessions = 50;  ///< of one user; the oldest ends
inline constexpr std::size_t kLongestUserAgent = 200;

struct SessionTokens {
  base::Secret access;
  base::UtcTime access_expires{};
  base::Secret refresh;
  base::UtcTime refresh_expires{};
  access::Principal who;
};

struct CodeNeeded {
  base::Secret challenge;  ///< hand it to second_factor() with the code
  base::UtcTime expires{};
};
using SignedIn = std::variant<SessionTokens, CodeNeeded>;

struct Credentials {
  std::string email;
  base::Secret password;
  std::string organisation;  ///< empty: the one joined first
};

class SignIn {
 public:
  explicit SignIn(Office& office) : office_(office) {}

  /// unauthenticated: wrong; resource_exhausted with seconds as detail: too many tries, or all busy;
  /// failed_precondition: the e-mail address is not verified (only after the right password).
  base::Result<SignedIn> password(const Credentials& credentials, const Visitor& visitor, base::UtcTime now);
  /// `code`: of the app, or a recovery code.
  base::Result<SessionTokens> second_factor(std::string_view challenge, std::string_view code, const Visitor& visitor,
                                            base::UtcTime now);
  /// unauthenticated: sign in again. A token that was used before ends its session.
  base::Result<SessionTokens> refresh(std::string_view token, const Visitor& visitor, base::UtcTime now);
  base::Status sign_out(const access::Principal& who, const Visitor& visitor, base::UtcTime now);

 private:
  base::Result<SignedIn> let_in(const User& user, const std::string& organisation, const Visitor& visitor,
                                base::UtcTime now);
  base::Result<SessionTokens> tokens_for(store::Connection& connection, const Session& session, access::Role role,
                                         base::UtcTime now);
  base::Result<SessionTokens> start_session(store::Connection& connection, audit::Trail& trail,
                                            const Membership& membership, const Visitor& visitor, base::UtcTime now);
  base::Result<SessionTokens> check_code(store::Connection& connection, audit::Trail& trail,
                                         const std::string& challenge, std::string_view code, const Visitor& visitor,
                                         base::UtcTime now);
  base::Result<SessionTokens> rotate(store::Connection& connection, const std::string& digest, const Visitor& visitor,
                                     base::UtcTime now);
  base::Status end_family(const std::string& session, const Visitor& visitor, base::UtcTime now);

  Office& office_;
};

/// What failures of an address's sign-ins are counted under.
std::string account_key(std::string_view email);

}  // namespace frontdesk::accounts
