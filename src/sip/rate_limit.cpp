#include "sip/rate_limit.hpp"

#include <algorithm>

namespace frontdesk::sip {

bool TokenBucket::take(base::Instant now) {
  tokens_ = std::min(burst_, tokens_ + base::to_seconds(now - refilled_) * per_second_);
  refilled_ = now;
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

bool SourceRateLimit::admit(const base::Endpoint& source, base::Instant now) {
  auto found = buckets_.find(source);
  if (found != buckets_.end()) {
    newest_first_.splice(newest_first_.begin(), newest_first_, found->second);
    return newest_first_.front().bucket.take(now);
  }
  if (buckets_.size() >= kMaxSources) {
    buckets_.erase(newest_first_.back().source);
    newest_first_.pop_back();
  }
  newest_first_.push_front({source, TokenBucket(per_second_, burst_, now)});
  buckets_.emplace(source, newest_first_.begin());
  return newest_first_.front().bucket.take(now);
}

/// The source first: what it has used up must not use up what the others share.
bool MessageGuard::admit(Standing standing, const base::Endpoint& source, base::Instant now) {
  if (standing == Standing::trunk) return true;
  if (standing == Standing::served) return served_.admit(source, now) && all_served_.take(now);
  return strangers_.admit(source, now) && all_strangers_.take(now);
}

}  // namespace frontdesk::sip
