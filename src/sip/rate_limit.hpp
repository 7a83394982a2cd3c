// Token buckets per source address, so that one peer's flood costs the others nothing. Pure, bounded.
#pragma once
#include <cstddef>
#include <map>

#include "base/endpoint.hpp"
#include "base/time.hpp"

namespace frontdesk::sip {

class SourceRateLimit {
 public:
  static constexpr std::size_t kMaxSources = 10'000;

  SourceRateLimit(double per_second, double burst) : per_second_(per_second), burst_(burst) {}

  /// True if a message from `source` (its port does not count) may be read now.
  bool admit(const base::Endpoint& source, base::Instant now);
  std::size_t sources() const { return buckets_.size(); }

 private:
  struct Bucket {
    double tokens = 0;
    base::Instant refilled;
  };
  struct ByAddress {
    bool operator()(const base::Endpoint& a, const base::Endpoint& b) const {
      return a.v6 != b.v6 ? a.v6 < b.v6 : a.address < b.address;
    }
  };
  double refilled(const Bucket& bucket, base::Instant now) const;
  void forget_idle(base::Instant now);

  double per_second_;
  double burst_;
  std::map<base::Endpoint, Bucket, ByAddress> buckets_;
};

}  // namespace frontdesk::sip
