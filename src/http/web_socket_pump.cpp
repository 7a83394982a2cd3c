#include "http/web_socket_pump.hpp"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/clock.hpp"

namespace frontdesk::http {
namespace {

namespace net = boost::asio;
using boost::system::error_code;

constexpr std::size_t kReadBytes = 8 * 1024;

net::steady_timer::time_point point_of(base::Instant at) {
  const auto left = at == base::kNever ? base::Duration(base::seconds(3600)) : at - base::monotonic_now();
  return net::steady_timer::clock_type::now() + std::max<base::Duration>(left, base::Duration(0));
}

}  // namespace

WebSocketPump::WebSocketPump(Stream& stream, const Limits& limits, std::shared_ptr<WebSocketPeer> peer)
    : stream_(stream),
      write_limit_(limits.web_socket_write),
      peer_(std::move(peer)),
      protocol_(limits.web_socket, base::monotonic_now()),
      wake_(stream.socket().get_executor()),
      deadline_(stream.socket().get_executor()),
      written_(stream.socket().get_executor()) {}

net::awaitable<void> WebSocketPump::run(std::span<const std::uint8_t> first) {
  const auto self = shared_from_this();
  handle_->on_change([executor = stream_.socket().get_executor(), weak = weak_from_this()] {
    net::post(executor, [weak] {
      if (const auto pump = weak.lock()) pump->wake_.cancel();
    });
  });
  peer_->opened(handle_);
  net::co_spawn(
      stream_.socket().get_executor(), [self]() -> net::awaitable<void> { co_await self->write(); }, net::detached);
  take_in(first);
  co_await read();
  wake_.cancel();
  while (!write_over_) {
    error_code ignored;
    written_.expires_after(write_limit_);
    co_await written_.async_wait(net::redirect_error(net::use_awaitable, ignored));
  }
  handle_->abandon();
  peer_->closed(broken_ && !protocol_.over() ? websocket::kAbnormal : protocol_.code());
}

void WebSocketPump::stop() {
  handle_->close(websocket::kGoingAway, "the server is stopping");
}

void WebSocketPump::take_in(std::span<const std::uint8_t> bytes) {
  messages_.clear();
  protocol_.receive(bytes, base::monotonic_now(), messages_);
  try {
    for (auto& message : messages_) peer_->received(std::move(message));
  } catch (const std::exception&) {
    handle_->close(1011, "the server made a mistake");
  }
  wake_.cancel();
}

net::awaitable<void> WebSocketPump::read() {
  std::array<std::uint8_t, kReadBytes> buffer;
  while (!protocol_.over() && !broken_) {
    const auto moved = co_await stream_.read(buffer.data(), buffer.size());
    if (moved.error || moved.bytes == 0) {
      broken_ = true;
      break;
    }
    take_in(std::span<const std::uint8_t>(buffer).first(moved.bytes));
  }
}

void WebSocketPump::hand_out() {
  const auto now = base::monotonic_now();
  const auto taken = handle_->take();
  for (const auto& message : taken.messages) protocol_.send(message);
  if (taken.closing) protocol_.close(taken.closing->code, taken.closing->reason, now);
  protocol_.on_time(now);
}

net::awaitable<void> WebSocketPump::write() {
  while (!broken_) {
    hand_out();
    auto bytes = protocol_.take_output();
    if (!bytes.empty()) {
      const bool went = co_await put(std::move(bytes));
      if (!went) broken_ = true;
      continue;
    }
    if (protocol_.over()) break;
    error_code ignored;
    wake_.expires_at(point_of(protocol_.next_wakeup()));
    co_await wake_.async_wait(net::redirect_error(net::use_awaitable, ignored));
  }
  error_code ignored;
  stream_.socket().cancel(ignored);  // read() may wait for a peer that is gone
  write_over_ = true;
  written_.cancel();
}

net::awaitable<bool> WebSocketPump::put(std::string bytes) {
  deadline_.expires_after(write_limit_);
  deadline_.async_wait([weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (error || !self) return;
    error_code ignored;
    self->stream_.socket().cancel(ignored);
  });
  const auto moved = co_await stream_.write(bytes.data(), bytes.size());
  deadline_.cancel();
  co_return !moved.error;
}

}  // namespace frontdesk::http
