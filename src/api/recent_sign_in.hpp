// What must not be done with a session that was left open: keys, tokens and networks.
#pragma once
#include "access/access.hpp"
#include "base/time.hpp"
#include "rest/problem.hpp"

namespace frontdesk::api {

/// Problem 403 "recent_sign_in" if a person's password or code was last shown more than accounts::kRecent ago. Programs
/// pass: their tokens were given the scope on purpose, and there is nobody to ask.
rest::Answer<void> signed_in_lately(const access::Principal& who, base::UtcTime now);
/// The same, and no programs.
rest::Answer<void> person_signed_in_lately(const access::Principal& who, base::UtcTime now);

}  // namespace frontdesk::api
