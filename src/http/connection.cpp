#include "http/connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "http/cross_origin.hpp"
#include "http/origin_policy.hpp"
#include "http/request_id.hpp"
#include "http/target.hpp"

namespace frontdesk::http {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::size_t kReadBytes = 8 * 1024;
constexpr std::size_t kPieceBytes = 64 * 1024;
constexpr std::size_t kLingerBytes = 256 * 1024;
constexpr base::Duration kLinger = base::seconds(1);
constexpr base::Duration kLiveLook = base::milliseconds(500);  ///< how soon a stopping server is noticed

base::Endpoint endpoint_of(const net::ip::tcp::endpoint& peer) {
  return base::parse_address(peer.address().to_string(), peer.port()).value_or(base::Endpoint{});
}

/// Runs in the pool. A function that throws fails its request, not the server.
Response guarded(const Respond& respond, const Request& request, std::string& failure) {
  try {
    return respond(request);
  } catch (const std::exception& exception) {
    failure = exception.what();
  } catch (...) {
    failure = "something that is no std::exception";
  }
  return problem(500, "the server made a mistake; the log tells more under request " + request.id);
}

}  // namespace

Connection::Connection(Service& service, std::unique_ptr<Stream> stream)
    : service_(service),
      stream_(std::move(stream)),
      deadline_(stream_->socket().get_executor()),
      buffer_(service.options.limits.header_bytes + kPieceBytes) {}

void Connection::close_when_idle() {
  if (web_socket_) web_socket_->stop();
  if (idle_) close_now();
}

void Connection::close_now() {
  error_code ignored;
  deadline_.cancel();
  stream_->socket().close(ignored);
}

void Connection::abort() {
  error_code ignored;
  stream_->socket().set_option(net::socket_base::linger(true, 0), ignored);
  close_now();
}

void Connection::arm(base::Duration limit) {
  timed_out_ = false;
  deadline_.expires_after(limit);
  deadline_.async_wait([weak = weak_from_this(), mine = ++armed_](const error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->armed_ != mine) return;
    error_code ignored;
    self->timed_out_ = true;
    self->stream_->socket().cancel(ignored);
  });
}

net::awaitable<void> Connection::serve() {
  const auto self = shared_from_this();
  error_code ignored;
  stream_->socket().set_option(net::ip::tcp::no_delay(true), ignored);
  arm(service_.options.limits.request);
  const auto refused = co_await stream_->handshake();
  if (refused) {
    abort();
    co_return;
  }
  Reading reading = Reading::complete;
  do {
    reading = co_await read_request();
    if (reading == Reading::over) break;
    co_await exchange(reading == Reading::complete);
  } while (keep_alive_);
  if (!delivered_) {
    abort();
    co_return;
  }
  if (reading != Reading::over) co_await linger();
  close_now();
}

net::awaitable<Connection::Reading> Connection::read_request() {
  const auto& limits = service_.options.limits;
  request_ = Request{};
  large_body_.reset();
  keep_alive_ = false;
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(limits.header_bytes));
  body_limit_ = limits.body_bytes;
  parser_->body_limit(std::max(limits.body_bytes, service_.router.largest_body()));
  if (buffer_.size() == 0) {
    arm(limits.idle);
    idle_ = true;
    const bool arrived = co_await read_more();
    idle_ = false;
    if (!arrived) co_return Reading::over;
  }
  body_time_ = limits.request;
  arm(limits.request);
  while (!parser_->is_done()) {
    error_code error;
    const auto used = parser_->put(buffer_.data(), error);
    buffer_.consume(used);
    if (error && error != beast::http::error::need_more) co_return refuse_parse(error);
    if (parser_->is_done()) break;
    if (parser_->is_header_done() && !parser_->eager()) {
      parser_->eager(true);
      if (!limit_body()) co_return refuse_parse(beast::http::error::body_limit);
      if (!has_room_for_body())
        co_return refuse(503, "several large files are being uploaded: try again in a minute");
      const bool willing = co_await go_on();
      if (!willing) co_return Reading::over;
      if (buffer_.size() > 0) continue;
    }
    if (buffer_.size() + kReadBytes > buffer_.max_size())
      co_return refuse(431, "the request's header is too long: shorten the query or the cookies");
    const bool arrived = co_await read_more();
    if (arrived) continue;
    if (timed_out_) co_return refuse(408, "the request did not arrive in time: send it faster");
    co_return Reading::over;
  }
  co_return Reading::complete;
}

net::awaitable<bool> Connection::read_more() {
  const auto space = buffer_.prepare(kReadBytes);
  const auto moved = co_await stream_->read(space.data(), space.size());
  buffer_.commit(moved.bytes);
  co_return !moved.error && moved.bytes > 0;
}

/// Answers "Expect: 100-continue" when a body is still to come.
net::awaitable<bool> Connection::go_on() {
  const auto expectation = parser_->get()[beast::http::field::expect];
  if (!beast::iequals(expectation, "100-continue") || buffer_.size() > 0) co_return true;
  const bool sent = co_await send_piece("HTTP/1.1 100 Continue\r\n\r\n", {});
  if (sent) arm(body_time_);
  co_return sent;
}

