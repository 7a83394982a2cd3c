// One WebSocket of /ws: a watcher of the live feed, and a caller or a listener if it wants to be one.
#pragma once
#include <boost/json/object.hpp>
#include <memory>

#include "base/error.hpp"
#include "http/web_socket.hpp"
#include "live/feed.hpp"
#include "live/listening.hpp"
#include "live/speaking.hpp"
#include "web_call/web_call.hpp"

namespace frontdesk::live {

class Console final : public http::WebSocketPeer {
 public:
  /// `watch` lacks its socket; `listener`: whoever is there. Without `calls` nobody can call here, without `listening`
  /// and `speaking` nobody can listen and speak.
  Console(std::shared_ptr<Feed> feed, Watch watch, std::shared_ptr<const web_call::Calls> calls,
          std::shared_ptr<Listening> listening, std::shared_ptr<Speaking> speaking, Listener listener)
      : feed_(std::move(feed)),
        calls_(std::move(calls)),
        listening_(std::move(listening)),
        speaking_(std::move(speaking)),
        listener_(std::move(listener)),
        principal_(watch.principal),
        watch_(std::move(watch)) {}

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
  base::Status listen(const boost::json::object& data);
  base::Status listen_no_more();
  base::Status speak(const boost::json::object& data);
  base::Status speak_no_more();
  bool speaks() const { return spoken_ && !spoken_->over(); }
  base::Status may_control() const;
  bool listens() const { return heard_ && !heard_->over; }
  void refuse(const base::Error& error);

  const std::shared_ptr<Feed> feed_;
  const std::shared_ptr<const web_call::Calls> calls_;
  const std::shared_ptr<Listening> listening_;
  const std::shared_ptr<Speaking> speaking_;
  const Listener listener_;
  const access::Principal principal_;
  Watch watch_;
  std::shared_ptr<http::WebSocket> socket_;
  Feed::WatchId id_ = 0;
  std::shared_ptr<web_call::WebCall> call_;
  std::shared_ptr<Listening::Held> heard_;
  std::shared_ptr<Speaking::Held> spoken_;
};

}  // namespace frontdesk::live
