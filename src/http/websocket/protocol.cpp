#include "http/websocket/protocol.hpp"

#include <wslay/wslay.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "base/utf8.hpp"

namespace frontdesk::websocket {
namespace {

constexpr std::size_t kMaxReason = 123;
constexpr std::uint8_t kFirstControl = 0x8;

/// Section 7.4: what a peer may put into a close frame.
bool may_be_sent(std::uint16_t code) {
  if (code >= 3000 && code <= 4999) return true;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}

std::string cut_reason(std::string_view reason) {
  std::size_t end = 0;
  while (end < reason.size()) {
    const auto length = base::utf8_length(reason, end);
    if (length == 0 || end + length > kMaxReason) break;
    end += length;
  }
  return std::string(reason.substr(0, end));
}

}  // namespace

struct Protocol::State {
  Limits limits;
  wslay_frame_context_ptr frames = nullptr;
  std::span<const std::uint8_t> input;
  std::string output;

  // The frame that is being read.
  bool in_frame = false;
  std::uint8_t opcode = 0;
  bool final = false;
  std::uint64_t left = 0;
  std::string control;

  // The message it belongs to.
  std::optional<Kind> kind;
  std::string message;
  std::size_t pieces = 0;

  std::optional<std::string> pong;  // the newest ping is the only one worth an answer (section 5.5.3)
  base::Instant heard;
  std::optional<base::Instant> pinged;
  std::optional<base::Instant> close_sent;
  bool read_over = false;
  std::uint16_t code = kAbnormal;