Connection::Reading Connection::refuse(int status, std::string_view detail) {
  refusal_ = problem(status, detail);
  return Reading::refused;
}

Connection::Reading Connection::refuse_parse(error_code error) {
  const auto& limits = service_.options.limits;
  if (error == beast::http::error::header_limit)
    return refuse(431, "the request's header is longer than " + std::to_string(limits.header_bytes) + " bytes");
  if (error == beast::http::error::body_limit)
    return refuse(413, "the request's body is longer than " + std::to_string(body_limit_) + " bytes");
  if (error == beast::http::error::bad_version) return refuse(505, "this server speaks HTTP/1.1 and HTTP/1.0");
  return refuse(400, "this is not HTTP: " + error.message());
}

net::awaitable<void> Connection::exchange(bool complete) {
  const auto started = base::monotonic_now();
  request_.id = base::new_id("req");
  route_.clear();
  failure_.clear();
  Response response;
  if (complete) {
    keep_alive_ = parser_->get().keep_alive();
    response = co_await answer();
  } else {
    response = std::move(refusal_);
  }
  if (service_.stopping || response.live || response.web_socket) keep_alive_ = false;
  if (response.web_socket && service_.stopping) response = problem(503, "the server is stopping");
  if (response.web_socket && service_.web_sockets >= service_.options.limits.web_sockets)
    response = problem(503, "too many WebSockets are open: try again later");
  permit_origin(response, request_, service_.options.allowed_origins);
  if (service_.options.behind_tls || request_.encrypted)
    response.headers.push_back({"Strict-Transport-Security", "max-age=31536000"});
  const auto peer = response.web_socket;
  auto sent = prepare(std::move(response), request_, keep_alive_, base::wall_now());
  const int status = sent.status;
  delivered_ = co_await send(std::move(sent));
  if (!delivered_) keep_alive_ = false;
  if (service_.options.report)
    service_.options.report(
        {request_.id, request_.method, route_, status, base::monotonic_now() - started, std::move(failure_)});
  if (peer && delivered_) co_await be_web_socket(peer);
}

/// The handshake is over; until the connection's end.
net::awaitable<void> Connection::be_web_socket(std::shared_ptr<WebSocketPeer> peer) {
  armed_ = armed_ + 1;  // the pump has its own deadlines
  deadline_.cancel();
  request_ = Request{};
  parser_.reset();
  ++service_.web_sockets;
  web_socket_ = std::make_shared<WebSocketPump>(*stream_, service_.options.limits, std::move(peer));
  const auto first = buffer_.data();
  const auto* bytes = static_cast<const std::uint8_t*>(first.data());
  const std::vector<std::uint8_t> waiting(bytes, bytes + first.size());
  buffer_.clear();
  buffer_.shrink_to_fit();
  co_await web_socket_->run(waiting);
  web_socket_.reset();
  --service_.web_sockets;
}

/// Once the header is there: holds the body to its route's limit. False if it is known to be longer.
bool Connection::limit_body() {
  const auto& message = parser_->get();
  if (const auto target = parse_target({message.target().data(), message.target().size()})) {
    const auto method = message.method_string();
    const auto match = service_.router.match({method.data(), method.size()}, target->segments);
    if (match.body_bytes > 0) body_limit_ = match.body_bytes;
  }
  const auto announced = parser_->content_length();
  if (announced && *announced > body_limit_) return false;
  parser_->body_limit(body_limit_);
  return true;
}

/// Whoever sends it has not said yet who they are: memory for large bodies is for a few at once.
bool Connection::has_room_for_body() {
  const auto announced = parser_->content_length();
  const auto most = announced ? std::size_t{*announced} : parser_->chunked() ? body_limit_ : 0;
  if (most <= kLargeBody) return true;
  auto& held = *service_.large_bodies;
  if (held >= service_.options.limits.large_bodies) return false;
  ++held;
  large_body_ = std::shared_ptr<void>(nullptr, [count = service_.large_bodies](void*) { --*count; });
  body_time_ += base::seconds(static_cast<std::int64_t>(most / kSlowestUpload));
  arm(body_time_);
  return true;
}

/// Moves what was parsed into request_; or says why it is malformed.
std::optional<Response> Connection::take_request() {
  auto& message = parser_->get();
  request_.method = std::string(message.method_string());
  request_.body = std::move(message.body());
  error_code ignored;
  request_.peer = endpoint_of(stream_->socket().remote_endpoint(ignored));
  request_.encrypted = stream_->encrypted();
  int hosts = 0;
  for (const auto& field : message) {
    request_.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    if (field.name() != beast::http::field::host) continue;
    ++hosts;
    request_.host = request_.headers.back().value;
  }
  if (const auto* id = find_field(request_.headers, "X-Request-Id"); id != nullptr && acceptable_request_id(*id))
    request_.id = *id;
  if (hosts > 1 || (hosts == 0 && message.version() >= 11))
    return problem(400, "a request has exactly one Host header");
  auto target = parse_target({message.target().data(), message.target().size()});
  if (!target) return problem(400, "the address in the request line is malformed");
  if (!target->host.empty()) request_.host = target->host;
  request_.segments = std::move(target->segments);
  request_.query = std::move(target->query);
  return std::nullopt;
}

