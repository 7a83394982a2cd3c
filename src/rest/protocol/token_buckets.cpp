#include "rest/protocol/token_buckets.hpp"

#include <algorithm>
#include <cmath>

namespace frontdesk::protocol {
namespace {

base::Duration after(double seconds) {
  return std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(seconds));
}

}  // namespace

TokenBuckets::TokenBuckets(Rate rate, std::size_t most_clients)
    : rate_(rate), most_(std::max<std::size_t>(most_clients, 1)) {}

TokenBuckets::Bucket& TokenBuckets::bucket_of(const std::string& client, base::Instant now) {
  if (const auto found = buckets_.find(client); found != buckets_.end()) {
    silent_.splice(silent_.end(), silent_, found->second.turn);
    return found->second;
  }
  if (buckets_.size() >= most_) {
    const auto* longest = silent_.front();
    silent_.pop_front();
    buckets_.erase(buckets_.find(*longest));
  }
  const auto made = buckets_.emplace(client, Bucket{rate_.burst, now, {}}).first;
  made->second.turn = silent_.insert(silent_.end(), &made->first);
  return made->second;
}

TokenBuckets::Verdict TokenBuckets::take(const std::string& client, base::Instant now) {
  auto& bucket = bucket_of(client, now);
  const auto passed = base::to_seconds(std::max(now - bucket.filled, base::Duration(0)));
  bucket.tokens = std::min(rate_.burst, bucket.tokens + passed * rate_.per_second);
  bucket.filled = now;
  Verdict verdict;
  verdict.allowed = bucket.tokens >= 1;
  if (verdict.allowed) bucket.tokens -= 1;
  verdict.limit = static_cast<int>(rate_.burst);
  verdict.remaining = static_cast<int>(std::floor(bucket.tokens));
  if (!verdict.allowed) verdict.wait = after((1 - bucket.tokens) / rate_.per_second);
  verdict.reset = after((rate_.burst - bucket.tokens) / rate_.per_second);
  return verdict;
}

}  // namespace frontdesk::protocol
