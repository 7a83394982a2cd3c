// One client's connection, as a coroutine on the network thread: read a request, have it answered on a
// thread that may block, write the response, again. Private to this folder: it includes Asio.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>

#include "http/server.hpp"
#include "http/stream.hpp"
#include "http/transmission.hpp"
#include "http/web_socket_pump.hpp"

namespace frontdesk::http {

/// What all connections share. Touched on the network thread only, except by what runs in the pool.
struct Service {
  ServerOptions options;
  Router router;
  base::Endpoint bound;
  base::Endpoint bound_tls;
  boost::asio::thread_pool pool;
  int waiting = 0;      ///< requests in the pool
  /// Large bodies that are held now; each connection gives its own back.
  std::shared_ptr<int> large_bodies = std::make_shared<int>(0);
  int web_sockets = 0;  ///< connections that are WebSockets now
  bool stopping = false;

  Service(ServerOptions chosen, Router routes)
      : options(std::move(chosen)),
        router(std::move(routes)),
        pool(static_cast<std::size_t>(std::max(1, options.limits.answering_threads))) {}
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Service& service, std::unique_ptr<Stream> stream);

  /// Until either side has had enough.
  boost::asio::awaitable<void> serve();
  /// Takes effect at once on a connection without a request, else after its response.
  void close_when_idle();
  void close_now();
  /// Without what is still unsent, so that a client that does not read holds no memory.
  void abort();

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  enum class Reading { complete, over, refused };

  boost::asio::awaitable<Reading> read_request();
  boost::asio::awaitable<bool> read_more();
  boost::asio::awaitable<bool> go_on();
  Reading refuse(int status, std::string_view detail);
  Reading refuse_parse(boost::system::error_code error);
  boost::asio::awaitable<void> exchange(bool complete);
  std::optional<Response> take_request();
  bool limit_body();
  bool has_room_for_body();
  std::optional<Response> answer_at_once(const Router::Match& match);
  boost::asio::awaitable<Response> answer();
  boost::asio::awaitable<Response> run_in_pool(const Respond* respond);
  boost::asio::awaitable<bool> send(Transmission sent);
  boost::asio::awaitable<bool> send_live(std::string head, std::shared_ptr<LiveBody> live);
  boost::asio::awaitable<bool> send_piece(std::string head, std::string piece);
  boost::asio::awaitable<void> be_web_socket(std::shared_ptr<WebSocketPeer> peer);
  boost::asio::awaitable<void> linger();
  void arm(base::Duration limit);

  Service& service_;
  const std::unique_ptr<Stream> stream_;
  boost::asio::steady_timer deadline_;
  std::uint64_t armed_ = 0;  ///< tells a late expiry from the current one
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  Request request_;
  std::shared_ptr<WebSocketPump> web_socket_;  ///< while the connection is one
  std::string route_;
  std::string failure_;
  Response refusal_;
  std::size_t body_limit_ = 0;  ///< of the request being read
  base::Duration body_time_{0};  ///< in which it has to come
  std::shared_ptr<void> large_body_;  ///< held while its body is
  bool idle_ = false;
  bool timed_out_ = false;
  bool keep_alive_ = false;
  bool delivered_ = true;
};

}  // namespace frontdesk::http
