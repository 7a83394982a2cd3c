#include "outbound/fetch.hpp"

#include <future>

namespace frontdesk::outbound {
namespace {

class Collector : public Sink {
 public:
  void head(base::RequestId /*id*/, const Head& head) override {
    response_.status = head.status;
    response_.headers = head.headers;
    response_.url = head.url;
  }
  Flow body(base::RequestId /*id*/, std::string_view bytes) override {
    response_.body += bytes;
    return Flow::more;
  }
  void end(base::RequestId /*id*/, const Ending& ending) override {
    response_.timing = ending.timing;
    if (ending.status) {
      promise_.set_value(std::move(response_));
    } else {
      promise_.set_value(tl::unexpected(Failure{ending.status.error(), ending.sent}));
    }
  }
  std::future<tl::expected<Response, Failure>> future() { return promise_.get_future(); }

 private:
  Response response_;
  std::promise<tl::expected<Response, Failure>> promise_;
};

}  // namespace

tl::expected<Response, Failure> fetch(Client& client, Request request) {
  const auto collector = std::make_shared<Collector>();
  auto future = collector->future();
  client.send(std::move(request), collector);
  return future.get();  // the total deadline ends it
}

}  // namespace frontdesk::outbound