/// What needs no function: refusals, and the questions that browsers ask first.
std::optional<Response> Connection::answer_at_once(const Router::Match& match) {
  const auto& options = service_.options;
  const auto& bound = request_.encrypted ? service_.bound_tls : service_.bound;
  if (const auto why = refusal(request_, bound, options.allowed_hosts, options.allowed_origins))
    return problem(403, *why);
  if (auto permitted = preflight(request_, options.allowed_origins, match.allow)) return permitted;
  if (match.respond == nullptr && match.allow.empty()) return problem(404, "there is nothing at this address");
  if (match.respond == nullptr) {
    auto response = problem(405, "this address answers to " + match.allow);
    response.headers.push_back({"Allow", match.allow});
    return response;
  }
  if (service_.waiting < options.limits.waiting_requests) return std::nullopt;
  auto response = problem(503, "too many requests are waiting: try again in a second");
  response.headers.push_back({"Retry-After", "1"});
  return response;
}

net::awaitable<Response> Connection::answer() {
  if (auto malformed = take_request()) co_return std::move(*malformed);
  auto match = service_.router.match(request_.method, request_.segments);
  route_ = match.pattern;
  if (auto response = answer_at_once(match)) co_return std::move(*response);
  request_.parameters = std::move(match.parameters);
  ++service_.waiting;
  auto response = co_await run_in_pool(match.respond);
  --service_.waiting;
  co_return response;
}

net::awaitable<Response> Connection::run_in_pool(const Respond* respond) {
  armed_ = armed_ + 1;  // nothing is read or written meanwhile
  deadline_.cancel();
  auto job = [this, respond]() -> net::awaitable<Response> { co_return guarded(*respond, request_, failure_); };
  Response response = co_await net::co_spawn(service_.pool.get_executor(), job, net::use_awaitable);
  co_return response;
}

net::awaitable<bool> Connection::send(Transmission sent) {
  if (sent.live) {
    const bool went = co_await send_live(std::move(sent.head), sent.live);
    sent.live->on_change({});
    sent.live->abandon();
    co_return went;
  }
  if (!sent.file) {
    const bool began = co_await send_piece(std::move(sent.head), sent.body.substr(0, kPieceBytes));
    if (!began) co_return false;
    for (std::size_t at = kPieceBytes; at < sent.body.size(); at += kPieceBytes) {
      const bool went = co_await send_piece({}, sent.body.substr(at, kPieceBytes));
      if (!went) co_return false;
    }
    co_return true;
  }
  std::string head = std::move(sent.head);
  for (std::uint64_t done = 0; done < sent.slice.length || !head.empty();) {
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(kPieceBytes, sent.slice.length - done));
    auto job = [file = sent.file, offset = sent.slice.offset + done, length]() -> net::awaitable<std::string> {
      co_return file->read(offset, length).value_or(std::string());
    };
    std::string piece = co_await net::co_spawn(service_.pool.get_executor(), job, net::use_awaitable);
    if (piece.size() != length) co_return false;
    done += length;
    const bool went = co_await send_piece(std::exchange(head, {}), std::move(piece));
    if (!went) co_return false;
  }
  co_return true;
}

net::awaitable<bool> Connection::send_live(std::string head, std::shared_ptr<LiveBody> live) {
  const auto timer = std::make_shared<net::steady_timer>(stream_->socket().get_executor());
  live->on_change([executor = stream_->socket().get_executor(), weak = std::weak_ptr(timer)] {
    net::post(executor, [weak] {
      if (const auto waiting = weak.lock()) waiting->cancel();
    });
  });
  while (!service_.stopping) {
    auto taken = live->take();
    if (!head.empty() || !taken.bytes.empty()) {
      const bool went = co_await send_piece(std::exchange(head, {}), std::move(taken.bytes));
      if (!went) co_return false;
      armed_ = armed_ + 1;  // nothing is written until more comes
      deadline_.cancel();
    }
    if (taken.finished) co_return true;
    error_code ignored;
    timer->expires_after(kLiveLook);
    co_await timer->async_wait(net::redirect_error(net::use_awaitable, ignored));
  }
  co_return false;
}

net::awaitable<bool> Connection::send_piece(std::string head, std::string piece) {
  arm(service_.options.limits.write);
  head += piece;
  const auto moved = co_await stream_->write(head.data(), head.size());
  co_return !moved.error;
}

/// Closing with unread data would reset the connection, and the client might lose the response.
net::awaitable<void> Connection::linger() {
  arm(kLinger);
  co_await stream_->finish();
  Moved moved;
  for (std::size_t discarded = 0; discarded < kLingerBytes && !moved.error; discarded += moved.bytes) {
    buffer_.clear();
    const auto space = buffer_.prepare(kReadBytes);
    moved = co_await stream_->read(space.data(), space.size());
  }
}

}  // namespace frontdesk::http
