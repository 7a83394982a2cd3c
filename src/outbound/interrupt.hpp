// What ends a coroutine's wait early: a deadline, a cancellation, the client's end. Touched on the client's thread
// only. Private to this folder: it includes Asio.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/time.hpp"

namespace frontdesk::outbound {

class Interrupt : public std::enable_shared_from_this<Interrupt> {
 public:
  explicit Interrupt(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  /// The first reason counts.
  void fire(base::Error why);
  const std::optional<base::Error>& why() const { return why_; }
  /// How to end what is waited for next; at once if it has fired already.
  void on_fire(std::function<void()> stop);
  void nothing_waits() { stop_ = {}; }

  /// From now. `what` completes "... took longer than n ms".
  void total(base::Duration limit);
  void phase(base::Duration limit, std::string_view what);
  void no_phase();
  void over();  ///< no deadlines any more

 private:
  struct Limit {
    base::Instant at = base::kNever;
    base::Duration length{0};
    std::string_view what;
  };
  void arm();
  void look();

  boost::asio::steady_timer timer_;
  base::Instant armed_ = base::kNever;
  Limit total_, phase_;
  std::function<void()> stop_;
  std::optional<base::Error> why_;
};

}  // namespace frontdesk::outbound
