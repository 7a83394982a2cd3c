// The least that can send a caller's packets back: a socket for each call, epoll_wait, recvfrom, sendto. Nothing is
// parsed, buffered or recorded. What the receptionist's echo test costs is measured against it.
//
// Prints "ready sip=ADDRESS" and runs until it is killed; calls are answered by the same signalling as the product's.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <map>
#include <mutex>
#include <thread>

#include "sip/user_agent.hpp"
#include "udp/rtp_ports.hpp"

namespace {

using namespace frontdesk;

constexpr int kReadyAtOnce = 256;
constexpr std::size_t kLongestPacket = 1500;
constexpr std::uint16_t kFirstPort = 24000;
constexpr std::uint16_t kLastPort = 27999;

class BareEcho final : public sip::UserAgentSink {
 public:
  BareEcho() : epoll_(epoll_create1(EPOLL_CLOEXEC)), loop_([this] { run(); }) { loop_.detach(); }

  std::unique_ptr<sip::UserAgent> user_agent;

  void on_incoming(const sip::IncomingCall& call) override {
    auto socket = ports_.open();
    if (!socket) return static_cast<void>(user_agent->reject(call.dialog, 503, "Service Unavailable"));
    const sip::LocalMedia media{.rtp = socket->local(), .allowed = {sip::Codec::pcmu, sip::Codec::pcma}};
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = socket->descriptor();
    epoll_ctl(epoll_, EPOLL_CTL_ADD, socket->descriptor(), &event);
    sockets_[call.dialog] = std::move(*socket);
    (void)user_agent->answer(call.dialog, media);
  }
  void on_media(sip::DialogId, const sip::NegotiatedMedia&) override {}
  void on_progress(sip::DialogId, int) override {}
  void on_established(sip::DialogId) override {}
  void on_ended(sip::DialogId dialog, const sip::DialogEnded&) override { sockets_.erase(dialog); }
  void on_info_dtmf(sip::DialogId, char) override {}
  void on_registration(const std::string&, const sip::RegistrationStatus&) override {}

 private:
  [[noreturn]] void run() const {
    std::array<epoll_event, kReadyAtOnce> ready{};
    std::array<std::uint8_t, kLongestPacket> packet;
    for (;;) {
      const int count = epoll_wait(epoll_, ready.data(), kReadyAtOnce, -1);
      for (int i = 0; i < count; ++i) {
        const int socket = ready[static_cast<std::size_t>(i)].data.fd;
        sockaddr_storage from{};
        socklen_t length = sizeof from;
        auto* address = reinterpret_cast<sockaddr*>(&from);
        const auto size = recvfrom(socket, packet.data(), packet.size(), MSG_DONTWAIT, address, &length);
        if (size > 0) sendto(socket, packet.data(), static_cast<std::size_t>(size), MSG_DONTWAIT, address, length);
      }
    }
  }

  int epoll_;
  udp::RtpPorts ports_{*base::parse_address("127.0.0.1"), kFirstPort, kLastPort};
  std::map<sip::DialogId, udp::Socket> sockets_;  ///< signalling thread
  std::thread loop_;
};

}  // namespace

int main() {
  BareEcho echo;
  // As a sink it gets its first event only after this: nobody knows the port yet.
  auto started = sip::UserAgent::start({.listen = *base::parse_endpoint("127.0.0.1:0")}, echo);
  if (!started) {
    std::fprintf(stderr, "bare_echo: %s\n", started.error().message.c_str());
    return 1;
  }
  echo.user_agent = std::move(*started);
  std::printf("ready sip=%s\n", base::to_string(echo.user_agent->udp()).c_str());
  std::fflush(stdout);
  for (;;) pause();
}
