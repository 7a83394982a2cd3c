// What a peer may do that our own user agent does not: a user agent, and a peer whose messages are plain UDP datagrams.
#pragma once
#include "sip/test_peer.hpp"

namespace frontdesk::sip::test {

template <class Sink>
class RawPeerWith : public ::testing::Test {
 protected:
  RawPeerWith() { start(loopback_options()); }
  /// The peer answers no BYE, so waiting for that is in vain.
  ~RawPeerWith() override {
    if (agent) agent->stop(base::milliseconds(20));
  }

  void start(const UserAgentOptions& options) {
    if (agent) agent->stop(base::milliseconds(20));
    agent.reset();
    auto started = UserAgent::start(options, sink);
    ASSERT_TRUE(started) << base::describe(started.error());
    agent = std::move(*started);
  }
  void send(const Request& request) { peer.send(agent->udp(), request.text(peer)); }
  int status_of(Request request) {
    request.branch = "z9hG4bKs" + std::to_string(++branches);
    send(request);
    return peer.final_status(request.branch);
  }
  Request invite(const std::string& content = kOffer) {
    Request request;
    request.content = content;
    return request;
  }
  /// INVITE, answer, 200; the caller acknowledges.
  std::string answered(const Request& request, LocalMedia media = local_media(42000)) {
    send(request);
    const auto incoming = sink.next(Event::incoming);
    EXPECT_TRUE(incoming);
    if (!incoming) return {};
    dialog = incoming->dialog;
    (void)agent->answer(dialog, std::move(media));
    const std::string ok = peer.receive_starting("SIP/2.0 200");
    tag = to_tag(ok);
    return ok;
  }
  Request within(const std::string& method, int sequence, const std::string& content = {}) {
    Request request;
    request.method = method;
    request.branch = "z9hG4bKd" + std::to_string(++branches);
    request.to_tag_value = tag;
    request.sequence = sequence;
    request.content = content;
    return request;
  }
  void establish() {
    answered(invite());
    send(within("ACK", 1));
    ASSERT_TRUE(sink.next(Event::established));
    ASSERT_TRUE(sink.next(Event::media));
  }
  /// Proof that nothing before this disturbed the agent.
  bool alive() {
    Request options;
    options.method = "OPTIONS";
    options.call_id = "alive-" + std::to_string(++branches);
    return status_of(options) == 200;
  }

  Sink sink;
  std::unique_ptr<UserAgent> agent;
  UdpPeer peer;
  DialogId dialog = 0;
  std::string tag;
  int branches = 0;
};

using RawPeer = RawPeerWith<RecordingSink>;

}  // namespace frontdesk::sip::test
