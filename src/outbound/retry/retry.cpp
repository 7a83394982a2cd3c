#include "outbound/retry/retry.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace frontdesk::retry {
namespace {

constexpr int kMostDoublings = 30;

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool plain = !text.empty() && text.front() >= '0' && text.front() <= '9';
  if (!plain || read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7; the obsolete forms are not read).
std::optional<std::int64_t> unix_seconds(std::string_view text) {
  if (text.size() != 29 || text.substr(25) != " GMT" || text[3] != ',') return std::nullopt;
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  const auto day = number(text.substr(5, 2)), year = number(text.substr(12, 4)), hour = number(text.substr(17, 2)),
             minute = number(text.substr(20, 2)), second = number(text.substr(23, 2));
  if (month == kMonths.end() || !day || !year || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return ((days * 24 + *hour) * 60 + *minute) * 60 + *second;
}

}  // namespace

std::optional<base::Duration> retry_after(std::string_view value, base::UtcTime now) {
  std::int64_t seconds = 0;
  if (const auto date = unix_seconds(value)) {
    seconds = *date - now.unix_ms / 1000;
  } else if (const auto count = number(value)) {
    seconds = *count;
  } else {
    return std::nullopt;
  }
  const base::Duration wait = std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, 7 * 24 * 60 * 60));
  return std::min(wait, kLongestRetryAfter);
}

base::Error error_of_status(int status, std::string_view domain, std::string_view who) {
  using base::ErrorCode;
  base::Error error{ErrorCode::unknown, std::string(domain), std::string(who), base::Retry::never, status};
  const auto is = [&](ErrorCode code, std::string_view what, base::Retry retry = base::Retry::never) {
    error.code = code;
    error.retry = retry;
    error.message += " " + std::string(what) + " (HTTP " + std::to_string(status) + ")";
    return error;
  };
  switch (status) {
    case 400:
    case 422:
      return is(ErrorCode::invalid_argument, "does not take the request as it is");
    case 401:
      return is(ErrorCode::unauthenticated, "refuses the credentials: check them");
    case 402:
      return is(ErrorCode::resource_exhausted, "asks for payment: check the account");
    case 403:
      return is(ErrorCode::permission_denied, "does not permit this: check the rights of the credentials");
    case 404:
    case 410:
      return is(ErrorCode::not_found, "has nothing there");
    case 408:
    case 425:
      return is(ErrorCode::unavailable, "wants the request again", base::Retry::later);
    case 409:
      return is(ErrorCode::aborted, "says that this conflicts with another change", base::Retry::later);
    case 412:
      return is(ErrorCode::failed_precondition, "says that a condition does not hold");
    case 413:
    case 431:
      return is(ErrorCode::out_of_range, "finds the request too large");
    case 416:
      return is(ErrorCode::out_of_range, "has no such range");
    case 429:
      return is(ErrorCode::resource_exhausted, "asks to slow down", base::Retry::later);
    case 501:
    case 505:
      return is(ErrorCode::unimplemented, "cannot do this");
    case 504:
      return is(ErrorCode::deadline_exceeded, "did not finish in time", base::Retry::later);
    default:
      break;
  }
  if (status >= 500) return is(ErrorCode::unavailable, "is out of order", base::Retry::later);
  return is(ErrorCode::unknown, status < 400 ? "points elsewhere" : "refuses");
}

base::Duration varied(base::Duration wait, base::Random& random) {
  return base::Duration(
      static_cast<base::Duration::rep>(static_cast<double>(wait.count()) * (0.8 + 0.4 * random.unit())));
}

base::Duration Backoff::wait(int failures, base::Random& random) const {
  base::Duration next = first;
  for (int i = 1; i < std::min(failures, kMostDoublings) && next < longest; ++i) next *= 2;
  return varied(std::min(next, longest), random);
}

}  // namespace frontdesk::retry
