// The torture messages of RFC 4475 and RFC 5118 over UDP and TCP: each gets the answer that its own line in the data
// file says is sensible, and the user agent goes on. So do messages that have brought down other SIP servers.
#include <fstream>
#include <sstream>

#include "sip/raw_peer_fixture_test.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

struct TortureMessage {
  std::string name;
  std::vector<std::string> by_udp, by_tcp;
  std::string text;  ///< with CR LF, {port} left in
};

std::vector<std::string> words_between_commas(const std::string& list) {
  std::vector<std::string> out;
  std::istringstream in(list);
  for (std::string word; std::getline(in, word, ',');) out.push_back(word);
  return out;
}

/// "\x41" -> "A", "\\" -> "\".
std::string unescaped(const std::string& line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line.compare(i, 2, "\\x") == 0) {
      out += static_cast<char>(std::stoi(line.substr(i + 2, 2), nullptr, 16));
      i += 3;
    } else if (line.compare(i, 2, "\\\\") == 0) {
      out += line[i++];
    } else {
      out += line[i];
    }
  }
  return out;
}

void finish(TortureMessage& message) {
  if (message.text.find("\r\n\r\n") == std::string::npos) message.text += "\r\n";
  const auto end = message.text.find("\r\n\r\n");
  const auto at = message.text.find("{length}");
  if (at == std::string::npos) return;
  message.text.replace(at, 8, std::to_string(message.text.size() - end - 4));
}

std::vector<TortureMessage> read_messages(const std::string& file) {
  std::ifstream in(std::string(FRONTDESK_TEST_DATA) + "/torture/" + file);
  std::vector<TortureMessage> out;
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("=== ", 0) == 0) {
      std::istringstream words(line.substr(4));
      std::string name, udp, tcp;
      words >> name >> udp >> tcp;
      out.push_back({name, words_between_commas(udp.substr(4)), words_between_commas(tcp.substr(4)), {}});
    } else if (!out.empty()) {
      out.back().text += unescaped(line) + "\r\n";
    }
  }
  for (auto& message : out) finish(message);
  return out;
}

std::string placed(std::string text, std::uint16_t port) {
  for (auto at = text.find("{port}"); at != std::string::npos; at = text.find("{port}"))
    text.replace(at, 6, std::to_string(port));
  return text;
}

bool listed(const std::vector<std::string>& allowed, const std::string& outcome) {
  return std::find(allowed.begin(), allowed.end(), outcome) != allowed.end();
}

/// A callee that is busy.
class BusySink final : public RecordingSink {
 public:
  UserAgent* agent = nullptr;
  void on_incoming(const IncomingCall& call) override {
    if (agent) (void)agent->reject(call.dialog, 486, "Busy Here");
  }
};

class Torture : public RawPeerWith<BusySink> {
 protected:
  Torture() { sink.agent = agent.get(); }
  ~Torture() override { sink.agent = nullptr; }

  std::string last_answer;  ///< by TCP

  static std::string status_in(const std::string& answer) {
    for (auto at = answer.find("SIP/2.0 "); at != std::string::npos; at = answer.find("SIP/2.0 ", at + 8)) {
      const bool begins = at == 0 || answer[at - 1] == '\n';
      if (begins && answer[at + 8] != '1') return answer.substr(at + 8, 3);
    }
    return {};
  }
  std::string outcome_by_udp(const std::string& text, std::chrono::milliseconds patience) {
    UdpPeer own;
    own.send(agent->udp(), placed(text, own.port()));
    return udp_answer(own, patience);
  }
  static std::string udp_answer(UdpPeer& own, std::chrono::milliseconds patience) {
    const auto answer = own.receive([](const std::string& d) { return !status_in(d).empty(); }, patience);
    return answer.empty() ? "none" : status_in(answer);
  }
  int connected() const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(agent->tcp().port);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    return fd;
  }
  std::string outcome_by_tcp(const std::string& text, std::chrono::milliseconds patience) {
    const int fd = connected();
    const auto sent = placed(text, 5060);
    (void)::send(fd, sent.data(), sent.size(), MSG_NOSIGNAL);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    std::string answer, outcome = "none";
    for (;;) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      pollfd waiting{fd, POLLIN, 0};
      if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count()) + 1) <= 0) break;
      std::string piece(65536, '\0');
      const auto size = ::recv(fd, piece.data(), piece.size(), 0);
      if (size <= 0) outcome = "closed";
      if (size <= 0) break;
      answer.append(piece, 0, static_cast<std::size_t>(size));
      if (status_in(answer).empty()) continue;
      outcome = status_in(answer);
      last_answer = answer;
      break;
    }
    ::close(fd);
    return outcome;
  }
  /// One that remembers no transaction: the messages share branches and Call-IDs.
  void renew() {
    sink.agent = nullptr;
    start(loopback_options());
    sink.agent = agent.get();
  }
  void expect_each_as_listed(const std::string& file, std::size_t count) {
    const auto messages = read_messages(file);
    ASSERT_EQ(messages.size(), count);
    for (const auto& message : messages) {
      const auto patience = [](const std::vector<std::string>& allowed) {
        return std::chrono::milliseconds(listed(allowed, "none") ? 100 : 700);
      };
      renew();
      const auto udp = outcome_by_udp(message.text, patience(message.by_udp));
      EXPECT_TRUE(listed(message.by_udp, udp)) << message.name << " by UDP: " << udp;
      renew();
      const auto tcp = outcome_by_tcp(message.text, patience(message.by_tcp));
      EXPECT_TRUE(listed(message.by_tcp, tcp)) << message.name << " by TCP: " << tcp << "\n" << last_answer;
      ASSERT_TRUE(alive()) << message.name;
    }
    EXPECT_EQ(agent->counters().faults, 0U);
  }
};

