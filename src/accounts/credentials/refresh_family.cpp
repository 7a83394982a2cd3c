#include "accounts/credentials/refresh_family.hpp"

#include <algorithm>

namespace frontdesk::credentials {

base::UtcTime session_end(const SessionLife& session) {
  return {session.created.unix_ms + base::to_ms(kLongestSession)};
}

base::UtcTime refresh_expiry(const SessionLife& session, base::UtcTime now) {
  return std::min(session_end(session), base::UtcTime{now.unix_ms + base::to_ms(kRefreshIdle)});
}

RefreshVerdict judge(const RefreshToken& token, const SessionLife& session, base::UtcTime now) {
  if (session.revoked) return RefreshVerdict::revoked;
  if (token.used) return RefreshVerdict::reuse;
  if (now >= token.expires || now >= session_end(session)) return RefreshVerdict::expired;
  return RefreshVerdict::rotate;
}

}  // namespace frontdesk::credentials
