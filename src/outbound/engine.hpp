// What all exchanges of one client share: options, TLS, kept connections, the requests under way. Touched on the
// client's thread but for what says otherwise. Private to this folder: it includes Asio.
#pragma once
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <mutex>

#include "outbound/client.hpp"
#include "outbound/interrupt.hpp"
#include "outbound/stream.hpp"

namespace frontdesk::outbound {

class Exchange;
using PolicyPtr = std::shared_ptr<const address_guard::Policy>;

/// Connections nobody uses just now, and how many somebody does.
class Pool {
 public:
  explicit Pool(const ClientOptions& options) : options_(options) {}

  /// The most recently used one that is fit and that `policy` permits. Counts as in use.
  std::unique_ptr<Connection> take(const std::string& origin, const address_guard::Policy& policy);
  /// Reserves a place for a new connection; false: all are in use.
  bool reserve(const std::string& origin);
  /// A place in use is free again; whoever waits for one is woken.
  void release(const std::string& origin);
  void keep(std::unique_ptr<Connection> connection);  ///< after release()
  void wait(const std::string& origin, const std::shared_ptr<boost::asio::steady_timer>& waiter);
  void drop_idle(const std::string& origin);
  void sweep(base::Instant now);
  void clear();
  int idle() const { return idle_total_; }
  int present(const std::string& origin) const;

 private:
  struct Host {
    std::vector<std::unique_ptr<Connection>> idle;
    int in_use = 0;
    std::deque<std::weak_ptr<boost::asio::steady_timer>> waiting;
  };
  void forget_if_empty(const std::string& origin);

  const ClientOptions& options_;
  std::map<std::string, Host> hosts_;
  int idle_total_ = 0;
};

struct Engine : std::enable_shared_from_this<Engine> {
  ClientOptions options;
  PolicyPtr policy;
  boost::asio::any_io_executor executor;
  std::unique_ptr<TlsContext> tls;
  Pool pool;
  boost::asio::steady_timer sweeper;
  bool sweeping = false;
  bool stopping = false;
  std::vector<std::weak_ptr<Interrupt>> warming;

  std::mutex mutex;
  std::map<base::RequestId, std::shared_ptr<Exchange>> exchanges;  ///< under the mutex
  std::atomic<std::uint64_t> last_id{0};
  std::atomic<std::uint64_t> opened{0}, reused{0}, refused{0}, stale{0};
  std::atomic<int> idle{0};

  Engine(ClientOptions chosen, std::unique_ptr<TlsContext> context, boost::asio::any_io_executor where);
  void keep(std::unique_ptr<Connection> connection);
  void sweep_later();
  void stop();
  std::shared_ptr<Exchange> find(base::RequestId id);  ///< any thread
  void forget(base::RequestId id);                     ///< any thread
};

/// A new connection to an address of `url` that `policy` permits, within the interrupt's deadlines.
boost::asio::awaitable<base::Result<std::unique_ptr<Connection>>> dial(std::shared_ptr<Engine> engine,
                                                                       address_guard::Url url, PolicyPtr policy,
                                                                       std::shared_ptr<Interrupt> interrupt);

}  // namespace frontdesk::outbound
