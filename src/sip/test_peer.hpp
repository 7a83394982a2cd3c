// For the tests of this module: a sink that remembers events, and a bare UDP peer that sends SIP
// messages written out by hand.
#pragma once
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sip/user_agent.hpp"

namespace frontdesk::sip::test {

inline constexpr std::chrono::seconds kPatience{10};

struct Event {
  enum Kind {
    incoming,
    media,
    progress,
    established,
    ended,
    dtmf,
    registration,
    hold,
    transfer,
    drained,
    media_change
  } kind;
  DialogId dialog = 0;
  IncomingCall call;
  NegotiatedMedia negotiated;
  DialogEnded end;
  int status = 0;
  char digit = 0;
  std::string trunk;
  RegistrationStatus registration_status;
  bool held = false;
  TransferProgress transferred;
};

class RecordingSink : public UserAgentSink {
 public:
  void on_incoming(const IncomingCall& call) override {
    Event event{Event::incoming, call.dialog};
    event.call = call;
    add(event);
  }
  void on_media(DialogId dialog, const NegotiatedMedia& media) override {
    Event event{Event::media, dialog};
    event.negotiated = media;
    add(event);
  }
  void on_progress(DialogId dialog, int status) override {
    Event event{Event::progress, dialog};
    event.status = status;
    add(event);
  }
  void on_established(DialogId dialog) override { add(Event{Event::established, dialog}); }
  void on_ended(DialogId dialog, const DialogEnded& ended) override {
    Event event{Event::ended, dialog};
    event.end = ended;
    add(event);
  }
  void on_info_dtmf(DialogId dialog, char digit) override {
    Event event{Event::dtmf, dialog};
    event.digit = digit;
    add(event);
  }
  void on_registration(const std::string& trunk, const RegistrationStatus& status) override {
    Event event{Event::registration};
    event.trunk = trunk;
    event.registration_status = status;
    add(event);
  }
  void on_hold(DialogId dialog, bool held, int status) override {
    Event event{Event::hold, dialog};
    event.held = held;
    event.status = status;
    add(event);
  }
  void on_media_change(DialogId dialog, int status) override {
    Event event{Event::media_change, dialog};
    event.status = status;
    add(event);
  }
  void on_transfer(DialogId dialog, const TransferProgress& progress) override {
    Event event{Event::transfer, dialog};
    event.transferred = progress;
    add(event);
  }
  void on_drained() override { add(Event{Event::drained}); }

  /// The next event of a kind, in order, each delivered once; nullopt after kPatience.
  std::optional<Event> next(Event::Kind kind, std::chrono::milliseconds patience = kPatience) {
    std::unique_lock lock(mutex_);
    std::optional<Event> found;
    changed_.wait_for(lock, patience, [&] {
      for (auto at = events_.begin(); at != events_.end(); ++at) {
        if (at->kind != kind) continue;
        found = *at;
        events_.erase(at);
        return true;
      }
      return false;
    });
    return found;
  }
  std::vector<Event::Kind> kinds() {
    const std::lock_guard lock(mutex_);
    return kinds_;
  }

 protected:
  /// Comes last in each event.
  virtual void recorded(Event::Kind) {}

