// A trunk over plain TCP whose registrar goes silent without closing the connection.
#include <netinet/tcp.h>

#include "sip/tcp_fixture_test.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

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
