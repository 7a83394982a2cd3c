// Settings of a line as they are sent: read and checked, and what is said when they cannot be used.
#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "reception/sip_accounts/sip_account.hpp"
#include "rest/problem.hpp"

namespace frontdesk::api {

/// `has_password`: one is kept already, so that none need be sent.
tl::expected<sip_accounts::SipAccountForm, std::vector<sip_accounts::Problem>> checked_account(
    const boost::json::object& object, const std::string& country, bool has_password = false);

/// 422 with all problems and what would be accepted instead.
rest::Problem unusable(const std::vector<sip_accounts::Problem>& problems);

}  // namespace frontdesk::api
