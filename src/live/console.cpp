#include "live/console.hpp"

#include <openssl/evp.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <optional>

#include "base/clock.hpp"

namespace frontdesk::live {
namespace {

namespace bj = boost::json;

constexpr std::size_t kLongestCallId = 100;

tl::unexpected<base::Error> wrong(std::string message) {
  return base::fail(base::ErrorCode::invalid_argument, "ws", std::move(message));
}

/// nullopt: it is no base64.
std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const auto size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                    reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  const auto padding = text.ends_with("==") ? 2U : text.ends_with('=') ? 1U : 0U;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

std::optional<std::string_view> text_of(const bj::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string_view(value->get_string());
}

}  // namespace

void Console::opened(std::shared_ptr<http::WebSocket> socket) {
  socket_ = socket;
  watch_.socket = std::move(socket);
  id_ = feed_->watch(std::move(watch_));
}

void Console::received(websocket::Message message) {
  if (message.kind == websocket::Kind::binary) {
    if (spoken_) return spoken_->sound(message.data, base::monotonic_now());  // after the end, it may be on its way
    // After the call's end there may be sound on its way.
    if (call_) return call_->sound(message.data, base::monotonic_now());
    return refuse({base::ErrorCode::failed_precondition, "ws", "there is no call: begin one with call.start"});
  }
  if (const auto obeyed = obey(message.data); !obeyed) refuse(obeyed.error());
}

void Console::closed(std::uint16_t) {
  if (call_) call_->hang_up();
  call_.reset();
  if (listening_) listening_->end(heard_);
  if (spoken_) spoken_->end();
  feed_->unwatch(id_);
  socket_.reset();
}

base::Status Console::obey(const std::string& text) {
  boost::system::error_code error;
  const auto parsed = bj::parse(text, error);
  const auto* message = error ? nullptr : parsed.if_object();
  const auto type = message == nullptr ? std::nullopt : text_of(*message, "type");
  if (!type) return wrong("a message is a JSON object with a type");
  const auto* data = message->if_contains("data");
  if (data != nullptr && !data->is_object()) return wrong("data must be an object");
  static const bj::object kNone;
  const auto& fields = data == nullptr ? kNone : data->get_object();
  if (*type == "call.start") return start(fields);
  if (*type == "call.audio") return sound(fields);
  if (*type == "call.dtmf") return press(fields);
  if (*type == "call.end") return end();
  if (*type == "call.listen") return listen(fields);
  if (*type == "call.listen_end") return listen_no_more();
  if (*type == "call.speak") return speak(fields);
  if (*type == "call.speak_end") return speak_no_more();
  return wrong(
      "types are call.start, call.audio, call.dtmf, call.end, call.listen, call.listen_end, call.speak and "
      "call.speak_end");
}

base::Status Console::need_call() const {
  if (call_) return {};
  return base::fail(base::ErrorCode::failed_precondition, "ws", "there is no call: begin one with call.start");
}

base::Status Console::start(const bj::object& data) {
  if (!calls_) return base::fail(base::ErrorCode::unimplemented, "ws", "calls are not taken here");
  if (!access::allows(principal_, access::permission::kStartCalls))
    return base::fail(base::ErrorCode::permission_denied, "ws",
                      "you may not call: an administrator can give you the permission calls.start");
  if (call_ && !call_->over())
    return base::fail(base::ErrorCode::failed_precondition, "ws", "this connection has a call already");
  if (listens() || speaks())
    return base::fail(base::ErrorCode::failed_precondition, "ws", "this connection listens to a call: use another one");
  spoken_.reset();
  const auto wanted = web_call::read_start(bj::serialize(data));
  if (!wanted) return tl::unexpected(wanted.error());
  runtime::FrameCaller caller{
      wanted->caller, wanted->caller_name, wanted->called, "a client that may start calls, over a WebSocket", {}};
  call_ = std::make_shared<web_call::WebCall>(
      wanted->format, socket_, *calls_, [feed = feed_, id = id_](const std::string& call) { feed->follow(id, call); });
  call_->start(std::move(caller));
  return {};
}

base::Status Console::sound(const bj::object& data) {
  if (const auto there = need_call(); !there) return there;
  const auto text = text_of(data, "audio");
  const auto bytes = text ? from_base64(*text) : std::nullopt;
  if (!bytes) return wrong("audio: samples in base64");
  call_->sound(*bytes, base::monotonic_now());
  return {};
}

base::Status Console::press(const bj::object& data) {
  if (const auto there = need_call(); !there) return there;
  const auto digits = text_of(data, "digits");
  if (!digits || !web_call::are_digits(*digits)) return wrong("digits: one to 32 of 0-9 * # A-D");
  call_->press(*digits);
  return {};
}

base::Status Console::end() {
  if (const auto there = need_call(); !there) return there;
  call_->hang_up();
  return {};
}

base::Status Console::listen(const bj::object& data) {
  if (!listening_) return base::fail(base::ErrorCode::unimplemented, "ws", "nobody can listen to calls here");
  if (auto may = may_control(); !may) return may;
  if (listens() || (call_ && !call_->over()))
    return base::fail(base::ErrorCode::failed_precondition, "ws",
                      "this connection has a call already: it hears one at a time");
  const auto call = text_of(data, "call_id");
  if (!call || call->empty() || call->size() > kLongestCallId) return wrong("call_id: the id of a call that goes on");
  const auto format = web_call::read_format(data);
  if (!format) return tl::unexpected(format.error());
  heard_ = listening_->begin(listener_, std::string(*call), *format, socket_);
  return {};
}

base::Status Console::may_control() const {
  if (access::allows(principal_, access::permission::kControlCalls)) return {};
  return base::fail(base::ErrorCode::permission_denied, "ws",
                    "you may not: an administrator can give you the permission calls.control");
}

base::Status Console::speak(const bj::object& data) {
  if (!speaking_) return base::fail(base::ErrorCode::unimplemented, "ws", "nobody can speak in calls here");
  if (auto may = may_control(); !may) return may;
  if (speaks() || (call_ && !call_->over()))
    return base::fail(base::ErrorCode::failed_precondition, "ws", "this connection speaks in a call already");
  const auto call = text_of(data, "call_id");
  if (!call || call->empty() || call->size() > kLongestCallId) return wrong("call_id: the id of a call that goes on");
  const auto format = web_call::read_format(data);
  if (!format) return tl::unexpected(format.error());
  spoken_ = speaking_->begin(listener_, std::string(*call), *format, socket_);
  return {};
}

base::Status Console::speak_no_more() {
  if (!speaks()) return base::fail(base::ErrorCode::failed_precondition, "ws", "this connection speaks in no call");
  spoken_->end();
  return {};
}

base::Status Console::listen_no_more() {
  if (!listens()) return base::fail(base::ErrorCode::failed_precondition, "ws", "this connection listens to no call");
  listening_->end(heard_);
  return {};
}

/// A client that floods us with mistakes and does not read the answers is dropped as one that does not read.
void Console::refuse(const base::Error& error) {
  const bj::object message{{"type", "error"},
                           {"data", bj::object{{"code", base::name(error.code)}, {"detail", error.message}}}};
  (void)socket_->send({websocket::Kind::text, bj::serialize(message)});
}

}  // namespace frontdesk::live
