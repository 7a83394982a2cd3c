// Refresh tokens rotate: each is good once, for the next one of its family, which is one sign-in's session. A used one
// that comes again means that two have it, the owner and a thief; which is which nobody can tell, so that the family
// ends (RFC 9700, section 4.14.2).
#pragma once
#include <optional>

#include "base/time.hpp"

namespace frontdesk::credentials {

inline constexpr base::Duration kRefreshIdle = std::chrono::hours(30 * 24);
inline constexpr base::Duration kLongestSession = std::chrono::hours(90 * 24);

struct RefreshToken {
  base::UtcTime expires{};
  std::optional<base::UtcTime> used;
};

struct SessionLife {
  base::UtcTime created{};
  std::optional<base::UtcTime> revoked;
};

enum class RefreshVerdict { rotate, expired, revoked, reuse };

/// `reuse`: revoke the session.
RefreshVerdict judge(const RefreshToken& token, const SessionLife& session, base::UtcTime now);

base::UtcTime session_end(const SessionLife& session);
/// When a token issued now ends: with its idle time or its session.
base::UtcTime refresh_expiry(const SessionLife& session, base::UtcTime now);

}  // namespace frontdesk::credentials
