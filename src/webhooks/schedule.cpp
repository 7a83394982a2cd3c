#include "webhooks/schedule.hpp"

#include <algorithm>
#include <array>

#include "outbound/retry/retry.hpp"

namespace frontdesk::webhooks {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::array<base::Duration, 10> kWaits{base::seconds(5), base::seconds(30), minutes(2), minutes(5),
                                                minutes(15),      minutes(30),       hours(1),   hours(2),
                                                hours(3),         hours(4)};

bool is_final(const Attempt& attempt) {
  if (attempt.status != 0) return attempt.status == 410;
  if (!attempt.error) return false;
  return attempt.error->code == base::ErrorCode::permission_denied ||
         attempt.error->code == base::ErrorCode::invalid_argument;
}

}  // namespace

Verdict judge(const Attempt& attempt, int attempts, base::Duration since_first, base::Random& random) {
  Verdict verdict;
  if (attempt.status != 0) {
    verdict.reason = "HTTP " + std::to_string(attempt.status);
  } else {
    verdict.reason = attempt.error ? attempt.error->message : "there was no response";
  }
  if (attempt.status / 100 == 2) {
    verdict.fate = Fate::delivered;
    return verdict;
  }
  if (is_final(attempt)) return verdict;
  const auto step = static_cast<std::size_t>(std::clamp(attempts - 1, 0, static_cast<int>(kWaits.size()) - 1));
  verdict.wait = retry::varied(kWaits[step], random);
  if (attempt.retry_after) verdict.wait = std::max(verdict.wait, *attempt.retry_after);
  if (since_first + verdict.wait > kGiveUpAfter) {
    verdict.wait = {};
    return verdict;
  }
  verdict.fate = Fate::again;
  return verdict;
}

}  // namespace frontdesk::webhooks
