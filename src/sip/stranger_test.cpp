// What somebody learns who is neither a trunk nor a direct caller: the same refusal whatever they ask for, over
// datagrams and connections written and read by hand.
#include "sip/raw_peer_fixture_test.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

constexpr std::uint8_t kStranger = 3, kDirect = 4, kTrunk = 5;  // of 127.0.0.x

base::Endpoint loopback(std::uint8_t host) {
  auto endpoint = *base::parse_address("127.0.0.1");
  endpoint.address[3] = host;
  return endpoint;
}

/// What no two answers share, by the request's own choice, is taken away.
std::string plain(std::string answer, const std::string& branch, const std::string& call_id,
                  const std::string& method) {
  for (const auto& [own, name] : {std::pair{branch, "BRANCH"}, {call_id, "CALL"}, {method, "METHOD"}}) {
    for (auto at = answer.find(own); at != std::string::npos; at = answer.find(own))
      answer.replace(at, own.size(), name);
  }
  const auto tag = to_tag(answer);
  if (!tag.empty()) answer.replace(answer.find(tag), tag.size(), "TAG");
  return answer;
}

class Stranger : public RawPeer {
 protected:
  Stranger() {
    auto options = loopback_options();
    options.direct_caller = [](const base::Endpoint& source) { return source.same_address(loopback(kDirect)); };
    start(options);
  }
  Request request(const std::string& method, const std::string& extension) {
    Request out;
    out.method = method;
    out.uri = "sip:" + extension + "@127.0.0.1";
    out.branch = "z9hG4bKb" + std::to_string(++branches) + "x";
    out.call_id = "call-id-" + std::to_string(branches) + "-x";
    if (method == "INVITE") out.content = kOffer;
    return out;
  }
  std::string answer_by_udp(const Request& asked, UdpPeer& from) {
    from.send(agent->udp(), asked.text(from));
    return from.receive_starting("SIP/2.0 ", std::chrono::seconds(2));
  }
  /// Over a connection of its own.
  std::string answer_by_tcp(const Request& asked, UdpPeer& from, std::uint8_t host) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + host);
    EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(agent->tcp().port);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    auto text = asked.text(from);
    text.replace(text.find("/UDP "), 5, "/TCP ");
    (void)::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    pollfd waiting{fd, POLLIN, 0};
    std::string answer(65536, '\0');
    const auto size = ::poll(&waiting, 1, 2000) > 0 ? ::recv(fd, answer.data(), answer.size(), 0) : 0;
    ::close(fd);
    answer.resize(static_cast<std::size_t>(std::max<ssize_t>(0, size)));
    return answer;
  }
};

TEST_F(Stranger, GetsTheSameAnswerToEverythingAndNoName) {
  UdpPeer stranger(kStranger);
  for (const bool tcp : {false, true}) {
    std::string first;
    for (const std::string method :
         {"OPTIONS", "INVITE", "REGISTER", "SUBSCRIBE", "MESSAGE", "REFER", "NOTIFY", "BYE", "CANCEL", "DANCE"}) {
      for (const char* extension : {"reception", "100", "echo-test", "no-such-extension", "ann%20b"}) {
        const auto asked = request(method, extension);
        const auto answer = tcp ? answer_by_tcp(asked, stranger, kStranger) : answer_by_udp(asked, stranger);
        ASSERT_EQ(answer.rfind("SIP/2.0 403 Forbidden\r\n", 0), 0U) << method << " " << extension << "\n" << answer;
        for (const char* told : {"Server:", "User-Agent:", "Allow:", "Supported:", "Contact:", "Frontdesk"})
          EXPECT_EQ(answer.find(told), std::string::npos) << answer;
        const auto comparable = plain(answer, asked.branch, asked.call_id, method);
        if (first.empty()) first = comparable;
        if (!tcp) {
          EXPECT_EQ(comparable, first) << method << " " << extension;
        }
      }
    }
  }
  EXPECT_FALSE(sink.next(Event::incoming, std::chrono::milliseconds(20)));
  EXPECT_EQ(agent->counters().total_dialogs, 0U);
}

TEST_F(Stranger, WithAMalformedRequestOrAGuessedDialogIsNoExceptionEither) {
  UdpPeer stranger(kStranger);
  auto guessed = request("BYE", "100");
  guessed.to_tag_value = "guess";
  auto malformed = request("INVITE", "100");
  malformed.extra = "Require: 100rel\r\n";
  auto unreadable = request("INVITE", "100");
  unreadable.content = "hello";
  for (const auto& asked : {guessed, malformed, unreadable}) {
    const auto answer = answer_by_udp(asked, stranger);
    EXPECT_EQ(answer.rfind("SIP/2.0 403 Forbidden\r\n", 0), 0U) << answer;
    EXPECT_EQ(answer.find("Server:"), std::string::npos);
  }
  // An ACK is never answered.
  EXPECT_EQ(answer_by_udp(request("ACK", "100"), stranger), "");
}

TEST_F(Stranger, IsNeitherATrunkNorADirectCaller) {
  TrunkRegistration trunk;
  trunk.name = "provider";
  trunk.registrar_host = "127.0.0.5";
  trunk.registers = false;
  ASSERT_TRUE(agent->register_trunk(trunk));
  for (auto state = RegistrationState::registering; state != RegistrationState::peered;) {
    const auto event = sink.next(Event::registration);
    ASSERT_TRUE(event);
    state = event->registration_status.state;
  }
  for (const auto host : {kTrunk, kDirect}) {
    UdpPeer served(host);
    for (const bool tcp : {false, true}) {
      const auto asked = request("OPTIONS", "reception");
      const auto answer = tcp ? answer_by_tcp(asked, served, host) : answer_by_udp(asked, served);
      EXPECT_EQ(answer.rfind("SIP/2.0 200 OK\r\n", 0), 0U) << answer;
      EXPECT_EQ(header(answer, "Server"), "Frontdesk");
      EXPECT_NE(header(answer, "Allow"), "");
    }
    EXPECT_EQ(answer_by_udp(request("REFER", "reception"), served).rfind("SIP/2.0 405", 0), 0U);
    served.send(agent->udp(), request("INVITE", "reception").text(served));
    const auto incoming = sink.next(Event::incoming);
    ASSERT_TRUE(incoming);
    EXPECT_EQ(incoming->call.trunk, host == kTrunk ? "provider" : "");
  }
}

}  // namespace
}  // namespace frontdesk::sip
