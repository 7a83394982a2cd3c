// Challenges (401, 407) to our requests: the trunk's credentials answer them once, and never anybody else's.
#include <set>

#include "sip/digest.hpp"
#include "sip/raw_call_fixture_test.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

constexpr const char* kAsked = "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n";
constexpr const char* kWhole = "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\"\r\n";

class Challenged : public RawCall {
 protected:
  Challenged() {
    TrunkRegistration trunk;
    trunk.name = "provider";
    trunk.registrar_host = "127.0.0.1";
    trunk.registrar_port = peer.port();
    trunk.registers = false;
    trunk.username = "ann";
    trunk.password = base::Secret("secret");
    trunk.realm = "r";
    EXPECT_TRUE(agent->register_trunk(trunk));
    while (const auto event = sink.next(Event::registration)) {
      if (event->registration_status.state == RegistrationState::peered) break;
    }
  }
  std::string invited_by_trunk() {
    OutgoingCall call;
    call.target = "sip:100@" + peer.contact();
    call.media = local_media(41000);
    call.trunk = "provider";
    const auto id = agent->invite(call);
    EXPECT_TRUE(id);
    dialog = id.value_or(0);
    return next("INVITE");
  }
  void called_by_us() {
    respond(invited_by_trunk(), "200 OK", kOffer);
    ASSERT_FALSE(next("ACK").empty());
    ASSERT_TRUE(sink.next(Event::established));
    ASSERT_TRUE(sink.next(Event::media));
  }
  /// The next request of the method that is no repetition of `before`.
  std::string after(const std::string& method, const std::string& before) {
    return peer.receive([&](const std::string& d) {
      return d.rfind(method + " ", 0) == 0 && header(d, "CSeq") != header(before, "CSeq");
    });
  }
  /// Whether the credentials in `request` are right for it, body included where they say so.
  static bool proven(const std::string& request, const char* challenge_line, std::uint32_t count) {
    const std::string line = challenge_line;
    const bool proxy = line.rfind("Proxy", 0) == 0;
    const auto challenge = parse_challenge(line.substr(line.find(' ') + 1), proxy);
    const auto given = header(request, proxy ? "Proxy-Authorization" : "Authorization");
    const auto nonce = given.find("cnonce=\"");
    if (!challenge || nonce == std::string::npos) return false;
    const auto client_nonce = given.substr(nonce + 8, given.find('"', nonce + 8) - nonce - 8);
    const auto method = request.substr(0, request.find(' '));
    const auto uri = request.substr(method.size() + 1, request.find(' ', method.size() + 1) - method.size() - 1);
    const auto expected =
        authorization(*challenge, "ann", base::Secret("secret"), {method, uri, client_nonce, count, body(request)});
    return expected == (proxy ? "Proxy-Authorization: " : "Authorization: ") + given;
  }
  /// `first` was challenged: its successor proves itself, and a second challenge is the end.
  void expect_answered_once(const std::string& method, const std::string& first, std::uint32_t count = 1) {
    ASSERT_FALSE(first.empty()) << method;
    EXPECT_EQ(first.find("Authorization:"), std::string::npos);
    respond(first, "407 Proxy Authentication Required", {}, kAsked);
    const auto second = after(method, first);
    EXPECT_TRUE(proven(second, kAsked, count)) << second;
    respond(second, "407 Proxy Authentication Required", {}, kAsked);
    const auto third = peer.receive(
        [&](const std::string& d) {
          return d.rfind(method + " ", 0) == 0 && header(d, "CSeq") != header(second, "CSeq");
        },
        std::chrono::milliseconds(100));
    EXPECT_TRUE(third.empty()) << third;
  }
};

TEST_F(Challenged, AuthIntCoversTheBodyAndTheAckRepeatsTheCredentials) {
  const auto first = invited_by_trunk();
  respond(first, "401 Unauthorized", {}, kWhole);
  const auto second = after("INVITE", first);
  EXPECT_FALSE(body(second).empty());
  EXPECT_TRUE(proven(second, kWhole, 1)) << second;
  respond(second, "200 OK", kOffer);
  const auto ack = peer.receive(
      [&](const std::string& d) { return d.rfind("ACK", 0) == 0 && header(d, "CSeq") != header(first, "CSeq"); });
  const auto number = std::to_string(std::stoi(header(second, "CSeq")));
  EXPECT_EQ(header(ack, "CSeq"), number + " ACK");
  EXPECT_EQ(header(ack, "Authorization"), header(second, "Authorization"));
  ASSERT_TRUE(sink.next(Event::established));
  // So does the re-INVITE, and the nonce is counted on.
  ASSERT_TRUE(agent->hold(dialog));
  const auto hold = after("INVITE", second);
  respond(hold, "401 Unauthorized", {}, kWhole);
  const auto again = after("INVITE", hold);
  EXPECT_NE(body(again).find("a=sendonly"), std::string::npos);
  EXPECT_TRUE(proven(again, kWhole, 2)) << again;
}

