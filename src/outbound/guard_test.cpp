// A real listener that nobody may reach, whatever form its address is written in.
#include "outbound/fetch.hpp"
#include "outbound/recording_sink_test.hpp"
#include "outbound/scripted_server_test.hpp"

namespace frontdesk::outbound {
namespace {

constexpr const char* kHosts[] = {
    // Loopback, as different readers read it.
    "127.0.0.1",
    "127.0.0.2",
    "127.255.255.254",
    "127.1",
    "127.0.1",
    "127.0.0.1.",
    "127.0.0.01",
    "127.0.0.001",
    "2130706433",
    "2130706433.",
    "0x7f000001",
    "0X7F000001",
    "0x7f.0.0.1",
    "0x7f.0x0.0x0.0x1",
    "0x7f.1",
    "0177.0.0.1",
    "0177.0.0.01",
    "017700000001",
    "0177.1",
    "00000177.0.0.1",
    "127.0.0.1%00",
    "127.0.0.1%2f",
    "127%2e0%2e0%2e1",
    "127。0。0。1",
    "１２７.0.0.1",
    "①②⑦.⓪.⓪.①",
    "127.0.0.1\\",
    "127.0.0.1#",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "LocalHost.localdomain",
    "ip6-localhost",
    "foo.localhost",
    "0.0.0.0",
    "0",
    "0x0",
    "00",
    "0.0",
    "000.000.000.000",
    "127.0.0.1.nip.example",
    "4294967297",
    "18446744073709551617",
    "127.0.0.257",
    "127.0.0.1,",
    "127.0.0.1;",
    "127.0.0.1 ",
    " 127.0.0.1",
    "127.0.0.1\t",
    // IPv6, with IPv4 inside it.
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "[::0001]",
    "[::]",
    "[::0]",
    "[0::]",
    "[::ffff:127.0.0.1]",
    "[::FFFF:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::ffff:0:127.0.0.1]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::127.0.0.1]",
    "[2002:7f00:1::]",
    "[2002:7f00:0001::1]",
    "[2001:0:7f00:1::]",
    "[::1%lo]",
    "[::1%25lo]",
    "[::1%1]",
    "[fe80::1]",
    "[fe80::1%lo]",
    "[fe80::1%25lo]",
    "[fc00::1]",
    "[fd00::1]",
    "[fd00:ec2::254]",
    "[fec0::1]",
    "[ff02::1]",
    "[ff01::1]",
    "[::ffff:0.0.0.0]",
    "[::ffff:10.0.0.1]",
    "[::ffff:a9fe:a9fe]",
    "[100::1]",
    "[2001:db8::1]",
    "::1",
    "[::1",
    "::1]",
    "[[::1]]",
    "[127.0.0.1]",
    "[v1.127]",
    "[::1]x",
    // Private and special networks.
    "10.0.0.1",
    "10.255.255.255",
    "0xa.1",
    "167772161",
    "012.0.0.1",
    "172.16.0.1",
    "172.31.255.254",
    "0xac100001",
    "192.168.0.1",
    "192.168.1.1",
    "0xc0a80001",
    "3232235521",
    "0300.0250.0.1",
    "169.254.169.254",
    "169.254.1.1",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "169.254.43518",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.254",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "198.19.255.254",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "0xffffffff",
    "4294967295",
    "168.63.129.16",
    "192.88.99.1",
    // What stands before the host.
    "example.com@127.0.0.1",
    "user:pass@127.0.0.1",
    "@127.0.0.1",
    "127.0.0.1@127.0.0.1",
    "example.com%40127.0.0.1",
    "example.com\\@127.0.0.1",
    "example.com#@127.0.0.1",
    "example.com?@127.0.0.1",
    "example.com:80@127.0.0.1",
    "a@b@127.0.0.1",
};

/// 169.254.169.254 and others as numbers of every kind, and inside IPv6 addresses.
void add_notations(std::vector<std::string>& out, std::array<unsigned, 4> b) {
  const auto text = [](const char* format, auto... values) {
    std::array<char, 96> room{};
    std::snprintf(room.data(), room.size(), format, values...);
    return std::string(room.data());
  };
  const unsigned whole = (b[0] << 24U) | (b[1] << 16U) | (b[2] << 8U) | b[3];
  out.push_back(text("%u", whole));
  out.push_back(text("0x%x", whole));
  out.push_back(text("0%o", whole));
  out.push_back(text("0x%x.0x%x.0x%x.0x%x", b[0], b[1], b[2], b[3]));
  out.push_back(text("0%o.0%o.0%o.0%o", b[0], b[1], b[2], b[3]));
  out.push_back(text("%u.%u", b[0], whole & 0xffffffU));
  out.push_back(text("%u.%u.%u", b[0], b[1], whole & 0xffffU));
  out.push_back(text("%u.%u.%u.%u.", b[0], b[1], b[2], b[3]));
  out.push_back(text("[::ffff:%u.%u.%u.%u]", b[0], b[1], b[2], b[3]));
  out.push_back(text("[::%u.%u.%u.%u]", b[0], b[1], b[2], b[3]));
  out.push_back(text("[64:ff9b::%x:%x]", whole >> 16U, whole & 0xffffU));
  out.push_back(text("[2002:%x:%x::1]", whole >> 16U, whole & 0xffffU));
}

std::vector<std::string> hosts() {
  std::vector<std::string> out(std::begin(kHosts), std::end(kHosts));
  for (const std::array<unsigned, 4> each : {std::array{127U, 0U, 0U, 1U},
                                             {10U, 0U, 0U, 7U},
                                             {172U, 16U, 9U, 1U},
                                             {192U, 168U, 1U, 1U},
                                             {169U, 254U, 169U, 254U},
                                             {100U, 64U, 0U, 1U},
                                             {192U, 0U, 0U, 8U},
                                             {198U, 18U, 0U, 1U},
                                             {224U, 0U, 0U, 1U},
                                             {0U, 0U, 0U, 0U}})
    add_notations(out, each);
  return out;
}

/// Names, and the addresses their owner gives.
std::map<std::string, std::vector<std::string>> names() {
  std::map<std::string, std::vector<std::string>> out;
  int number = 0;
  for (const auto* address : {"127.0.0.1",        "127.8.8.8",   "0.0.0.0",
                              "10.0.0.1",         "172.16.0.1",  "192.168.0.1",
                              "169.254.169.254",  "100.64.0.1",  "192.0.0.1",
                              "198.18.0.1",       "224.0.0.1",   "240.0.0.1",
                              "255.255.255.255",  "::1",         "::",
                              "fc00::1",          "fe80::1",     "ff02::1",
                              "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
                              "2002:7f00:1::1"})
    out["name" + std::to_string(++number) + ".example"] = {address};
  out["two.example"] = {"127.0.0.1", "::1"};
  out["none.example"] = {};
  return out;
}

std::vector<std::string> urls(std::uint16_t port) {
  const auto with_port = ":" + std::to_string(port) + "/";
  std::vector<std::string> out;
  for (const auto& host : hosts()) out.push_back("http://" + host + with_port);
  for (const auto& [name, addresses] : names()) out.push_back("http://" + name + with_port);
  const std::string loopback = "127.0.0.1" + with_port;
  for (const auto* prefix :
       {"http:", "http:/", "http:///", "http:////", "http:\\\\", "http:/\\", "\\\\", "//", "HTTP:\\/", "https://",
        "ftp://", "gopher://", "file://", "http://\t", "h\nttp://", " http://", "http://\r\n", "http:// "})
    out.push_back(prefix + loopback);
  return out;
}

ClientOptions guarded_options() {
  ClientOptions options;
  options.lookup = [all = names()](const std::string& host,
                                   std::uint16_t port) -> base::Result<std::vector<base::Endpoint>> {
    std::vector<base::Endpoint> out;
    const auto found = all.find(host);
    if (found == all.end()) out.push_back(*base::parse_address("127.0.0.1", port));
    if (found != all.end())
      for (const auto& each : found->second) out.push_back(*base::parse_address(each, port));
    return out;
  };
  return options;
}

/// A listener on every address of this machine, IPv4 and IPv6, that counts who comes.
class Trap {
 public:
  Trap() : socket_(::socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    const int off = 0;
    setsockopt(socket_, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    sockaddr_in6 at{};
    at.sin6_family = AF_INET6;
    socklen_t size = sizeof at;
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&at), size), 0);
    EXPECT_EQ(::listen(socket_, 512), 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin6_port);
  }
  ~Trap() { ::close(socket_); }
  std::uint16_t port() const { return port_; }
  int caught() {
    for (int socket = ::accept(socket_, nullptr, nullptr); socket >= 0; socket = ::accept(socket_, nullptr, nullptr)) {
      ++caught_;
      ::close(socket);
    }
    return caught_;
  }

