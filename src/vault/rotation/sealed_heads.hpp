// Recordings in a bucket: the heads with their wrapped keys are kept in rows of `recordings`, where they are counted
// and wrapped by the newest master key without a byte of the bucket being moved.
#pragma once
#include <functional>
#include <string>

#include "vault/key_ring.hpp"
#include "vault/rotation/master_keys.hpp"

namespace frontdesk::rotation {

struct HeadsRewrapped {
  std::string last;  ///< id of the last row that was looked at; empty: there were none left
  std::int64_t done = 0;
  std::int64_t lost = 0;   ///< could not be rewrapped
  std::string first_lost;  ///< one of them, and why
};

/// At most `limit` of those whose id is greater than `after` and that an older key wraps, in a transaction of its own.
/// `purpose`: what the recording of that path was sealed for.
base::Result<HeadsRewrapped> rewrap_heads(store::Connection& connection, const vault::KeyRing& ring,
                                          const std::function<std::string(const std::string& path)>& purpose,
                                          const std::string& after, int limit);
/// By master key.
base::Result<Counts> count_heads(store::Connection& connection);

}  // namespace frontdesk::rotation