TEST_F(Challenged, AProxyAndTheServerBehindItAreBothAnswered) {
  constexpr const char* kBehind = "WWW-Authenticate: Digest realm=\"r\", nonce=\"m\", qop=\"auth\"\r\n";
  const auto first = invited_by_trunk();
  respond(first, "407 Proxy Authentication Required", {}, kAsked);
  const auto second = after("INVITE", first);
  respond(second, "401 Unauthorized", {}, kBehind);
  const auto third = after("INVITE", second);
  EXPECT_TRUE(proven(third, kBehind, 1)) << third;
  EXPECT_TRUE(proven(third, kAsked, 2)) << third;
  respond(third, "200 OK", kOffer);
  const auto ack = peer.receive([&](const std::string& d) {
    return d.rfind("ACK", 0) == 0 && std::stoi(header(d, "CSeq")) == std::stoi(header(third, "CSeq"));
  });
  EXPECT_EQ(header(ack, "Authorization"), header(third, "Authorization"));
  EXPECT_EQ(header(ack, "Proxy-Authorization"), header(third, "Proxy-Authorization"));
}

TEST_F(Challenged, AStaleNonceIsReplacedButNotForEver) {
  auto last = invited_by_trunk();
  respond(last, "407 Proxy Authentication Required", {}, kAsked);
  last = after("INVITE", last);
  int renewals = 0;
  for (; renewals < 10; ++renewals) {
    const std::string stale = "Proxy-Authenticate: Digest realm=\"r\", nonce=\"s" + std::to_string(renewals) +
                              "\", stale=true, qop=\"auth\"\r\n";
    respond(last, "407 Proxy Authentication Required", {}, stale);
    if (sink.next(Event::ended, std::chrono::milliseconds(100))) break;
    last = after("INVITE", last);
    EXPECT_TRUE(proven(last, stale.c_str(), 1)) << last;
  }
  EXPECT_GE(renewals, 1);
  EXPECT_LT(renewals, 10);
}

TEST_F(Challenged, ByeIsSentAgainWithCredentialsAndTheCallIsLeftAfterThat) {
  called_by_us();
  ASSERT_TRUE(agent->hang_up(dialog, "done"));
  expect_answered_once("BYE", next("BYE"));
  EXPECT_EQ(sink.next(Event::ended)->end.cause, EndCause::local_hangup);
}

TEST_F(Challenged, ByeOfACallThatCameFromTheTrunkToo) {
  establish();
  ASSERT_TRUE(agent->hang_up(dialog, "done"));
  expect_answered_once("BYE", next("BYE"));
}

TEST_F(Challenged, PrackToo) {
  const auto sent = invited_by_trunk();
  respond(sent, "183 Session Progress", kOffer, "Require: 100rel\r\nRSeq: 7\r\n");
  const auto first = next("PRACK");
  respond(first, "401 Unauthorized", {}, kWhole);
  const auto second = after("PRACK", first);
  EXPECT_TRUE(proven(second, kWhole, 1)) << second;
  EXPECT_EQ(header(second, "RAck"), header(first, "RAck"));
  respond(second, "200 OK");
  respond(sent, "200 OK", kOffer);
  EXPECT_TRUE(sink.next(Event::established));
}

TEST_F(Challenged, ReInviteToo) {
  called_by_us();
  ASSERT_TRUE(agent->hold(dialog));
  expect_answered_once("INVITE", next("INVITE"));
  EXPECT_EQ(sink.next(Event::hold)->status, 407) << "the call goes on unchanged";
}

