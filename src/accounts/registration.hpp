// How accounts begin, and how their owners come back: the first owner, invitations, open registration, verifying an
// address, forgotten and changed passwords. There is no default password: the first start prints a link that makes its
// first user the owner.
//
// What is asked for by address gets the same answer whether the address has an account or not; the mail tells.
#pragma once
#include <optional>
#include <string>

#include "accounts/office.hpp"
#include "accounts/users.hpp"

namespace frontdesk::accounts {

inline constexpr std::size_t kLongestPersonName = 100;

struct NewAccount {
  std::string email;  ///< of an invitation: ignored, it says whom it is for
  base::Secret password;
  std::string name;
  std::string token;  ///< of the first owner, or of an invitation; empty: open registration
};

struct Registered {
  bool verify_email = false;  ///< a mail was sent: use its link, then sign in
};

class Registration {
 public:
  explicit Registration(Office& office) : office_(office) {}

  /// Whether somebody has an account.
  base::Result<bool> anybody();
  /// While nobody has an account: a new link for the first owner; earlier ones end. Nothing otherwise.
  base::Result<std::optional<base::Secret>> first_owner_link(base::UtcTime now);

  /// permission_denied: registration is by invitation. Blocks for one bcrypt.
  base::Result<Registered> register_account(const NewAccount& account, const Visitor& visitor, base::UtcTime now);
  base::Status verify_email(std::string_view token, const Visitor& visitor, base::UtcTime now);
  base::Status send_verification_again(std::string_view email, const Visitor& visitor, base::UtcTime now);

  base::Status forgot_password(std::string_view email, const Visitor& visitor, base::UtcTime now);
  /// For whoever has the machine, and somebody who gets no mail: what forgot_password() would send. not_found: no such
  /// account.
  base::Result<base::Secret> reset_link(std::string_view email, base::UtcTime now);
  /// Ends all sessions of the account.
  base::Status reset_password(std::string_view token, const base::Secret& password, const Visitor& visitor,
                              base::UtcTime now);
  /// Ends all other sessions.
  base::Status change_password(const access::Principal& who, const base::Secret& old_password,
                               const base::Secret& new_password, const Visitor& visitor, base::UtcTime now);
  /// not_found: nobody has an account yet. The record does not keep the name: it outlives the person's data.
  base::Status change_name(const access::Principal& who, const std::string& name, const Visitor& visitor,
                           base::UtcTime now);

 private:
  base::Result<std::string> checked_hash(const base::Secret& password, std::string_view email);
  base::Result<Registered> by_token(const NewAccount& account, const Visitor& visitor, base::UtcTime now);
  base::Result<Registered> openly(const NewAccount& account, const Visitor& visitor, base::UtcTime now);
  base::Status allow_mail(const Visitor& visitor, base::UtcTime now);
  base::Status send_link(std::string_view email, bool reset, const Visitor& visitor, base::UtcTime now);

  Office& office_;
};

/// A new token of that kind, written down; earlier ones of the kind and address end.
base::Result<base::Secret> issue_token(store::Connection& connection, credentials::TokenKind kind,
                                       const std::string& email, const std::string& user,
                                       const std::string& organisation, const std::string& role, base::UtcTime now);

}  // namespace frontdesk::accounts
