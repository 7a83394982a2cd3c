#include "http/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <mutex>
#include <set>
#include <thread>

#include "http/connection.hpp"
#include "http/tls_context.hpp"

namespace frontdesk::http {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;

namespace {

constexpr base::Duration kAcceptPause = base::milliseconds(100);  ///< after an error such as too many open files
constexpr std::string_view kFull =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nContent-Length: 120\r\n"
    "Retry-After: 1\r\nConnection: close\r\n\r\n"
    "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
    "\"detail\":\"too many connections: try again in a second\"}";

tcp::endpoint asio_endpoint(const base::Endpoint& endpoint) {
  return {net::ip::make_address(base::address_text(endpoint)), endpoint.port};
}

tl::unexpected<base::Error> cannot_listen(const base::Endpoint& listen, const error_code& error) {
  const std::string where = "cannot listen on " + base::to_string(listen) + ": ";
  const auto with = [&](base::ErrorCode code, std::string_view advice) {
    return base::fail(code, "http", where + std::string(advice), base::Retry::never, error.value());
  };
  if (error == net::error::address_in_use)
    return with(base::ErrorCode::already_exists,
                "another program uses this port; stop it or choose another address for the web page");
  if (error == net::error::access_denied)
    return with(base::ErrorCode::permission_denied, "ports below 1024 need privileges; choose a higher port");
  if (error == boost::system::errc::address_not_available)
    return with(base::ErrorCode::invalid_argument, "it is not an address of this machine; choose one that is");
  return with(base::ErrorCode::unavailable, error.message());
}

}  // namespace

class Server::Engine {
 public:
  Engine(ServerOptions options, Router router)
      : service_(std::move(options), std::move(router)), plain_(io_), tls_(io_), grace_(io_) {}

  base::Status listen() {
    if (auto listening = listen(plain_, service_.options.listen, service_.bound); !listening) return listening;
    if (!service_.options.tls) return {};
    if (auto loaded = reload_certificate(); !loaded) return loaded;
    return listen(tls_, service_.options.tls->listen, service_.bound_tls);
  }

  base::Status reload_certificate() {
    if (!service_.options.tls) return {};
    auto loaded = server_context(service_.options.tls->certificate_file, service_.options.tls->key_file);
    if (!loaded) return tl::unexpected(loaded.error());
    const std::lock_guard lock(context_mutex_);
    context_ = std::move(*loaded);
    return {};
  }

  void run() {
    net::co_spawn(io_, accept(plain_, false), net::detached);
    if (tls_.is_open()) net::co_spawn(io_, accept(tls_, true), net::detached);
    thread_ = std::thread([this] { io_.run(); });
  }

  void stop() {
    if (!thread_.joinable()) return;
    net::post(io_, [this] { begin_stop(); });
    thread_.join();
    service_.pool.join();
  }

  const base::Endpoint& bound() const { return service_.bound; }
  const base::Endpoint& bound_tls() const { return service_.bound_tls; }

 private:
  static base::Status listen(tcp::acceptor& acceptor, const base::Endpoint& wanted, base::Endpoint& bound) {
    const auto endpoint = asio_endpoint(wanted);
    error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(net::socket_base::max_listen_connections, error);
    if (error) return cannot_listen(wanted, error);
    bound = wanted;
    bound.port = acceptor.local_endpoint().port();
    return {};
  }

  net::awaitable<void> accept(tcp::acceptor& acceptor, bool encrypted) {
    net::steady_timer pause(io_);
    while (!service_.stopping) {
      error_code error;
      tcp::socket socket = co_await acceptor.async_accept(net::redirect_error(net::use_awaitable, error));
      if (service_.stopping) break;
      if (error) {
        pause.expires_after(kAcceptPause);
        co_await pause.async_wait(net::redirect_error(net::use_awaitable, error));
        continue;
      }
      const auto plain = connections_.size() - static_cast<std::size_t>(service_.web_sockets);
      if (plain >= static_cast<std::size_t>(service_.options.limits.connections))
        turn_away(std::move(socket));
      else
        net::co_spawn(io_, serve(std::make_shared<Connection>(service_, stream_of(std::move(socket), encrypted))),
                      net::detached);
    }
  }

  std::unique_ptr<Stream> stream_of(tcp::socket socket, bool encrypted) {
    if (!encrypted) return plain_stream(std::move(socket));
    const std::lock_guard lock(context_mutex_);
    return tls_server_stream(std::move(socket), *context_);
  }

  /// Without waiting for anything: a full server spends nothing on further clients.
  static void turn_away(tcp::socket socket) {
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.send(net::buffer(kFull.data(), kFull.size()), 0, ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
  }

  net::awaitable<void> serve(std::shared_ptr<Connection> connection) {
    connections_.insert(connection);
    try {
      co_await connection->serve();
    } catch (const std::exception&) {
      connection->abort();
    }
    connections_.erase(connection);
    if (service_.stopping && connections_.empty()) grace_.cancel();
  }

  void begin_stop() {
    error_code ignored;
    service_.stopping = true;
    plain_.close(ignored);
    tls_.close(ignored);
    const auto open = connections_;
    for (const auto& connection : open) connection->close_when_idle();
    grace_.expires_after(service_.options.limits.stop_grace);
    grace_.async_wait([this](const error_code&) {
      const auto left = connections_;
      for (const auto& connection : left) connection->abort();
    });
    if (connections_.empty()) grace_.cancel();
  }

  net::io_context io_{1};
  Service service_;
  tcp::acceptor plain_, tls_;
  std::mutex context_mutex_;
  std::unique_ptr<net::ssl::context> context_;  ///< of connections to come; under context_mutex_
  net::steady_timer grace_;
  std::set<std::shared_ptr<Connection>> connections_;
  std::thread thread_;
};

Server::Server(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Server::~Server() {
  stop();
}
void Server::stop() {
  engine_->stop();
}
base::Endpoint Server::bound() const {
  return engine_->bound();
}
base::Endpoint Server::bound_tls() const {
  return engine_->bound_tls();
}
base::Status Server::reload_certificate() {
  return engine_->reload_certificate();
}

base::Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Router router) {
  try {
    auto engine = std::make_unique<Engine>(std::move(options), std::move(router));
    if (auto listening = engine->listen(); !listening) return tl::unexpected(listening.error());
    engine->run();
    return std::unique_ptr<Server>(new Server(std::move(engine)));
  } catch (const std::exception& exception) {
    return base::fail(base::ErrorCode::unavailable, "http", std::string("cannot start: ") + exception.what());
  }
}

}  // namespace frontdesk::http