TEST_F(Torture, Rfc4475) {
  expect_each_as_listed("rfc4475.txt", 49);
}

TEST_F(Torture, Rfc5118) {
  expect_each_as_listed("rfc5118.txt", 11);
}

/// What has brought down other servers, each written after its advisory.
class Advisory : public Torture {
 protected:
  std::string status(const Request& request) {
    UdpPeer own;
    own.send(agent->udp(), request.text(own));
    return udp_answer(own, std::chrono::seconds(2));
  }
  Request offering(const std::string& media) {
    Request request = invite("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n" + media);
    request.call_id = "advisory-" + std::to_string(++branches);
    request.branch = "z9hG4bK" + request.call_id;
    return request;
  }
};

TEST_F(Advisory, LongMethodInCSeq) {
  auto request = invite();
  request.sequence_method = std::string(1000, 'A');
  EXPECT_EQ(status(request), "400");
}

TEST_F(Advisory, MultipartWithADamagedBoundary) {
  for (const char* boundary : {"++", "\"", "", "\"\"", "a b", "=", "--"}) {
    auto request = offering("m=audio 4000 RTP/AVP 0\r\n");
    request.content_type = std::string("multipart/mixed;boundary=") + boundary;
    EXPECT_EQ(status(request), "415") << boundary;
  }
}

TEST_F(Advisory, NulInAnFmtpLine) {
  using namespace std::string_literals;
  auto request = offering("m=audio 4000 RTP/AVP 0\r\na=fmtp\0:0 x\r\na=fmtp\0\r\n"s);
  const auto outcome = status(request);
  EXPECT_TRUE(outcome == "486" || outcome == "488") << outcome;
}

TEST_F(Advisory, PayloadTypesAndPortsThatDoNotExist) {
  for (const char* media :
       {"m=audio 17000 RTP/AVP 4294967296\r\n", "m=audio 17000 RTP/AVP -1\r\n", "m=audio 17000 RTP/AVP 99999999999\r\n",
        "m=audio 17000 RTP/AVP 128 \r\n", "m=audio 17000 RTP/AVP\r\n"}) {
    EXPECT_EQ(status(offering(media)), "488") << media;
  }
  for (const char* media :
       {"m=audio 4294967296 RTP/AVP 0\r\n", "m=audio -1 RTP/AVP 0\r\n", "m=audio 65536 RTP/AVP 0\r\n"}) {
    const auto outcome = status(offering(media));
    EXPECT_TRUE(outcome == "488" || outcome == "486") << media << outcome;
  }
}

TEST_F(Advisory, LongFromTag) {
  auto request = invite();
  request.from_tag = std::string(700, 'x');
  EXPECT_EQ(status(request), "486");
}

TEST_F(Advisory, AThousandConnectionsThatCloseBehindTheirInvite) {
  for (int i = 0; i < 1000; ++i) {
    auto request = invite();
    request.call_id = "burst-" + std::to_string(i);
    request.branch = "z9hG4bK" + request.call_id;
    auto text = request.text(peer);
    text.replace(text.find("/UDP "), 5, "/TCP ");
    const int fd = connected();
    (void)::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    ::close(fd);
  }
  EXPECT_TRUE(alive());
}

TEST_F(Advisory, ReInviteWithoutAnOfferAfterTheBye) {
  sink.agent = nullptr;
  auto request = invite();
  send(request);
  EXPECT_FALSE(peer.receive_starting("SIP/2.0 100").empty());
  Request again = invite("");
  again.sequence = 2;
  again.branch = "z9hG4bKagain";
  again.to_tag_value = "guess";
  send(again);
  EXPECT_EQ(peer.final_status("z9hG4bKagain"), 481);
  EXPECT_TRUE(alive());
}

TEST_F(Advisory, StunWithAnErrorCodeThatIsTooShort) {
  for (std::size_t length = 0; length < 12; ++length) {
    std::string stun("\x01\x11\x00\x00\x21\x12\xa4\x42", 8);
    stun += std::string(12, 't');
    stun += std::string("\x00\x09\x00", 3) + static_cast<char>(length) + std::string(length, 'e');
    stun[3] = static_cast<char>(stun.size() - 20);
    peer.send(agent->udp(), stun);
    stun[3] = 0x7f;  // beyond its end
    peer.send(agent->udp(), stun);
  }
  EXPECT_TRUE(alive());
}

TEST_F(Advisory, NotifyWithALongMessageAccount) {
  Request notify;
  notify.method = "NOTIFY";
  notify.extra = "Event: message-summary\r\nSubscription-State: active\r\n";
  notify.content_type = "application/simple-message-summary";
  notify.content = "Messages-Waiting: yes\r\nMessage-Account: sip:" + std::string(4000, 'a') + "@x\r\n";
  EXPECT_EQ(status(notify), "481");
}

TEST_F(Advisory, HeadersWithoutEndByTcpCostTheConnection) {
  const int fd = connected();
  std::string text = "OPTIONS sip:a SIP/2.0\r\n";
  while (text.size() < 20'000) text += "a: b\r\n";
  (void)::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
  pollfd waiting{fd, POLLIN, 0};
  char byte = 0;
  EXPECT_EQ(::poll(&waiting, 1, 3000), 1);
  EXPECT_LE(::recv(fd, &byte, 1, 0), 0);
  ::close(fd);
  EXPECT_TRUE(alive());
}

}  // namespace
}  // namespace frontdesk::sip
