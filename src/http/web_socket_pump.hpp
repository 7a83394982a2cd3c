// Carries one WebSocket on the network thread: the socket's bytes to the protocol and its messages to the peer, and
// what the handle was given back to the socket. Private to this folder: it includes Asio.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <span>
#include <vector>

#include "http/server.hpp"
#include "http/stream.hpp"
#include "http/web_socket.hpp"

namespace frontdesk::http {

class WebSocketPump : public std::enable_shared_from_this<WebSocketPump> {
 public:
  /// `stream` outlives run().
  WebSocketPump(Stream& stream, const Limits& limits, std::shared_ptr<WebSocketPeer> peer);

  /// Until the closing handshake is over or the connection broke. `first`: bytes that came with the handshake.
  boost::asio::awaitable<void> run(std::span<const std::uint8_t> first);
  /// The server stops: 1001.
  void stop();

 private:
  void take_in(std::span<const std::uint8_t> bytes);
  boost::asio::awaitable<void> read();
  boost::asio::awaitable<void> write();
  boost::asio::awaitable<bool> put(std::string bytes);
  void hand_out();

  Stream& stream_;
  const base::Duration write_limit_;
  const std::shared_ptr<WebSocketPeer> peer_;
  const std::shared_ptr<WebSocket> handle_ = std::make_shared<WebSocket>();
  websocket::Protocol protocol_;
  boost::asio::steady_timer wake_;      ///< cancelled: there is something to do for write()
  boost::asio::steady_timer deadline_;  ///< of a writing
  boost::asio::steady_timer written_;   ///< cancelled: write() is over
  std::vector<websocket::Message> messages_;
  bool broken_ = false;
  bool write_over_ = false;
};

}  // namespace frontdesk::http
