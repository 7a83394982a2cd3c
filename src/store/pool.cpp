#include "store/pool.hpp"

namespace frontdesk::store {

base::Result<Pool::Lease> Pool::take(base::Duration wait) {
  {
    std::unique_lock lock(mutex_);
    if (!freed_.wait_for(lock, wait, [&] { return !free_.empty() || made_ < most_; }))
      return base::fail(base::ErrorCode::resource_exhausted, "store",
                        "every connection to the database is in use: try again", base::Retry::later);
    if (!free_.empty()) {
      Lease lease(this, std::move(free_.back()));
      free_.pop_back();
      return lease;
    }
    ++made_;
  }
  auto connection = open_();
  if (connection) return Lease(this, std::move(*connection));
  {
    const std::lock_guard lock(mutex_);
    --made_;
  }
  freed_.notify_one();
  return tl::unexpected(connection.error());
}

void Pool::give_back(std::unique_ptr<Connection> connection) {
  {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(connection));
  }
  freed_.notify_one();
}

}  // namespace frontdesk::store
