#include "web_call/web_call.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "base/entropy.hpp"

namespace frontdesk::web_call {
namespace {

namespace bj = boost::json;

SoundIn::Beginning random_beginning() {
  const auto random = base::random_u64();
  return {static_cast<std::uint32_t>(random), static_cast<std::uint16_t>(random >> 32U),
          static_cast<std::uint32_t>(base::random_u64())};
}

tl::unexpected<base::Error> wrong(std::string message) {
  return base::fail(base::ErrorCode::invalid_argument, "call.start", std::move(message));
}

/// A short text or nothing; false: it is something else.
bool read_text(const bj::object& object, std::string_view name, std::string& out) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return true;
  if (!value->is_string() || value->get_string().size() > kLongestName) return false;
  out = std::string(value->get_string());
  return std::none_of(out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

}  // namespace

base::Result<Format> read_format(const bj::object& object) {
  std::string format = "pcm16";
  if (!read_text(object, "format", format)) return wrong("format must be \"pcm16\" or \"mulaw\"");
  std::int64_t rate = format == "mulaw" ? 8000 : 16'000;
  if (const auto* value = object.if_contains("rate")) {
    if (!value->is_int64()) return wrong("rate must be a number of samples a second");
    rate = value->get_int64();
  }
  const auto known = format_of(format, rate == 8000 || rate == 16'000 ? static_cast<int>(rate) : 0);
  if (!known) return wrong("formats are \"pcm16\" with a rate of 16000 or 8000, and \"mulaw\" with 8000");
  return *known;
}

base::Result<Start> read_start(std::string_view data) {
  boost::system::error_code error;
  const auto parsed = bj::parse(data, error);
  if (error || !parsed.is_object()) return wrong("data must be an object");
  const auto& object = parsed.get_object();
  const auto known = read_format(object);
  if (!known) return tl::unexpected(known.error());
  std::string caller, name, called;
  if (!read_text(object, "caller", caller) || !read_text(object, "caller_name", name) ||
      !read_text(object, "called", called))
    return wrong("caller, caller_name and called are texts of at most 100 bytes");
  return Start{*known, base::Pii<std::string>(caller), base::Pii<std::string>(name), called};
}

bool are_digits(std::string_view digits) {
  return !digits.empty() && digits.size() <= kMostDigits &&
         digits.find_first_not_of("0123456789*#ABCD") == std::string_view::npos;
}

WebCall::WebCall(const Format& format, std::shared_ptr<http::WebSocket> socket, Calls calls,
                 std::function<void(const std::string&)> admitted)
    : socket_(std::move(socket)),
      calls_(std::move(calls)),
      admitted_(std::move(admitted)),
      in_(format, random_beginning()),
      out_(format) {}

void WebCall::start(runtime::FrameCaller caller) {
  calls_.take(std::move(caller), shared_from_this());
}

void WebCall::sound(std::string_view bytes, base::Instant now) {
  if (over_) return;
  packets_.clear();
  in_.take(bytes, now, packets_);
  for (auto& packet : packets_) (void)push(std::move(packet));
}

void WebCall::press(std::string_view digits) {
  std::optional<std::uint64_t> dialog;
  {
    const std::lock_guard lock(mutex_);
    dialog = dialog_;
  }
  if (!dialog || over_) return;
  for (const char digit : digits) calls_.press(*dialog, digit);
}

void WebCall::hang_up() {
  std::optional<std::uint64_t> dialog;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(hung_up_, true)) return;
    dialog = dialog_;
  }
  if (dialog) calls_.end(*dialog);
}

void WebCall::on_packet(std::span<const std::uint8_t> rtp) {
  if (over_) return;
  auto message = out_.take(rtp);
  if (!message || socket_->waiting() > kMaxUnsent) return;
  (void)socket_->send({websocket::Kind::binary, std::move(*message)});
}

void WebCall::on_admitted(std::uint64_t dialog, const std::string& call_id) {
  bool gone = false;
  {
    const std::lock_guard lock(mutex_);
    dialog_ = dialog;
    gone = hung_up_;
  }
  if (gone) return calls_.end(dialog);
  const bj::object message{
      {"type", "call.status_update"}, {"call_id", call_id}, {"data", bj::object{{"status", "ringing"}, {"own", true}}}};
  (void)socket_->send({websocket::Kind::text, bj::serialize(message)});
  admitted_(call_id);
}

void WebCall::on_refused(int status, const std::string& reason) {
  over_ = true;
  const bj::object message{
      {"type", "call.ended"},
      {"call_id", nullptr},
      {"data", bj::object{{"end_class", "refused"}, {"reason", reason}, {"status", status}, {"duration_ms", 0}}}};
  (void)socket_->send({websocket::Kind::text, bj::serialize(message)});
}

void WebCall::on_ended(const std::string&) {
  over_ = true;  // the feed tells the rest
}

}  // namespace frontdesk::web_call
