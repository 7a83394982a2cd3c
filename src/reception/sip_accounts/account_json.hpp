// A phone line as JSON in the names of the API: "domain", "authUsername", "allowedNumbers". The password goes in and
// never comes out.
#pragma once
#include <boost/json/object.hpp>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "reception/sip_accounts/sip_account.hpp"

namespace frontdesk::sip_accounts {

/// Members that are left out have their usual values; unknown ones and wrong types are problems, all told together.
/// "direction", if it is there, must be "inbound": Frontdesk places no calls over these lines.
tl::expected<SipAccountForm, std::vector<Problem>> account_from(const boost::json::object& object);

/// With "direction": "inbound", and "hasPassword" in the password's place.
boost::json::object account_json(const SipAccountForm& account);

/// {"ok", "problems": [{"field", "message", "proposal"?, "alsoPort"?}]}
boost::json::object problems_json(const std::vector<Problem>& problems);

}  // namespace frontdesk::sip_accounts
