// Telephone lines that are saved by the API: rows of the database, and what the owner types in. The password is sealed
// for its row and opened only to register.
#pragma once
#include <string>

#include "accounts/office.hpp"
#include "reception/sip_accounts/sip_account.hpp"
#include "store/settings/sip_configurations.hpp"

namespace frontdesk::api {

inline constexpr std::size_t kMostLines = 100;  ///< of one organisation
inline constexpr secrets::SealedColumn kLinePassword{"sip_configurations", "password_sealed"};

/// Everything but the password.
sip_accounts::SipAccountForm form_of(const settings::SipConfiguration& row);

struct LineEditor {
  accounts::Office& office;
  access::Principal who;
  accounts::Visitor visitor;
  base::UtcTime now;
};

base::Result<std::vector<settings::SipConfiguration>> saved_lines(accounts::Office& office,
                                                                  const std::string& organisation);
/// With its password.
base::Result<sip_accounts::SipAccountForm> saved_account(accounts::Office& office, const std::string& organisation,
                                                         const std::string& id);

/// `form` has passed sip_accounts::check(). already_exists: another line of this name.
base::Result<settings::SipConfiguration> add_line(const LineEditor& editor, const sip_accounts::SipAccountForm& form,
                                                  const std::string& name);
/// A form without password keeps the one there is. aborted: changed meanwhile.
base::Result<settings::SipConfiguration> change_line(const LineEditor& editor, settings::SipConfiguration row,
                                                     const sip_accounts::SipAccountForm& form);
base::Status remove_line(const LineEditor& editor, const settings::SipConfiguration& row);

/// Of all organisations, with passwords: what this program is to register. What cannot be opened is left out.
struct SavedLine {
  settings::SipConfiguration row;
  sip_accounts::SipAccountForm account;
};
base::Result<std::vector<SavedLine>> all_saved_lines(accounts::Office& office);

}  // namespace frontdesk::api
