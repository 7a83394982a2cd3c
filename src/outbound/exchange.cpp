#include "outbound/exchange.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>

#include "base/clock.hpp"
#include "outbound/errors.hpp"
#include "outbound/request_text.hpp"

namespace frontdesk::outbound {
namespace {

namespace net = boost::asio;
constexpr std::size_t kReadBytes = 32 * 1024;
constexpr std::size_t kWriteBytes = 64 * 1024;
constexpr std::uint64_t kMostDiscarded = 64 * 1024;  ///< of a redirect's body, before its connection is given up
constexpr int kMostInterim = 8;
constexpr base::Duration kLastWords = base::seconds(1);  ///< for the response of a server that stopped reading

}  // namespace

Exchange::Exchange(std::shared_ptr<Engine> engine, base::RequestId id, Request request, std::shared_ptr<Sink> sink)
    : engine_(std::move(engine)),
      id_(id),
      request_(std::move(request)),
      sink_(std::move(sink)),
      policy_(request_.policy ? request_.policy : engine_->policy),
      interrupt_(std::make_shared<Interrupt>(engine_->executor)),
      sleeper_(std::make_shared<net::steady_timer>(engine_->executor)),
      started_(base::monotonic_now()),
      buffer_(request_.header_bytes + 2 * kReadBytes) {}

base::Duration Exchange::elapsed() const {
  return base::monotonic_now() - started_;
}

bool Exchange::fail(base::Error error) {
  failure_ = interrupt_->why() ? *interrupt_->why() : std::move(error);
  return false;
}

bool Exchange::lost() {
  lost_ = true;
  const bool again = !ending_.sent || is_repeatable(request_);
  return fail(error(base::ErrorCode::unavailable,
                    ending_.sent ? "the connection was lost before the response" : "the connection was lost",
                    again ? base::Retry::now : base::Retry::later));
}

net::awaitable<void> Exchange::run() {
  const auto self = shared_from_this();
  try {
    interrupt_->total(request_.deadlines.total);
    co_await follow();
  } catch (const std::exception& exception) {
    failure_ = error(base::ErrorCode::internal, std::string("the request failed: ") + exception.what());
  }
  finish();
}

void Exchange::finish() {
  settle(false);
  interrupt_->over();
  interrupt_->nothing_waits();
  if (request_.upload) {
    request_.upload->on_change({});
    request_.upload->abandon();
  }
  ending_.timing.total = elapsed();
  if (failure_) ending_.status = tl::unexpected(*failure_);
  engine_->forget(id_);
  const auto sink = std::move(sink_);
  if (!silent_) sink->end(id_, ending_);
}

net::awaitable<void> Exchange::follow() {
  if (auto good = check_request(request_); !good) {
    fail(good.error());
    co_return;
  }
  auto url = address_guard::parse_url(request_.url);
  if (!url) {
    fail(url.error());
    co_return;
  }
  url_ = std::move(*url);
  for (;;) {
    co_await perform();
    if (failure_ || location_.empty()) co_return;
    if (!prepare_hop()) co_return;
  }
}

/// From the response that redirects to the request that follows it.
bool Exchange::prepare_hop() {
  auto next = address_guard::resolve(url_, std::exchange(location_, {}));
  if (!next) return fail(next.error());
  if (url_.tls && !next->tls)
    return fail(
        error(base::ErrorCode::permission_denied, "the server redirects from https to http, which is not followed"));
  redirect_request(request_, redirect_status_, next->origin() == url_.origin());
  url_ = std::move(*next);
  --request_.redirects;
  return true;
}

net::awaitable<void> Exchange::perform() {
  for (int attempt = 0;; ++attempt) {
    failure_.reset();
    received_ = unwritten_ = lost_ = false;
    bool good = co_await obtain();
    if (good) good = co_await send();
    if (good) good = co_await receive();
    if (good) co_return;
    const bool stale = connection_ && connection_->reused && lost_ && !received_;
    settle(false);
    if (!stale || attempt > 0 || interrupt_->why() || !is_repeatable(request_)) co_return;
    engine_->stale.fetch_add(1, std::memory_order_relaxed);
    engine_->pool.drop_idle(url_.origin());
  }
}

/// A kept connection or a new one; waits while all are in use.
net::awaitable<bool> Exchange::obtain() {
  interrupt_->phase(request_.deadlines.connect, "connecting");
  const std::string origin = url_.origin();
  for (;;) {
    if (interrupt_->why()) co_return fail({});
    connection_ = engine_->pool.take(origin, *policy_);
    engine_->idle = engine_->pool.idle();
    if (connection_) break;
    if (engine_->pool.reserve(origin)) {
      auto dialled = co_await dial(engine_, url_, policy_, interrupt_);
      if (!dialled) engine_->pool.release(origin);
      if (!dialled) co_return fail(dialled.error());
      connection_ = std::move(*dialled);
      break;
    }
    engine_->pool.wait(origin, sleeper_);
    co_await nap();
  }
  if (connection_->reused) engine_->reused.fetch_add(1, std::memory_order_relaxed);
  ending_.timing.connected = elapsed();
  ending_.timing.reused = connection_->reused;
  ending_.timing.resumed = !connection_->reused && connection_->stream->resumed();
  interrupt_->no_phase();
  co_return true;
}

/// Until somebody cancels sleeper_.
net::awaitable<void> Exchange::nap() {
  interrupt_->on_fire([weak = std::weak_ptr(sleeper_)] {
    if (const auto sleeper = weak.lock()) sleeper->cancel();
  });
  if (interrupt_->why()) co_return;
  boost::system::error_code ignored;
  sleeper_->expires_at(net::steady_timer::time_point::max());
  co_await sleeper_->async_wait(net::redirect_error(net::use_awaitable, ignored));
  interrupt_->nothing_waits();
}

/// The connection goes back to where it can be used again, or away.
void Exchange::settle(bool reusable) {
  if (!connection_) return;
  auto connection = std::move(connection_);
  engine_->pool.release(connection->origin);
  if (reusable && !engine_->stopping) engine_->keep(std::move(connection));
  engine_->idle = engine_->pool.idle();
}

net::awaitable<bool> Exchange::send() {
  std::string text = request_head(request_, url_, engine_->options.user_agent);
  const bool together = !request_.upload && request_.body.size() <= kWriteBytes;
  if (together) text += request_.body;
  bool good = co_await write(std::move(text));
  if (request_.upload) {
    if (good) good = co_await send_upload();
  } else if (!together) {
    for (std::size_t at = 0; good && at < request_.body.size(); at += kWriteBytes)
      good = co_await write(request_.body.substr(at, kWriteBytes));
  }
  ending_.timing.sent = elapsed();
  if (interrupt_->why()) co_return fail({});
  if (failure_) co_return false;
  unwritten_ = !good;  // the server may have answered before it stopped reading
  co_return true;
}

net::awaitable<bool> Exchange::send_upload() {
  request_.upload->on_change([executor = engine_->executor, weak = weak_from_this()] {
    net::post(executor, [weak] {
      if (const auto self = weak.lock()) self->stir();
    });
  });
  std::uint64_t left = request_.upload_length.value_or(0);
  for (;;) {
    stirred_ = false;
    auto taken = request_.upload->take();
    if (request_.upload_length && taken.bytes.size() > left)
      co_return fail(error(base::ErrorCode::invalid_argument, "more was uploaded than had been announced"));
    left -= request_.upload_length ? taken.bytes.size() : 0;
    std::string text = std::move(taken.bytes);
    if (!request_.upload_length && !text.empty()) {
      std::array<char, 20> size{};
      const auto end = std::to_chars(size.data(), size.data() + size.size(), text.size(), 16).ptr;
      text.insert(0, std::string(size.data(), end) + "\r\n");
      text += "\r\n";
    }
    if (taken.finished && !request_.upload_length) text += "0\r\n\r\n";
    if (!text.empty()) {
      const bool went = co_await write(std::move(text));
      if (!went) co_return false;
    }
    if (taken.finished && left > 0)
      co_return fail(error(base::ErrorCode::invalid_argument, "less was uploaded than had been announced"));
    if (taken.finished) co_return true;
    interrupt_->no_phase();                                  // whoever uploads may take the time that total leaves
    while (!stirred_ && !interrupt_->why()) co_await nap();  // it may have been stirred during the write
    if (interrupt_->why()) co_return false;
  }
}

void Exchange::stir() {
  stirred_ = true;
  sleeper_->cancel();
}

net::awaitable<bool> Exchange::write(std::string bytes) {
  interrupt_->phase(request_.deadlines.idle, "sending");
  interrupt_->on_fire([stream = connection_->stream.get()] { stream->close(); });
  ending_.sent = true;
  const Moved moved = co_await connection_->stream->write(bytes.data(), bytes.size());
  interrupt_->nothing_waits();
  co_return !moved.error;
}

net::awaitable<bool> Exchange::receive() {
  interrupt_->phase(unwritten_ ? kLastWords : request_.deadlines.first_byte, "the response's first byte");
  buffer_.clear();
  bool again = true;
  for (int interim = 0; again; ++interim) {
    if (interim > kMostInterim)
      co_return fail(error(base::ErrorCode::data_loss, "the server sends interim responses only"));
    parser_.emplace(ResponseParser::Events{[this](Head head) { take_head(std::move(head)); },
                                           [this](std::string_view bytes) { take_body(bytes); }},
                    request_.header_bytes, request_.body_bytes, request_.method == "HEAD");
    bool starved = buffer_.size() == 0;
    while (!parser_->done()) {
      if (starved) {
        const bool came = co_await read_more();
        if (!came) co_return false;
        if (parser_->done()) break;  // by the connection's end
      }
      if (!parser_->take(buffer_)) co_return fail(parser_->problem());
      if (discarded_ > kMostDiscarded) break;
      starved = parser_->needs_more() || buffer_.size() == 0;
      while (paused_ && !interrupt_->why()) {
        interrupt_->no_phase();
        co_await nap();
      }
    }
    again = parser_->interim();
  }
  if (interrupt_->why()) co_return fail({});
  settle(parser_->done() && parser_->keep_alive() && buffer_.size() == 0 && !unwritten_);
  co_return true;
}

net::awaitable<bool> Exchange::read_more() {
  if (buffer_.size() + kReadBytes > buffer_.max_size())
    co_return fail(error(base::ErrorCode::resource_exhausted, "a line of the response is too long"));
  interrupt_->on_fire([stream = connection_->stream.get()] { stream->close(); });
  if (interrupt_->why()) co_return fail({});
  const auto space = buffer_.prepare(kReadBytes);
  const Moved moved = co_await connection_->stream->read(static_cast<char*>(space.data()), space.size());
  interrupt_->nothing_waits();
  buffer_.commit(moved.bytes);
  if (interrupt_->why()) co_return fail({});
  if (moved.bytes > 0) {
    if (!received_) ending_.timing.first_byte = elapsed();
    received_ = true;
    interrupt_->phase(request_.deadlines.idle, "the next part of the response");
    co_return true;
  }
  if (!received_) co_return lost();
  // Without close_notify a TLS connection's end may be somebody else's doing: it completes nothing.
  const bool ended = moved.error == net::error::eof;
  if (ended && parser_->take_end()) co_return true;
  if (!ended) co_return fail(error(base::ErrorCode::data_loss, "the response was cut off", base::Retry::later));
  co_return fail(parser_->problem());
}

void Exchange::take_head(Head head) {
  const auto* location = http::find_field(head.headers, "Location");
  const bool keeps_body = head.status == 307 || head.status == 308;
  discarded_ = 0;
  if (is_redirect(head.status) && location != nullptr && request_.redirects > 0 && !(keeps_body && request_.upload)) {
    location_ = *location;
    redirect_status_ = head.status;
    return;
  }
  head.url = url_.text();
  if (!silent_) sink_->head(id_, head);
}

void Exchange::take_body(std::string_view bytes) {
  if (!location_.empty()) {
    discarded_ += bytes.size();
    return;
  }
  if (!silent_ && sink_->body(id_, bytes) == Flow::pause) paused_ = true;
}

void Exchange::resume() {
  if (!paused_) return;
  paused_ = false;
  interrupt_->phase(request_.deadlines.idle, "the next part of the response");
  sleeper_->cancel();
}

}  // namespace frontdesk::outbound
