#include "api/recent_sign_in.hpp"

#include "accounts/authentication.hpp"

namespace frontdesk::api {

rest::Answer<void> signed_in_lately(const access::Principal& who, base::UtcTime now) {
  if (who.kind == access::Principal::Kind::token || accounts::is_recent(who, now)) return {};
  return tl::unexpected(
      rest::Problem(403, "sign in again and repeat this: it needs a password or code shown within the last 15 minutes",
                    "recent_sign_in"));
}

rest::Answer<void> person_signed_in_lately(const access::Principal& who, base::UtcTime now) {
  if (who.kind == access::Principal::Kind::token)
    return tl::unexpected(rest::Problem(403, "this is for people who have signed in, not for tokens", "permission"));
  return signed_in_lately(who, now);
}

}  // namespace frontdesk::api
