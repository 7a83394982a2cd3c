#include "cluster/redis/client.hpp"

#include <poll.h>

#include <algorithm>

#include "base/clock.hpp"

namespace frontdesk::redis {
namespace {

tl::unexpected<base::Error> away() {
  return base::fail(base::ErrorCode::unavailable, "redis", "Redis is away; it is tried again every few seconds",
                    base::Retry::later);
}

/// Between two commands nothing is to be read but the connection's end.
bool ended(const Connection& connection) {
  pollfd look{connection.descriptor(), POLLIN, 0};
  return ::poll(&look, 1, 0) > 0;
}

}  // namespace

void Backoff::failed(base::Instant now) {
  next_ = now + pause_;
  pause_ = std::min<base::Duration>(pause_ * 2, kLongestPause);
}

base::Result<Reply> Client::ask(const std::vector<std::string_view>& command) {
  const std::unique_lock lock(mutex_, kCommandLimit);
  if (!lock.owns_lock()) return away();
  if (!connection_ && !backoff_.due(base::monotonic_now())) return away();
  const auto deadline = base::monotonic_now() + kCommandLimit;
  if (connection_ && ended(*connection_)) connection_.reset();
  auto reply = try_once(command, deadline);
  if (!reply && reply.error().code != base::ErrorCode::failed_precondition) {
    connection_.reset();
    backoff_.failed(base::monotonic_now());
  }
  return reply;
}

base::Result<Reply> Client::try_once(const std::vector<std::string_view>& command, base::Instant deadline) {
  if (!connection_) {
    auto opened = Connection::open(address_, deadline);
    if (!opened) return tl::unexpected(opened.error());
    connection_ = std::move(*opened);
    backoff_.worked();
  }
  return connection_->ask(command, deadline);
}

}  // namespace frontdesk::redis
