#include "http/web_socket.hpp"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "http/ascii.hpp"
#include "http/origin_policy.hpp"
#include "http/websocket/handshake.hpp"

namespace frontdesk::http {
namespace {

constexpr std::string_view kVersion = "13";

std::vector<const std::string*> values_of(const Fields& fields, std::string_view name) {
  std::vector<const std::string*> values;
  for (const auto& field : fields)
    if (same_ignoring_case(field.name, name)) values.push_back(&field.value);
  return values;
}

bool names(const Fields& fields, std::string_view name, std::string_view token) {
  const auto values = values_of(fields, name);
  return std::any_of(values.begin(), values.end(),
                     [token](const auto* value) { return websocket::names_token(*value, token); });
}

std::string offered_protocols(const Fields& fields) {
  std::string offered;
  for (const auto* value : values_of(fields, "Sec-WebSocket-Protocol")) {
    if (!offered.empty()) offered += ',';
    offered += *value;
  }
  return offered;
}

Response upgrade_required() {
  auto response = problem(426, "this address speaks WebSocket, version 13: connect with a WebSocket client");
  response.headers.push_back({"Upgrade", "websocket"});
  response.headers.push_back({"Sec-WebSocket-Version", std::string(kVersion)});
  return response;
}

}  // namespace

bool WebSocket::send(websocket::Message message) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    if (waiting_ > 0 && waiting_ + message.data.size() > kMaxWaiting) {
      messages_.clear();
      waiting_ = 0;
      closed_ = true;
      closing_ = Closing{websocket::kTryAgainLater, "too slow: messages waited to be read"};
    } else {
      waiting_ += message.data.size();
      messages_.push_back(std::move(message));
    }
  }
  wake_up();
  const std::lock_guard lock(mutex_);
  return !closed_;
}

void WebSocket::close(std::uint16_t code, std::string reason) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    closed_ = true;
    closing_ = Closing{code, std::move(reason)};
  }
  wake_up();
}

std::size_t WebSocket::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_ + writing_;
}

WebSocket::Taken WebSocket::take() {
  const std::lock_guard lock(mutex_);
  woken_ = false;
  writing_ = std::exchange(waiting_, 0);
  return {std::exchange(messages_, {}), std::exchange(closing_, std::nullopt)};
}

void WebSocket::on_change(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
  woken_ = false;
}

void WebSocket::abandon() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  messages_.clear();
  waiting_ = writing_ = 0;
  wake_ = nullptr;
}

void WebSocket::wake_up() {
  const std::lock_guard lock(mutex_);
  if (wake_ && !std::exchange(woken_, true)) wake_();
}

Response upgrade(const Request& request, std::shared_ptr<WebSocketPeer> peer, std::span<const std::string> protocols) {
  if (const auto why = foreign_origin(request)) return problem(403, *why);
  if (request.method != "GET" || !names(request.headers, "Upgrade", "websocket") ||
      !names(request.headers, "Connection", "upgrade"))
    return upgrade_required();
  const auto versions = values_of(request.headers, "Sec-WebSocket-Version");
  if (versions.size() != 1 || *versions.front() != kVersion) return upgrade_required();
  const auto keys = values_of(request.headers, "Sec-WebSocket-Key");
  const auto accept = keys.size() == 1 ? websocket::accept_key(*keys.front()) : std::nullopt;
  if (!accept) return problem(400, "Sec-WebSocket-Key must be 16 bytes in base64, once");
  Response response;
  response.status = 101;
  response.headers = {{"Upgrade", "websocket"}, {"Sec-WebSocket-Accept", *accept}};
  if (auto chosen = websocket::choose_protocol(offered_protocols(request.headers), protocols); !chosen.empty())
    response.headers.push_back({"Sec-WebSocket-Protocol", std::move(chosen)});
  response.web_socket = std::move(peer);
  return response;
}

}  // namespace frontdesk::http
