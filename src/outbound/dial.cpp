#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/clock.hpp"
#include "outbound/engine.hpp"
#include "outbound/errors.hpp"
#include "outbound/lookup.hpp"

namespace frontdesk::outbound {
namespace {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;

constexpr base::Duration kOneAddress = base::seconds(2);  ///< before the next address is tried, if there is one

tcp::endpoint asio_endpoint(const base::Endpoint& endpoint) {
  return {net::ip::make_address(base::address_text(endpoint)), endpoint.port};
}

/// A socket that connects, for as long as one address may take. Shared with its timer.
struct Attempt {
  tcp::socket socket;
  net::steady_timer timer;
  explicit Attempt(const net::any_io_executor& executor) : socket(executor), timer(executor) {}
  void close() {
    error_code ignored;
    socket.close(ignored);
  }
};

base::Error not_reached(const base::Endpoint& address, const error_code& error) {
  return outbound::error(base::ErrorCode::unavailable,
                         "cannot connect to " + base::to_string(address) + ": " + error.message(), base::Retry::later,
                         error.value());
}

net::awaitable<base::Result<tcp::socket>> connect(std::shared_ptr<Engine> engine, base::Endpoint address, bool last,
                                                  std::shared_ptr<Interrupt> interrupt) {
  const auto attempt = std::make_shared<Attempt>(engine->executor);
  const auto target = asio_endpoint(address);
  error_code error;
  attempt->socket.open(target.protocol(), error);
  if (error) co_return tl::unexpected(not_reached(address, error));
  attempt->socket.set_option(tcp::no_delay(true), error);
  interrupt->on_fire([weak = std::weak_ptr(attempt)] {
    if (const auto running = weak.lock()) running->close();
  });
  if (!last) {
    attempt->timer.expires_after(kOneAddress);
    attempt->timer.async_wait([weak = std::weak_ptr(attempt)](const error_code& cancelled) {
      const auto running = weak.lock();
      if (!cancelled && running) running->close();
    });
  }
  co_await attempt->socket.async_connect(target, net::redirect_error(net::use_awaitable, error));
  attempt->timer.cancel();
  interrupt->nothing_waits();
  if (interrupt->why()) co_return tl::unexpected(*interrupt->why());
  if (!error && attempt->socket.remote_endpoint(error) != target && !error) error = net::error::connection_refused;
  if (error) co_return tl::unexpected(not_reached(address, error));
  co_return std::move(attempt->socket);
}

net::awaitable<Addresses> addresses_of(std::shared_ptr<Engine> engine, address_guard::Url url,
                                       std::shared_ptr<Interrupt> interrupt) {
  std::vector<base::Endpoint> addresses;
  if (const auto numeric = base::parse_address(url.host, url.port); url.numeric && numeric) {
    addresses.push_back(*numeric);
    co_return addresses;
  }
  auto found = co_await look_up(engine->options.lookup, url.host, url.port, interrupt);
  if (found && found->empty())
    co_return tl::unexpected(
        error(base::ErrorCode::not_found, "the name " + url.host + " has no address", base::Retry::later));
  co_return found;
}

/// The addresses that may be connected to; the guard's refusal if there are none.
Addresses permitted(Engine& engine, std::vector<base::Endpoint> addresses, const address_guard::Policy& policy) {
  std::vector<base::Endpoint> good;
  base::Status refusal;
  for (const auto& address : addresses) {
    auto verdict = address_guard::check(address, policy);
    if (verdict) good.push_back(address);
    if (!verdict) refusal = std::move(verdict);
  }
  if (!refusal) engine.refused.fetch_add(1, std::memory_order_relaxed);
  if (good.empty()) return tl::unexpected(refusal.error());
  return good;
}

}  // namespace

net::awaitable<base::Result<std::unique_ptr<Connection>>> dial(std::shared_ptr<Engine> engine, address_guard::Url url,
                                                               PolicyPtr policy, std::shared_ptr<Interrupt> interrupt) {
  auto addresses = co_await addresses_of(engine, url, interrupt);
  if (addresses) addresses = permitted(*engine, std::move(*addresses), *policy);
  if (!addresses) co_return tl::unexpected(addresses.error());
  auto connection = std::make_unique<Connection>();
  connection->origin = url.origin();
  base::Result<tcp::socket> socket = tl::unexpected(base::Error{});
  for (std::size_t i = 0; i < addresses->size() && !interrupt->why(); ++i) {
    connection->remote = (*addresses)[i];
    socket = co_await connect(engine, connection->remote, i + 1 == addresses->size(), interrupt);
    if (socket) break;
  }
  if (interrupt->why()) co_return tl::unexpected(*interrupt->why());
  if (!socket) co_return tl::unexpected(socket.error());
  if (url.tls) {
    auto stream = tls_stream(std::move(*socket), *engine->tls, url);
    if (!stream) co_return tl::unexpected(stream.error());
    connection->stream = std::move(*stream);
    interrupt->on_fire([running = connection->stream.get()] { running->close(); });
    const auto agreed = co_await connection->stream->handshake();
    interrupt->nothing_waits();
    if (interrupt->why()) co_return tl::unexpected(*interrupt->why());
    if (!agreed) co_return tl::unexpected(agreed.error());
  } else {
    connection->stream = plain_stream(std::move(*socket));
  }
  engine->opened.fetch_add(1, std::memory_order_relaxed);
  co_return connection;
}

}  // namespace frontdesk::outbound
