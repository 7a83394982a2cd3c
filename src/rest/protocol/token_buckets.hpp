// How often each of many clients may ask: a token bucket for each, in bounded memory. When there are too many clients,
// the one that has been silent longest is forgotten; it then begins with a full bucket.
#pragma once
#include <list>
#include <map>
#include <string>

#include "base/time.hpp"

namespace frontdesk::protocol {

struct Rate {
  double per_second = 100;
  double burst = 1000;
};

class TokenBuckets {
 public:
  TokenBuckets(Rate rate, std::size_t most_clients);

  struct Verdict {
    bool allowed = false;
    int limit = 0;            ///< the burst
    int remaining = 0;        ///< requests that would be allowed at once
    base::Duration wait{0};   ///< refused: until the next is allowed
    base::Duration reset{0};  ///< until the bucket is full again
  };
  /// `now` never goes back.
  Verdict take(const std::string& client, base::Instant now);
  std::size_t clients() const { return buckets_.size(); }

 private:
  struct Bucket {
    double tokens = 0;
    base::Instant filled;
    std::list<const std::string*>::iterator turn;
  };
  Bucket& bucket_of(const std::string& client, base::Instant now);

  Rate rate_;
  std::size_t most_;
  std::map<std::string, Bucket> buckets_;
  std::list<const std::string*> silent_;  ///< the longest silent first; keys of the map
};

}  // namespace frontdesk::protocol