 private:
  int socket_;
  std::uint16_t port_ = 0;
  int caught_ = 0;
};

TEST(Guard, NoFormOfAnAddressReachesALoopbackListener) {
  Trap trap;
  auto client = start_client(guarded_options()).value();
  int refused = 0;
  for (const auto& url : urls(trap.port())) {
    Request request;
    request.url = url;
    request.deadlines.connect = base::seconds(5);
    const auto result = fetch(*client, request);
    EXPECT_FALSE(result) << url;
    if (result) continue;
    const auto code = result.error().error.code;
    EXPECT_TRUE(code == base::ErrorCode::permission_denied || code == base::ErrorCode::invalid_argument ||
                code == base::ErrorCode::not_found)
        << url << ": " << result.error().error.message;
    EXPECT_FALSE(result.error().sent) << url;
    ++refused;
  }
  EXPECT_GE(refused, 200);
  EXPECT_EQ(trap.caught(), 0);
}

TEST(Guard, NorDoesARedirect) {
  Trap trap;
  std::string location;
  ScriptedServer server([&](Peer& peer) {
    while (!peer.request().empty())
      if (!peer.send("HTTP/1.1 307 X\r\nContent-Length: 0\r\nLocation: " + location + "\r\n\r\n")) return;
  });
  auto options = guarded_options();
  options.policy.allowed.push_back(*address_guard::parse_allowed("127.0.0.1:" + std::to_string(server.port())));
  auto client = start_client(options).value();
  for (const auto& url : urls(trap.port())) {
    if (url.find_first_of("\r\n") != std::string::npos) continue;
    location = url;
    Request request;
    request.url = server.url("", "127.0.0.1");
    request.redirects = 5;
    request.deadlines.total = base::seconds(5);
    EXPECT_FALSE(fetch(*client, request)) << url;
  }
  EXPECT_EQ(trap.caught(), 0);
}