  State(const Limits& wanted, base::Instant now) : limits(wanted), heard(now) {
    const wslay_frame_callbacks callbacks{write, read, nullptr};
    if (wslay_frame_context_init(&frames, &callbacks, this) != 0) throw std::bad_alloc();
  }
  ~State() { wslay_frame_context_free(frames); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  static ssize_t write(const std::uint8_t* data, size_t size, int, void* self) {
    static_cast<State*>(self)->output.append(reinterpret_cast<const char*>(data), size);
    return static_cast<ssize_t>(size);
  }
  static ssize_t read(std::uint8_t* buffer, size_t size, int, void* self) {
    auto& input = static_cast<State*>(self)->input;
    const auto count = std::min(size, input.size());
    if (count == 0) return -1;
    std::memcpy(buffer, input.data(), count);
    input = input.subspan(count);
    return static_cast<ssize_t>(count);
  }

  void put(std::uint8_t kind_of_frame, std::string_view payload) {
    wslay_frame_iocb frame{};
    frame.fin = 1;
    frame.opcode = kind_of_frame;
    frame.payload_length = payload.size();
    frame.data = reinterpret_cast<const std::uint8_t*>(payload.data());
    frame.data_length = payload.size();
    (void)wslay_frame_send(frames, &frame);
  }

  void put_close(std::uint16_t status, std::string_view reason) {
    std::string payload;
    if (status != kNoStatus) {
      payload = {static_cast<char>(status >> 8U), static_cast<char>(status & 0xFFU)};
      payload += cut_reason(reason);
    }
    put(WSLAY_CONNECTION_CLOSE, payload);
  }

  /// The peer's fault: it is told, and nothing of it is read any more.
  void fail(std::uint16_t status, std::string_view reason) {
    if (read_over) return;
    if (!close_sent) put_close(status, reason);
    code = status;
    finish();
  }

  void finish() {
    read_over = true;
    pong.reset();
    message = {};
    control = {};
  }

  /// False: the frame is refused.
  bool begin(const wslay_frame_iocb& frame) {
    const auto refuse = [this](std::uint16_t status, std::string_view reason) {
      fail(status, reason);
      return false;
    };
    if (frame.mask == 0) return refuse(kProtocolError, "frames of a client are masked");
    if (frame.rsv != 0) return refuse(kProtocolError, "no extension was agreed on: reserved bits are 0");
    opcode = frame.opcode;
    final = frame.fin != 0;
    left = frame.payload_length;
    in_frame = true;
    if (opcode >= kFirstControl) {
      if (opcode != WSLAY_CONNECTION_CLOSE && opcode != WSLAY_PING && opcode != WSLAY_PONG)
        return refuse(kProtocolError, "this opcode is reserved");
      if (!final || left > 125) return refuse(kProtocolError, "control frames are short and whole");
      control.clear();
      return true;
    }
    if (opcode == WSLAY_CONTINUATION_FRAME) {
      if (!kind) return refuse(kProtocolError, "there is nothing to continue");
    } else if (opcode == WSLAY_TEXT_FRAME || opcode == WSLAY_BINARY_FRAME) {
      if (kind) return refuse(kProtocolError, "the message before this one is not complete");
      kind = opcode == WSLAY_TEXT_FRAME ? Kind::text : Kind::binary;
    } else {
      return refuse(kProtocolError, "this opcode is reserved");
    }
    if (++pieces > limits.message_frames) return refuse(kPolicyViolation, "the message is cut into too many pieces");
    if (left > limits.message_bytes - message.size()) return refuse(kTooBig, "the message is too long");
    return true;
  }

  void end(std::vector<Message>& out) {
    in_frame = false;
    if (opcode == WSLAY_CONNECTION_CLOSE) return on_close();
    if (opcode == WSLAY_PING) pong = std::exchange(control, {});
    if (opcode >= kFirstControl || !final) return;
    const auto whole = *std::exchange(kind, std::nullopt);
    pieces = 0;
    if (whole == Kind::text && !base::is_utf8(message)) return fail(kInvalidData, "the text is not UTF-8");
    auto data = std::exchange(message, {});
    if (!close_sent) out.push_back({whole, std::move(data)});
  }

  void on_close() {
    if (control.size() == 1) return fail(kProtocolError, "half a status code");
    std::uint16_t status = kNoStatus;
    if (control.size() >= 2) {
      status = static_cast<std::uint16_t>(static_cast<std::uint8_t>(control[0]) << 8U |
                                          static_cast<std::uint8_t>(control[1]));
      if (!may_be_sent(status)) return fail(kProtocolError, "this status code is not for close frames");
      if (!base::is_utf8(std::string_view(control).substr(2))) return fail(kInvalidData, "the reason is not UTF-8");
    }
    if (!close_sent) put_close(status, {});
    code = status;
    finish();
  }
};

Protocol::Protocol(const Limits& limits, base::Instant now) : state_(std::make_unique<State>(limits, now)) {}
Protocol::~Protocol() = default;

void Protocol::receive(std::span<const std::uint8_t> bytes, base::Instant now, std::vector<Message>& out) {
  auto& state = *state_;
  if (!bytes.empty()) {
    state.heard = now;
    state.pinged.reset();
  }
  state.input = bytes;
  while (!state.read_over) {
    wslay_frame_iocb frame{};
    const auto count = wslay_frame_recv(state.frames, &frame);
    if (count == WSLAY_ERR_WANT_READ) break;
    if (count < 0) {
      state.fail(kProtocolError, "this is no WebSocket frame");
      break;
    }
    if (!state.in_frame && !state.begin(frame)) break;
    auto& target = state.opcode >= kFirstControl ? state.control : state.message;
    target.append(reinterpret_cast<const char*>(frame.data), frame.data_length);
    state.left -= frame.data_length;
    if (state.left == 0) state.end(out);
  }
  state.input = {};
}

void Protocol::send(const Message& message) {
  if (state_->read_over || state_->close_sent) return;
  state_->put(message.kind == Kind::text ? WSLAY_TEXT_FRAME : WSLAY_BINARY_FRAME, message.data);
}

void Protocol::close(std::uint16_t code, std::string_view reason, base::Instant now) {
  if (state_->read_over || state_->close_sent) return;
  state_->put_close(code, reason);
  state_->close_sent = now;
}

void Protocol::on_time(base::Instant now) {
  auto& state = *state_;
  if (now < next_wakeup() || state.read_over) return;
  if (state.close_sent || state.pinged) {
    state.code = kAbnormal;
    return state.finish();
  }
  state.put(WSLAY_PING, {});
  state.pinged = now;
}

base::Instant Protocol::next_wakeup() const {
  const auto& state = *state_;
  if (state.read_over) return base::kNever;
  if (state.close_sent) return *state.close_sent + state.limits.close_within;
  if (state.pinged) return *state.pinged + state.limits.pong_within;
  return state.heard + state.limits.ping_every;
}

std::string Protocol::take_output() {
  auto& state = *state_;
  if (state.pong && !state.close_sent) state.put(WSLAY_PONG, *state.pong);
  state.pong.reset();
  return std::exchange(state.output, {});
}

bool Protocol::over() const {
  return state_->read_over;
}
std::uint16_t Protocol::code() const {
  return state_->code;
}

}  // namespace frontdesk::websocket
