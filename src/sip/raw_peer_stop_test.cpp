// Stopping while a registrar says nothing. Memory that is used after its end shows under the address sanitizer.
#include "sip/raw_call_fixture_test.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

TEST_F(RawCall, StopsWhileTheRegistrarIsMute) {
  TrunkRegistration trunk;
  trunk.name = "provider";
  trunk.registrar_host = "127.0.0.1";
  trunk.registrar_port = peer.port();
  trunk.username = "ann";
  ASSERT_TRUE(agent->register_trunk(trunk));
  const auto registration = next("REGISTER");
  ASSERT_FALSE(registration.empty());
  respond(registration, "200 OK", {}, "Expires: 300\r\n");
  while (const auto event = sink.next(Event::registration)) {
    if (event->registration_status.state == RegistrationState::registered) break;
  }
  agent->stop(base::milliseconds(50));
  const auto farewell = next("REGISTER");
  EXPECT_EQ(header(farewell, "Expires"), "0");
  agent.reset();
}

}  // namespace
}  // namespace frontdesk::sip
