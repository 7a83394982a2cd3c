// A time zone as a value: the list of moments at which the offset from UTC changes. Read from the
// compiled files of the IANA database (RFC 8536); the shell reads the bytes, this parses them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "reception/knowledge/opening_hours.hpp"

namespace frontdesk::business_hours {

using knowledge::Date;

struct ZoneTransition {
  std::int64_t at = 0;              ///< seconds since 1970, UTC
  std::int32_t offset_seconds = 0;  ///< local - UTC from then on
  friend bool operator==(const ZoneTransition&, const ZoneTransition&) = default;
};

struct TimeZone {
  std::string name = "UTC";
  std::int32_t first_offset = 0;            ///< before the first transition
  std::vector<ZoneTransition> transitions;  ///< ascending

  std::int32_t offset_at(std::int64_t utc_seconds) const;
};

/// Recurring rules of the file's footer are expanded to this year (inclusive).
inline constexpr int kLastExpandedYear = 2100;

/// `bytes` is a whole TZif file, version 1 to 4. Errors: data_loss.
base::Result<TimeZone> parse_tzif(std::string_view name, std::string_view bytes);

struct LocalTime {
  Date date;
  int minute = 0;  ///< of the day, 0 to 1439
  friend bool operator==(const LocalTime&, const LocalTime&) = default;
};

LocalTime to_local(const TimeZone& zone, base::UtcTime utc);

/// `minute` may be beyond 1439 (the next day). A local time that occurs twice is its first
/// occurrence; one that a clock change skips is the moment of the change.
base::UtcTime to_utc(const TimeZone& zone, Date date, int minute);

Date add_days(Date date, int days);
int weekday_of(Date date);  ///< 0 is Monday

}  // namespace frontdesk::business_hours
