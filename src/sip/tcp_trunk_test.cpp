// A trunk over plain TCP whose registrar goes silent without closing the connection.
#include <netinet/tcp.h>

#include "sip/raw_peer_fixture_test.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

/// One listening socket and one connection, used from the test's thread.
class TcpServer {
 public:
  TcpServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(::listen(listener_, 4), 0);
    socklen_t length = sizeof(address);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
  }
  ~TcpServer() {
    ::close(listener_);
    if (connection_ >= 0) ::close(connection_);
  }
  TcpServer(const TcpServer&) = delete;
  TcpServer& operator=(const TcpServer&) = delete;

  std::uint16_t port() const { return port_; }
  bool accept() {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, 20'000) != 1) return false;
    if (connection_ >= 0) ::close(connection_);
    connection_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    return connection_ >= 0;
  }
  std::string receive(int patience_ms = 10'000) {
    pollfd waiting{connection_, POLLIN, 0};
    std::string text(65536, '\0');
    const auto size = ::poll(&waiting, 1, patience_ms) == 1 ? ::recv(connection_, text.data(), text.size(), 0) : 0;
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, size)));
    return text;
  }
  void send(const std::string& text) { (void)::send(connection_, text.data(), text.size(), MSG_NOSIGNAL); }
  void accept_registration(const std::string& request) {
    send("SIP/2.0 200 OK\r\nVia: " + header(request, "Via") + "\r\nFrom: " + header(request, "From") +
         "\r\nTo: " + header(request, "To") + ";tag=r\r\nCall-ID: " + header(request, "Call-ID") +
         "\r\nCSeq: " + header(request, "CSeq") + "\r\nContact: " + header(request, "Contact") +
         ";expires=300\r\nContent-Length: 0\r\n\r\n");
  }

 private:
  int listener_, connection_ = -1;
  std::uint16_t port_ = 0;
};

class TcpTrunk : public RawPeer {
 protected:
  void register_at(const TcpServer& server, base::Duration keep_alive) {
    TrunkRegistration trunk;
    trunk.name = "provider";
    trunk.registrar_host = "127.0.0.1";
    trunk.registrar_port = server.port();
    trunk.transport = Transport::tcp;
    trunk.username = "ann";
    trunk.password = base::Secret("secret");
    trunk.keep_alive = keep_alive;
    ASSERT_TRUE(agent->register_trunk(trunk));
  }
  RegistrationState next_state(std::chrono::milliseconds patience = kPatience) {
    while (const auto event = sink.next(Event::registration, patience)) {
      if (event->registration_status.state != RegistrationState::registering) return event->registration_status.state;
    }
    return RegistrationState::registering;
  }
};

/// Of our end of the connection to a port.
unsigned user_timeout_towards(std::uint16_t port) {
  for (int fd = 0; fd < 1024; ++fd) {
    sockaddr_in peer{};
    socklen_t length = sizeof(peer);
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &length) != 0 || ntohs(peer.sin_port) != port) continue;
    unsigned limit = 0;
    socklen_t size = sizeof(limit);
    if (::getsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, &size) == 0) return limit;
  }
  return 0;
}

TEST_F(TcpTrunk, WhoseServerFallsSilentIsLostAndConnectedAnew) {
  TcpServer server;
  register_at(server, base::seconds(1));
  ASSERT_TRUE(server.accept());
  server.accept_registration(server.receive());
  ASSERT_EQ(next_state(), RegistrationState::registered);
  // What is sent and never acknowledged, because the way is cut, ends the connection by the kernel's clock.
  EXPECT_EQ(user_timeout_towards(server.port()), 20'000U);
  EXPECT_EQ(server.receive(), "\r\n\r\n");
  server.send("\r\n");
  EXPECT_EQ(server.receive(), "\r\n\r\n");
  EXPECT_EQ(next_state(std::chrono::seconds(15)), RegistrationState::failed);
  ASSERT_TRUE(server.accept());
  server.accept_registration(server.receive());
  EXPECT_EQ(next_state(), RegistrationState::registered);
}

TEST_F(TcpTrunk, WhoseServerKnowsNoPingsIsAskedByRegister) {
  TcpServer server;
  register_at(server, base::seconds(25));
  ASSERT_TRUE(server.accept());
  server.accept_registration(server.receive());
  ASSERT_EQ(next_state(), RegistrationState::registered);
  EXPECT_EQ(server.receive(), "\r\n\r\n");
  const auto early = server.receive();
  ASSERT_EQ(early.rfind("REGISTER ", 0), 0U) << early;
  server.accept_registration(early);
  EXPECT_EQ(next_state(), RegistrationState::registered);
}

}  // namespace
}  // namespace frontdesk::sip