TEST_F(Challenged, UpdateToo) {
  auto options = loopback_options();
  options.min_session_interval_s = 1;
  start(options);
  TrunkRegistration trunk;
  trunk.name = "provider";
  trunk.registrar_host = "127.0.0.1";
  trunk.registrar_port = peer.port();
  trunk.registers = false;
  trunk.username = "ann";
  trunk.password = base::Secret("secret");
  trunk.realm = "r";
  ASSERT_TRUE(agent->register_trunk(trunk));
  for (auto state = RegistrationState::registering; state != RegistrationState::peered;) {
    const auto event = sink.next(Event::registration);
    ASSERT_TRUE(event);
    state = event->registration_status.state;
  }
  Request request = invite();
  request.extra = "Supported: timer\r\nSession-Expires: 1;refresher=uas\r\nAllow: INVITE, UPDATE\r\n";
  answered(request);
  send(within("ACK", 1));
  expect_answered_once("UPDATE", next("UPDATE"));
}

TEST_F(Challenged, NobodyElseGetsCredentials) {
  int leaked = 0;
  int asked = 0;
  UdpPeer stranger(3);
  const auto challenge = [&](const std::string& first, UdpPeer& from, const std::string& realm) {
    ASSERT_FALSE(first.empty());
    from.send(agent->udp(), "SIP/2.0 401 Unauthorized\r\nVia: " + header(first, "Via") +
                                "\r\nFrom: " + header(first, "From") + "\r\nTo: " + header(first, "To") +
                                ";tag=x\r\nCall-ID: " + header(first, "Call-ID") +
                                "\r\nCSeq: " + header(first, "CSeq") + "\r\nWWW-Authenticate: Digest realm=\"" + realm +
                                "\", nonce=\"n\"\r\nContent-Length: 0\r\n\r\n");
    ++asked;
  };
  const auto listen = [&](std::chrono::milliseconds patience) {
    for (auto* each : {&peer, &stranger}) {
      const auto told = [](const std::string& d) { return d.find("Authorization:") != std::string::npos; };
      if (!each->receive(told, patience).empty()) ++leaked;
    }
  };
  for (int i = 0; i < 499; ++i) {
    // Another realm, and the right one from elsewhere: to INVITE. It ends the call.
    challenge(invited_by_trunk(), i % 2 ? peer : stranger, i % 2 ? "other" : "r");
    EXPECT_TRUE(sink.next(Event::ended));
    listen(std::chrono::milliseconds(0));
  }
  // To the BYE of a call that a stranger made.
  for (int i = 0; i < 501; ++i) {
    Request request = invite();
    request.call_id = "stranger-" + std::to_string(i);
    request.branch = "z9hG4bKst" + std::to_string(i);
    stranger.send(agent->udp(), request.text(stranger));
    const auto incoming = sink.next(Event::incoming);
    ASSERT_TRUE(incoming);
    ASSERT_TRUE(agent->answer(incoming->dialog, local_media(42000)));
    tag = to_tag(stranger.receive_starting("SIP/2.0 200"));
    Request ack = within("ACK", 1);
    ack.call_id = request.call_id;
    stranger.send(agent->udp(), ack.text(stranger));
    ASSERT_TRUE(sink.next(Event::established));
    ASSERT_TRUE(agent->hang_up(incoming->dialog, "done"));
    challenge(stranger.receive_starting("BYE"), stranger, "r");
    listen(std::chrono::milliseconds(0));
  }
  listen(std::chrono::milliseconds(150));
  EXPECT_EQ(asked, 1000);
  EXPECT_EQ(leaked, 0);
}

TEST_F(Challenged, TwiceTheCapIsOfferedExactlyTheCapIsAdmitted) {
  constexpr int kCap = 20;
  auto options = loopback_options();
  options.max_dialogs = kCap;
  start(options);
  for (int i = 0; i < 2 * kCap; ++i) {
    Request request = invite();
    request.call_id = "cap-" + std::to_string(i);
    request.branch = "z9hG4bKcap" + std::to_string(i);
    send(request);
  }
  std::set<std::string> refused;
  while (refused.size() < kCap) {
    const auto refusal = peer.receive_starting("SIP/2.0 503");
    ASSERT_FALSE(refusal.empty()) << refused.size();
    EXPECT_FALSE(header(refusal, "Retry-After").empty());
    refused.insert(header(refusal, "Call-ID"));
  }
  for (int i = 0; i < kCap; ++i) {
    const auto incoming = sink.next(Event::incoming);
    ASSERT_TRUE(incoming);
    EXPECT_EQ(refused.count(incoming->call.call_id), 0U);
  }
  EXPECT_TRUE(silent("SIP/2.0 503"));
  EXPECT_FALSE(sink.next(Event::incoming, std::chrono::milliseconds(20)));
  EXPECT_EQ(agent->counters().dialogs, static_cast<std::uint64_t>(kCap));
}

}  // namespace
}  // namespace frontdesk::sip
