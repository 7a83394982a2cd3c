#include "sip/rate_limit.hpp"

#include <algorithm>

namespace frontdesk::sip {

double SourceRateLimit::refilled(const Bucket& bucket, base::Instant now) const {
  return std::min(burst_, bucket.tokens + base::to_seconds(now - bucket.refilled) * per_second_);
}

void SourceRateLimit::forget_idle(base::Instant now) {
  // A full bucket says nothing that a new one would not say.
  std::erase_if(buckets_, [&](const auto& entry) { return refilled(entry.second, now) >= burst_; });
  if (buckets_.size() >= kMaxSources) buckets_.clear();
}

bool SourceRateLimit::admit(const base::Endpoint& source, base::Instant now) {
  auto found = buckets_.find(source);
  if (found == buckets_.end()) {
    if (buckets_.size() >= kMaxSources) forget_idle(now);
    found = buckets_.emplace(source, Bucket{burst_, now}).first;
  }
  Bucket& bucket = found->second;
  bucket.tokens = refilled(bucket, now);
  bucket.refilled = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

}  // namespace frontdesk::sip
