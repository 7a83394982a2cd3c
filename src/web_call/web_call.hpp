// A call with the receptionist over a WebSocket: the messages call.start, call.audio, call.dtmf and call.end of one
// connection, and its binary messages. What happens in the call its client learns from the live feed, like any watcher.
#pragma once
#include <atomic>
#include <boost/json/object.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/inheriting_mutex.hpp"
#include "http/web_socket.hpp"
#include "runtime/frame_leg.hpp"
#include "web_call/sound.hpp"

namespace frontdesk::web_call {

/// Where calls are taken; from any thread, never blocking.
struct Calls {
  std::function<void(runtime::FrameCaller, std::shared_ptr<runtime::FrameLeg>)> take;
  std::function<void(std::uint64_t dialog)> end;
  std::function<void(std::uint64_t dialog, char digit)> press;
};

/// What call.start asks for, as the client wrote it.
struct Start {
  Format format;
  base::Pii<std::string> caller, caller_name;
  std::string called;
};
inline constexpr std::size_t kLongestName = 100;   ///< bytes
inline constexpr std::size_t kMostDigits = 32;     ///< of one message
inline constexpr std::size_t kMaxUnsent = 96'000;  ///< bytes: three seconds of sound at 16 kHz

/// "format" and "rate" of a message; invalid_argument names the field.
base::Result<Format> read_format(const boost::json::object& data);
/// Of a JSON object; invalid_argument names the field.
base::Result<Start> read_start(std::string_view data);
/// 0-9 * # A-D, at most kMostDigits.
bool are_digits(std::string_view digits);

class WebCall final : public runtime::FrameLeg, public std::enable_shared_from_this<WebCall> {
 public:
  /// `admitted` is told the call's id, on another thread.
  WebCall(const Format& format, std::shared_ptr<http::WebSocket> socket, Calls calls,
          std::function<void(const std::string& call_id)> admitted);

  // On the network thread.
  void start(runtime::FrameCaller caller);
  void sound(std::string_view bytes, base::Instant now);
  void press(std::string_view digits);
  void hang_up();
  bool over() const { return over_; }

  void on_packet(std::span<const std::uint8_t> rtp) override;
  void on_admitted(std::uint64_t dialog, const std::string& call_id) override;
  void on_answered() override {}  // the feed says so
  void on_refused(int status, const std::string& reason) override;
  void on_ended(const std::string& reason) override;

 private:
  const std::shared_ptr<http::WebSocket> socket_;
  const Calls calls_;
  const std::function<void(const std::string&)> admitted_;
  SoundIn in_;    ///< network thread
  SoundOut out_;  ///< the call's thread
  std::vector<Packet> packets_;
  base::InheritingMutex mutex_;
  std::optional<std::uint64_t> dialog_;  ///< under mutex_
  bool hung_up_ = false;                 ///< under mutex_
  std::atomic<bool> over_{false};
};

}  // namespace frontdesk::web_call
