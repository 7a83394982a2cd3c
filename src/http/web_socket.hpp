// A WebSocket connection as the rest of the program sees it: a handle to send by, from any thread, and a peer that is
// told what comes. A route answers a handshake with upgrade(); the connection does the rest (RFC 6455).
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/inheriting_mutex.hpp"
#include "http/message.hpp"
#include "http/websocket/protocol.hpp"

namespace frontdesk::http {

/// The sending half. A client that does not read is dropped when kMaxWaiting is reached: 1013, and the connection ends.
class WebSocket {
 public:
  static constexpr std::size_t kMaxWaiting =
      1024 * 1024;  ///< bytes not yet taken by the connection; one message may be longer

  // Whoever has something to say; any thread.
  /// False: the connection is closing, or is dropped because of this message.
  bool send(websocket::Message message);
  /// What is waiting goes out first.
  void close(std::uint16_t code, std::string reason);
  /// Bytes not yet written to the connection. Who can wait sends at 0, and so coalesces.
  std::size_t waiting() const;

  // The connection.
  struct Closing {
    std::uint16_t code = 0;
    std::string reason;
  };
  struct Taken {
    std::deque<websocket::Message> messages;
    std::optional<Closing> closing;  ///< once
  };
  /// What was taken before has been written.
  Taken take();
  /// `wake` is called from send() and close(), once until take(), until it is replaced.
  void on_change(std::function<void()> wake);
  void abandon();

 private:
  void wake_up();

  mutable base::InheritingMutex mutex_;  ///< threads of calls send as well
  std::deque<websocket::Message> messages_;
  std::size_t waiting_ = 0, writing_ = 0;
  std::optional<Closing> closing_;
  bool closed_ = false;
  bool woken_ = false;  ///< and has not looked yet
  std::function<void()> wake_;
};

/// Told on the network thread: hand over and return. What is thrown from here ends the connection with 1011.
class WebSocketPeer {
 public:
  virtual ~WebSocketPeer() = default;
  /// First; keep the handle.
  virtual void opened(std::shared_ptr<WebSocket> socket) = 0;
  virtual void received(websocket::Message message) = 0;
  /// Last, and once: the status it ended by (websocket::kAbnormal: the connection broke).
  virtual void closed(std::uint16_t code) = 0;
};

/// 101 with the peer, or a refusal: 400 or 426 for what is no handshake, 403 for the page of another site, which a
/// browser lets open any WebSocket with our cookies. `protocols`: the best first; the client may ask for none.
Response upgrade(const Request& request, std::shared_ptr<WebSocketPeer> peer,
                 std::span<const std::string> protocols = {});

}  // namespace frontdesk::http
