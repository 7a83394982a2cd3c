// What several machines share, as ports: each has one form for a machine alone and one over Redis, and one suite of
// tests for both.
//
// Calls return within kCallLimit, in an outage at once; `unavailable` with Retry::later says so. Nothing of a running
// call may depend on them. Any thread.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"

namespace frontdesk::cluster {

inline constexpr base::Duration kCallLimit = base::seconds(2);

/// Values that may be gone at any time, and are after their time: sessions, tickets.
class Cache {
 public:
  virtual ~Cache() = default;
  virtual base::Status put(std::string_view key, std::string_view value, base::Duration lives) = 0;
  virtual base::Result<std::optional<std::string>> get(std::string_view key) = 0;
  /// Reads and forgets at once: of several who try, one gets it.
  virtual base::Result<std::optional<std::string>> take(std::string_view key) = 0;
  virtual base::Status forget(std::string_view key) = 0;
};

/// Rate limits: how often something happened in a window of time that begins with the first.
class Counters {
 public:
  struct Count {
    std::int64_t count = 0;
    base::Duration left{0};  ///< of the window
  };
  virtual ~Counters() = default;
  virtual base::Result<Count> add(std::string_view key, base::Duration window) = 0;
  virtual base::Status reset(std::string_view key) = 0;
};

/// Tells all machines, this one too, at most once: what cannot be sent now is lost.
class FanOut {
 public:
  using Receive = std::function<void(std::string_view message)>;
  virtual ~FanOut() = default;
  /// Never blocks. False: it is lost.
  virtual bool publish(std::string_view channel, std::string message) = 0;
  /// `receive` is called on a thread of the fan-out's: hand over and return.
  virtual void subscribe(std::string_view channel, Receive receive) = 0;
  /// False during an outage: silence then says nothing about other machines.
  virtual bool connected() const = 0;
};

/// Work that is done at least once, by whoever is free.
class Jobs {
 public:
  struct Job {
    std::string id;
    std::string payload;
    bool again = false;  ///< somebody had it before and did not finish
  };
  virtual ~Jobs() = default;
  virtual base::Status add(std::string_view queue, std::string_view payload) = 0;
  /// New jobs, and those that somebody took more than `patience` ago; hidden from others meanwhile.
  virtual base::Result<std::vector<Job>> take(std::string_view queue, std::string_view worker, int most,
                                              base::Duration patience) = 0;
  virtual base::Status done(std::string_view queue, const std::string& id) = 0;
};

/// One holder at a time, as long as it renews. The fence grows with each new holder: who acts on something outside
/// shows it there, so that a holder that lost its lease without noticing is refused.
struct Lease {
  std::string name;
  std::string holder;
  std::uint64_t fence = 0;
};
class Leases {
 public:
  virtual ~Leases() = default;
  /// nullopt: somebody has it, perhaps this holder itself.
  virtual base::Result<std::optional<Lease>> acquire(std::string_view name, std::string_view holder,
                                                     base::Duration lives) = 0;
  /// False: it is lost.
  virtual base::Result<bool> renew(const Lease& lease, base::Duration lives) = 0;
  virtual base::Status release(const Lease& lease) = 0;
};

}  // namespace frontdesk::cluster
