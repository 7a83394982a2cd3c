// The second factor: an authenticator app's codes, and ten recovery codes for the day the phone is lost.
#pragma once
#include <vector>

#include "accounts/office.hpp"
#include "accounts/users.hpp"

namespace frontdesk::accounts {

/// Of the user, sealed for the installation.
inline constexpr std::string_view kTotpField = "users.totp_sealed";
inline constexpr secrets::SealedColumn kTotpColumn{"users", "totp_sealed", "id", ""};

struct SecondFactorSetup {
  base::Secret uri;     ///< for a QR code
  base::Secret secret;  ///< the same to type, base32
};

enum class CodeTaken { no, app, recovery };
/// Takes a code of a user who has a second factor: none is good twice. In a transaction.
base::Result<CodeTaken> take_code(Office& office, store::Connection& connection, const User& user,
                                  std::string_view code, base::UtcTime now);

class SecondFactor {
 public:
  explicit SecondFactor(Office& office) : office_(office) {}

  /// Nothing is asked for until confirm(). failed_precondition: there is one already.
  base::Result<SecondFactorSetup> begin(const access::Principal& who, base::UtcTime now);
  /// With a code of the app; answers with the recovery codes, which are never shown again.
  base::Result<std::vector<base::Secret>> confirm(const access::Principal& who, std::string_view code,
                                                  const Visitor& visitor, base::UtcTime now);
  /// Fails like a sign-in if the password is wrong, and is counted like one.
  base::Status remove(const access::Principal& who, const base::Secret& password, const Visitor& visitor,
                      base::UtcTime now);
  base::Result<std::vector<base::Secret>> new_recovery_codes(const access::Principal& who, const base::Secret& password,
                                                             const Visitor& visitor, base::UtcTime now);
  base::Result<std::int64_t> recovery_codes_left(const access::Principal& who);

 private:
  base::Result<std::vector<base::Secret>> make_codes(store::Connection& connection, std::string_view user,
                                                     base::UtcTime now);
  Office& office_;
};

/// The password of somebody who is signed in already, shown again: counted and locked like a sign-in.
base::Result<User> check_password_again(Office& office, const access::Principal& who, const base::Secret& password,
                                        const Visitor& visitor, base::UtcTime now);

}  // namespace frontdesk::accounts
