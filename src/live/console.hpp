// One WebSocket of /ws: a watcher of the live feed.
#pragma once
#include <memory>

#include "http/web_socket.hpp"
#include "live/feed.hpp"

namespace frontdesk::live {

class Console final : public http::WebSocketPeer {
 public:
  /// `watch` lacks its socket.
  Console(std::shared_ptr<Feed> feed, Watch watch) : feed_(std::move(feed)), watch_(std::move(watch)) {}

  void opened(std::shared_ptr<http::WebSocket> socket) override;
  void received(websocket::Message message) override;
  void closed(std::uint16_t code) override;

 private:
  void refuse(std::string_view code, std::string_view detail);

  const std::shared_ptr<Feed> feed_;
  Watch watch_;
  std::shared_ptr<http::WebSocket> socket_;
  Feed::WatchId id_ = 0;
};

}  // namespace frontdesk::live
