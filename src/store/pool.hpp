// A bounded number of connections, lent to threads one at a time. Thread-safe.
#pragma once
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/time.hpp"
#include "store/sql.hpp"

namespace frontdesk::store {

inline constexpr std::size_t kPooledConnections = 4;
inline constexpr base::Duration kPoolWait = base::seconds(5);

class Pool {
 public:
  using Open = std::function<base::Result<std::unique_ptr<Connection>>()>;

  /// Gives the connection back when it goes. The pool must outlive it.
  class Lease {
   public:
    Lease(Pool* pool, std::unique_ptr<Connection> connection) : pool_(pool), connection_(std::move(connection)) {}
    ~Lease() {
      if (connection_) pool_->give_back(std::move(connection_));
    }
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }

   private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  /// `open` is called when one more is needed than there are, at most `most` times at once.
  explicit Pool(Open open, std::size_t most = kPooledConnections) : open_(std::move(open)), most_(most) {}

  /// resource_exhausted, retry `later`, if none is free in time; else what `open` says.
  base::Result<Lease> take(base::Duration wait = kPoolWait);

 private:
  void give_back(std::unique_ptr<Connection> connection);

  const Open open_;
  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Connection>> free_;
  std::size_t made_ = 0;  ///< free or lent
};

}  // namespace frontdesk::store
