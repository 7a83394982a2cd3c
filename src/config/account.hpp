// A trunk of the file and a line as the owner types it in are the same thing in two forms.
#pragma once
#include "config/config.hpp"
#include "reception/sip_accounts/sip_account.hpp"

namespace frontdesk::config {

/// `account` has passed sip_accounts::check().
Trunk trunk_of(const sip_accounts::SipAccountForm& account, std::string name);
/// With the password, which account_json() leaves out. Port 0 and transport "auto" are shown as such.
sip_accounts::SipAccountForm account_of(const Trunk& trunk, Srtp srtp);

}  // namespace frontdesk::config
