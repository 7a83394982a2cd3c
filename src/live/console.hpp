// One WebSocket of /ws: a watcher of the live feed, and a caller if it wants to be one.
#pragma once
#include <boost/json/object.hpp>
#include <memory>

#include "base/error.hpp"
#include "http/web_socket.hpp"
#include "live/feed.hpp"
#include "web_call/web_call.hpp"

namespace frontdesk::live {

class Console final : public http::WebSocketPeer {
 public:
  /// `watch` lacks its socket. Without `calls` nobody can call here.
  Console(std::shared_ptr<Feed> feed, Watch watch, std::shared_ptr<const web_call::Calls> calls)
      : feed_(std::move(feed)), calls_(std::move(calls)), principal_(watch.principal), watch_(std::move(watch)) {}

  void opened(std::shared_ptr<http::WebSocket> socket) override;
  void received(websocket::Message message) override;
  void closed(std::uint16_t code) override;

 private:
  base::Status obey(const std::string& text);
  base::Status start(const boost::json::object& data);
  base::Status sound(const boost::json::object& data);
  base::Status press(const boost::json::object& data);
  base::Status end();
  base::Status need_call() const;
  void refuse(const base::Error& error);

  const std::shared_ptr<Feed> feed_;
  const std::shared_ptr<const web_call::Calls> calls_;
  const access::Principal principal_;
  Watch watch_;
  std::shared_ptr<http::WebSocket> socket_;
  Feed::WatchId id_ = 0;
  std::shared_ptr<web_call::WebCall> call_;
};

}  // namespace frontdesk::live
