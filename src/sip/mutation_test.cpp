// Ten thousand damaged messages over UDP, TCP and TLS while calls are up: none ends, somebody new has an answer within
// a second, and afterwards there are as many descriptors as before and no more memory.
#include <dirent.h>

#include <fstream>
#include <sstream>

#include "base/random.hpp"
#include "sip/raw_peer_fixture_test.hpp"
#include "sip/tls_fixture_test.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;
using Clock = std::chrono::steady_clock;

constexpr int kMessages = 10'000;
constexpr int kCalls = 20;
constexpr int kPerConnection = 50;
constexpr std::size_t kMaxGrowthKb = 20'000;

std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* folder = ::opendir("/proc/self/fd");
  while (::readdir(folder)) ++count;
  ::closedir(folder);
  return count;
}

std::size_t resident_kb() {
  std::ifstream file("/proc/self/statm");
  std::size_t pages = 0;
  file >> pages >> pages;
  return pages * 4;
}

class Mutation : public RawPeer {
 protected:
  Mutation() : identity(make_identity({})) {
    auto options = loopback_options();
    options.t1 = base::milliseconds(20);
    options.max_messages_per_s = 1e6;
    options.message_burst = 1e6;
    options.tls = TlsListening{0, pem.certificate(identity), pem.key(identity)};
    start(options);
    context = SSL_CTX_new(TLS_client_method());
    read_seeds();
  }
  ~Mutation() override { SSL_CTX_free(context); }

  void read_seeds() {
    std::ifstream in(std::string(FRONTDESK_TEST_DATA) + "/torture/rfc4475.txt");
    for (std::string line; std::getline(in, line);) {
      if (line.rfind("=== ", 0) == 0) {
        seeds.emplace_back();
      } else if (!seeds.empty()) {
        seeds.back() += line + "\r\n";
      }
    }
    ASSERT_GE(seeds.size(), 49U);
    for (const char* method : {"INVITE", "BYE", "UPDATE", "PRACK", "REFER", "NOTIFY", "INFO", "CANCEL", "ACK"}) {
      Request request = invite();
      request.method = method;
      seeds.push_back(request.text(peer));
    }
  }
  std::string damaged() {
    std::string text = seeds[random.below(static_cast<std::uint32_t>(seeds.size()))];
    const auto place = [&] {
      return static_cast<std::size_t>(random.below(static_cast<std::uint32_t>(text.size() + 1)));
    };
    static const std::vector<std::string> kOdd{"\r\n", "\0\0", "%00",        ";;;", "\"", "<", ">",
                                               "[",    "]",    "4294967296", "-1",  ",",  ":", "\xff",
                                               "@",    "=",    "\r\n\r\n",   "\t",  " "};
    for (auto times = 1 + random.below(6); times > 0 && !text.empty(); --times) {
      const auto at = place();
      switch (random.below(6)) {
        case 0:
          text.insert(at, kOdd[random.below(static_cast<std::uint32_t>(kOdd.size()))]);
          break;
        case 1:
          text.erase(at, random.below(40));
          break;
        case 2:
          text.insert(at, text.substr(place(), random.below(200)));
          break;
        case 3:
          if (at < text.size()) text[at] = static_cast<char>(random.below(256));
          break;
        case 4:
          text.insert(at, std::string(random.below(600), static_cast<char>(random.below(256))));
          break;
        default:
          if (random.below(4) == 0) text.resize(at);
      }
    }
    return text;
  }
  int connected(std::uint16_t port) const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    return fd;
  }
  void over_tcp(int count) {
    for (int sent = 0; sent < count;) {
      const int fd = connected(agent->tcp().port);
      for (int i = 0; i < kPerConnection && sent < count; ++i, ++sent) {
        const auto text = damaged();
        if (::send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) break;
      }
      ::close(fd);
      sent = std::max(sent, 1);
    }
  }
  void over_tls(int count) {
    for (int sent = 0; sent < count;) {
      TlsPipe pipe(context, connected(agent->tls().port), false);
      ASSERT_TRUE(pipe.open());
      for (int i = 0; i < kPerConnection && sent < count; ++i, ++sent) pipe.send(damaged());
    }
  }
  void establish_calls() {
    for (int i = 0; i < kCalls; ++i) {
      Request request = invite();
      request.call_id = "up-" + std::to_string(i);
      request.branch = "z9hG4bK" + request.call_id;
      answered(request);
      Request ack = within("ACK", 1);
      ack.call_id = request.call_id;
      send(ack);
      ASSERT_TRUE(sink.next(Event::established));
      calls.push_back({request.call_id, tag});
    }
  }

  PemFolder pem;
  Identity identity;
  SSL_CTX* context = nullptr;
  base::Random random{1};
  std::vector<std::string> seeds;
  std::vector<std::pair<std::string, std::string>> calls;  ///< Call-ID and our tag
};

TEST_F(Mutation, TenThousandDamagedMessagesHarmNoCall) {
  ::testing::internal::CaptureStderr();
  establish_calls();
  for (int i = 0; i < 500; ++i) peer.send(agent->udp(), damaged());
  ASSERT_TRUE(alive());
  const auto descriptors = open_descriptors();
  const auto memory = resident_kb();
  for (int i = 0; i < kMessages / 100; ++i) {
    for (int k = 0; k < 60; ++k) peer.send(agent->udp(), damaged());
    over_tcp(30);
    over_tls(10);
    if (i % 10 != 0) continue;
    const auto before = Clock::now();
    UdpPeer other;
    Request options;
    options.method = "OPTIONS";
    options.branch = options.call_id = "z9hG4bKalive" + std::to_string(i);
    other.send(agent->udp(), options.text(other));
    ASSERT_EQ(other.final_status(options.branch), 200) << i;
    EXPECT_LT(Clock::now() - before, std::chrono::seconds(1)) << i;
  }
  for (const auto& [call_id, local_tag] : calls) {
    UdpPeer other;
    tag = local_tag;
    Request update = within("UPDATE", 100);
    update.call_id = call_id;
    other.send(agent->udp(), update.text(other));
    EXPECT_EQ(other.final_status(update.branch), 200) << call_id << " has ended";
  }
  const auto deadline = Clock::now() + std::chrono::seconds(60);
  while (open_descriptors() > descriptors && Clock::now() < deadline) (void)alive();
  EXPECT_LE(open_descriptors(), descriptors);
  EXPECT_LE(resident_kb(), memory + kMaxGrowthKb);
  RecordProperty("growth_kb", static_cast<int>(resident_kb()) - static_cast<int>(memory));
  EXPECT_EQ(agent->counters().faults, 0U);
  const auto printed = ::testing::internal::GetCapturedStderr();
  EXPECT_LE(printed.size(), 4096U) << "a stranger must not fill the log: " << printed.substr(0, 500);
}

}  // namespace
}  // namespace frontdesk::sip