TEST(Guard, ANameThatChangesItsMindLeadsNowhere) {
  const auto serve = [](Peer& peer) {
    while (!peer.request().empty()) peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  };
  ScriptedServer good(serve, nullptr, "127.0.0.2");
  ScriptedServer trap(serve, nullptr, "127.0.0.1", good.port());
  ASSERT_TRUE(good.listening() && trap.listening());
  std::atomic<int> asked{0};
  ClientOptions options;
  options.policy.allowed.push_back(*address_guard::parse_allowed("127.0.0.2"));
  options.lookup = [&](const std::string&, std::uint16_t port) -> base::Result<std::vector<base::Endpoint>> {
    const bool honest = asked++ % 2 == 0;
    return std::vector{*base::parse_address(honest ? "127.0.0.2" : "127.0.0.1", port)};
  };
  auto client = start_client(options).value();
  int reached = 0;
  for (int i = 0; i < 100; ++i) {
    Request request;
    request.url = good.url("/", "rebind.example");
    if (fetch(*client, request)) ++reached;
  }
  EXPECT_EQ(reached, 50);
  EXPECT_EQ(trap.connections(), 0);
}

TEST(Guard, AKeptConnectionIsJudgedAgainByEachRequestsPolicy) {
  ScriptedServer server([](Peer& peer) {
    while (!peer.request().empty()) peer.answer("x");
  });
  auto client = start_client(loopback_options()).value();
  Request request;
  request.url = server.url();
  ASSERT_TRUE(fetch(*client, request));
  request.policy = std::make_shared<address_guard::Policy>();
  const auto refused = fetch(*client, request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error.code, base::ErrorCode::permission_denied);
  EXPECT_EQ(client->counts().idle, 1);
}

}  // namespace
}  // namespace frontdesk::outbound