 private:
  void add(const Event& event) {
    {
      const std::lock_guard lock(mutex_);
      events_.push_back(event);
      kinds_.push_back(event.kind);
      changed_.notify_all();
    }
    recorded(event.kind);
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Event> events_;
  std::vector<Event::Kind> kinds_;
};

class UdpPeer {
 public:
  /// On 127.0.0.`host`.
  explicit UdpPeer(std::uint8_t host = 1) : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)), host_(host) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + host);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    socklen_t length = sizeof(address);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
  }
  ~UdpPeer() { ::close(fd_); }
  UdpPeer(const UdpPeer&) = delete;
  UdpPeer& operator=(const UdpPeer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string contact() const { return "127.0.0." + std::to_string(host_) + ":" + std::to_string(port_); }

  void send(const base::Endpoint& to, const std::string& text) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(to.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::sendto(fd_, text.data(), text.size(), 0, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  }

  /// The next datagram for which `wanted` holds; empty after the time. Others are dropped.
  std::string receive(const std::function<bool(const std::string&)>& wanted,
                      std::chrono::milliseconds patience = kPatience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < deadline) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      pollfd waiting{fd_, POLLIN, 0};
      if (::poll(&waiting, 1, static_cast<int>(left.count()) + 1) <= 0) break;
      std::string datagram(65536, '\0');
      const auto size = ::recv(fd_, datagram.data(), datagram.size(), 0);
      if (size < 0) continue;
      datagram.resize(static_cast<std::size_t>(size));
      if (wanted(datagram)) return datagram;
    }
    return {};
  }
  /// The next datagram and the port it came from; 0 after the time.
  std::uint16_t receive_from(std::string& datagram, std::chrono::milliseconds patience) {
    pollfd waiting{fd_, POLLIN, 0};
    datagram.clear();
    if (::poll(&waiting, 1, static_cast<int>(patience.count())) <= 0) return 0;
    datagram.resize(65536);
    sockaddr_in from{};
    socklen_t length = sizeof(from);
    const auto size = ::recvfrom(fd_, datagram.data(), datagram.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
    datagram.resize(static_cast<std::size_t>(std::max<ssize_t>(0, size)));
    return ntohs(from.sin_port);
  }
  std::string receive_starting(const std::string& start, std::chrono::milliseconds patience = kPatience) {
    return receive([&](const std::string& d) { return d.rfind(start, 0) == 0; }, patience);
  }
  /// The status of the next final response to the transaction with this branch; 0 if none comes.
  int final_status(const std::string& branch, std::chrono::milliseconds patience = kPatience) {
    const std::string response = receive(
        [&](const std::string& d) {
          return d.rfind("SIP/2.0 ", 0) == 0 && d.rfind("SIP/2.0 1", 0) != 0 && d.find(branch) != std::string::npos;
        },
        patience);
    return response.empty() ? 0 : std::stoi(response.substr(8, 3));
  }

 private:
  int fd_;
  std::uint8_t host_;
  std::uint16_t port_ = 0;
};

/// The value of a header, from its line start to CRLF; empty if absent.
inline std::string header(const std::string& message, const std::string& name) {
  const auto at = message.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 4;
  return message.substr(begin, message.find("\r\n", begin) - begin);
}

inline std::string body(const std::string& message) {
  const auto at = message.find("\r\n\r\n");
  return at == std::string::npos ? std::string() : message.substr(at + 4);
}

inline std::string to_tag(const std::string& message) {
  const auto to = header(message, "To");
  const auto at = to.find(";tag=");
  return at == std::string::npos ? std::string() : to.substr(at + 5);
}

inline constexpr const char* kOffer =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 8 0 96\r\na=rtpmap:96 telephone-event/8000\r\na=sendrecv\r\n";

/// A request of a peer's, assembled from parts that a test may spoil.
struct Request {
  std::string method = "INVITE";
  std::string uri = "sip:100@127.0.0.1";
  std::string branch = "z9hG4bK1";
  std::string call_id = "call-1";
  std::string from_tag = "peer";
  std::string to_tag_value;
  int sequence = 1;
  std::string sequence_method;  ///< empty: the method
  std::string extra;            ///< whole lines
  std::string content;
  std::string content_type = "application/sdp";
  std::string without;  ///< the name of a header to leave out

  std::string text(const UdpPeer& peer) const {
    std::string out = method + " " + uri + " SIP/2.0\r\n";
    const auto add = [&](const std::string& name, const std::string& value) {
      if (name != without) out += name + ": " + value + "\r\n";
    };
    add("Via", "SIP/2.0/UDP " + peer.contact() + ";branch=" + branch + ";rport");
    add("Max-Forwards", "70");
    add("From", "\"Ann\" <sip:ann@127.0.0.1>" + (from_tag.empty() ? "" : ";tag=" + from_tag));
    add("To", "<sip:100@127.0.0.1>" + (to_tag_value.empty() ? "" : ";tag=" + to_tag_value));
    add("Call-ID", call_id);
    add("CSeq", std::to_string(sequence) + " " + (sequence_method.empty() ? method : sequence_method));
    add("Contact", "<sip:ann@" + peer.contact() + ">");
    out += extra;
    if (!content.empty()) add("Content-Type", content_type);
    add("Content-Length", std::to_string(content.size()));
    return out + "\r\n" + content;
  }
};

inline UserAgentOptions loopback_options() {
  UserAgentOptions options;
  options.listen = *base::parse_address("127.0.0.1");
  options.t1 = base::milliseconds(50);
  return options;
}

inline LocalMedia local_media(std::uint16_t port, std::vector<Codec> allowed = {Codec::pcmu, Codec::pcma}) {
  return {*base::parse_address("127.0.0.1", port), std::move(allowed)};
}

}  // namespace frontdesk::sip::test
