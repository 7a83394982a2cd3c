// Wall time as text: ISO 8601 / RFC 3339.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace frontdesk::json {

/// "2026-11-22T14:52:00.000Z"
std::string iso_time(base::UtcTime time);

/// "2026-11-22" (midnight UTC), "2026-11-22T14:52Z", "2026-11-22T14:52:00.123+01:00"; years 1970 to 9999.
/// A blank before the offset is read as '+', which is what an unescaped '+' in a query becomes.
std::optional<base::UtcTime> parse_iso_time(std::string_view text);

}  // namespace frontdesk::json
