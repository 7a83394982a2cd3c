// Calls over TCP connections that come and go.
#include "sip/tcp_fixture_test.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

class TcpCall : public RawPeer {
 protected:
  std::string over_tcp(Request request, const std::string& contact) {
    auto text = request.text(peer);
    const auto replace = [&text](const std::string& from, const std::string& to) {
      text.replace(text.find(from), from.size(), to);
    };
    replace("SIP/2.0/UDP", "SIP/2.0/TCP");
    replace("<sip:ann@" + peer.contact() + ">", "<sip:ann@" + contact + ">");
    return text;
  }
  static std::string ok_for(const std::string& request, const std::string& sdp) {
    return "SIP/2.0 200 OK\r\nVia: " + header(request, "Via") + "\r\nFrom: " + header(request, "From") +
           "\r\nTo: " + header(request, "To") + "\r\nCall-ID: " + header(request, "Call-ID") +
           "\r\nCSeq: " + header(request, "CSeq") +
           "\r\nContent-Type: application/sdp\r\nContent-Length: " + std::to_string(sdp.size()) + "\r\n\r\n" + sdp;
  }
  TcpServer server;
};

TEST_F(TcpCall, ReachesThePeerAnewOnceItsConnectionIsGone) {
  const auto contact = "127.0.0.1:" + std::to_string(server.port()) + ";transport=tcp";
  ASSERT_TRUE(server.connect(agent->udp()));
  server.send(over_tcp(invite(), contact));
  const auto incoming = sink.next(Event::incoming);
  ASSERT_TRUE(incoming);
  dialog = incoming->dialog;
  ASSERT_TRUE(agent->answer(dialog, local_media(42000)));
  tag = to_tag(server.receive_starting("SIP/2.0 200"));
  server.send(over_tcp(within("ACK", 1), contact));
  ASSERT_TRUE(sink.next(Event::established));
  server.hang_up();
  ASSERT_TRUE(alive());
  ASSERT_TRUE(agent->hold(dialog));
  ASSERT_TRUE(server.accept());
  const auto hold = server.receive_starting("INVITE ");
  ASSERT_FALSE(hold.empty());
  server.send(ok_for(hold, kOffer));
  const auto held = sink.next(Event::hold);
  ASSERT_TRUE(held);
  EXPECT_EQ(held->status, 200);
  ASSERT_TRUE(agent->hang_up(dialog, "done"));
  EXPECT_FALSE(server.receive_starting("BYE ").empty());
}

TEST_F(TcpCall, AUdpCallGoesOnOverTcpIfThePeerDoes) {
  establish();
  ASSERT_TRUE(server.connect(agent->udp()));
  server.send(over_tcp(within("INVITE", 2, kOffer), "phone.invalid"));
  const auto ok = server.receive_starting("SIP/2.0 200");
  EXPECT_NE(header(ok, "Contact").find("transport=tcp"), std::string::npos) << ok;
  server.send(over_tcp(within("ACK", 2), "phone.invalid"));
  ASSERT_TRUE(agent->hang_up(dialog, "done"));
  EXPECT_FALSE(server.receive_starting("BYE ").empty());
}

}  // namespace
}  // namespace frontdesk::sip
