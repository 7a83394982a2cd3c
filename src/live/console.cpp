#include "live/console.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace frontdesk::live {

namespace bj = boost::json;

void Console::opened(std::shared_ptr<http::WebSocket> socket) {
  socket_ = socket;
  watch_.socket = std::move(socket);
  id_ = feed_->watch(std::move(watch_));
}

void Console::received(websocket::Message) {
  refuse("unknown_type", "this connection only listens");
}

void Console::closed(std::uint16_t) {
  feed_->unwatch(id_);
  socket_.reset();
}

/// A client that floods us with mistakes and does not read the answers is dropped as one that does not read.
void Console::refuse(std::string_view code, std::string_view detail) {
  (void)socket_->send(
      {websocket::Kind::text,
       bj::serialize(bj::object{{"type", "error"}, {"data", bj::object{{"code", code}, {"detail", detail}}}})});
}

}  // namespace frontdesk::live
