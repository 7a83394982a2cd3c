// Who is read, and how often, before anything is parsed: token buckets per source address, and one for all sources
// together that nobody vouches for, so that a flood costs neither memory nor the trunk's messages. Pure, bounded.
#pragma once
#include <cstddef>
#include <list>
#include <map>

#include "base/endpoint.hpp"
#include "base/time.hpp"

namespace frontdesk::sip {

class TokenBucket {
 public:
  /// Full at first.
  TokenBucket(double per_second, double burst, base::Instant now)
      : per_second_(per_second), burst_(burst), tokens_(burst), refilled_(now) {}
  bool take(base::Instant now);

 private:
  double per_second_, burst_, tokens_;
  base::Instant refilled_;
};

class SourceRateLimit {
 public:
  static constexpr std::size_t kMaxSources = 4096;  ///< beyond it who was silent longest is forgotten

  SourceRateLimit(double per_second, double burst) : per_second_(per_second), burst_(burst) {}

  /// True if a message from `source` (its port does not count) may be read now.
  bool admit(const base::Endpoint& source, base::Instant now);
  std::size_t sources() const { return buckets_.size(); }

 private:
  struct ByAddress {
    bool operator()(const base::Endpoint& a, const base::Endpoint& b) const {
      return a.v6 != b.v6 ? a.v6 < b.v6 : a.address < b.address;
    }
  };
  struct Entry {
    base::Endpoint source;
    TokenBucket bucket;
  };
  double per_second_, burst_;
  std::list<Entry> newest_first_;
  std::map<base::Endpoint, std::list<Entry>::iterator, ByAddress> buckets_;
};

/// What a source is to us.
enum class Standing {
  trunk,     ///< always read: its calls must go on whatever others send
  served,    ///< may call us
  stranger,  ///< gets 403, and that not often
};

class MessageGuard {
 public:
  static constexpr double kStrangersPerSecond = 500;  ///< of all together; a 403 costs about 20 us
  static constexpr double kStrangersBurst = 1000;
  static constexpr double kStrangerPerSecond = 50;  ///< of one address
  static constexpr double kStrangerBurst = 200;
  static constexpr double kServedShare = 2;  ///< all served sources together, times what one may send

  /// The limits of one served source.
  MessageGuard(double per_second, double burst, base::Instant now)
      : served_(per_second, burst),
        all_served_(kServedShare * per_second, kServedShare * burst, now),
        strangers_(kStrangerPerSecond, kStrangerBurst),
        all_strangers_(kStrangersPerSecond, kStrangersBurst, now) {}

  bool admit(Standing standing, const base::Endpoint& source, base::Instant now);

 private:
  SourceRateLimit served_;
  TokenBucket all_served_;
  SourceRateLimit strangers_;
  TokenBucket all_strangers_;
};

}  // namespace frontdesk::sip
