#include "http/web_socket.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <condition_variable>

#include "http/server.hpp"
#include "http/test_client.hpp"

namespace frontdesk::http {
namespace {

using std::chrono::seconds;

constexpr std::string_view kHandshake =
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

std::string masked(std::uint8_t first, std::string_view payload) {
  std::string out{static_cast<char>(first), static_cast<char>(0x80 | payload.size())};
  out += std::string("\x01\x02\x03\x04");
  for (std::size_t i = 0; i < payload.size(); ++i) out += static_cast<char>(payload[i] ^ static_cast<char>(i % 4 + 1));
  return out;
}

/// What peers of a test saw, awaited with a deadline.
class Seen {
 public:
  template <class Change>
  void note(Change change) {
    const std::lock_guard lock(mutex_);
    change(*this);
    changed_.notify_all();
  }
  template <class Condition>
  bool await(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, seconds(10), [&] { return condition(*this); });
  }
  std::vector<std::shared_ptr<WebSocket>> sockets;
  std::vector<std::string> texts;
  std::vector<int> codes;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

class Echo final : public WebSocketPeer {
 public:
  explicit Echo(Seen& seen) : seen_(seen) {}
  void opened(std::shared_ptr<WebSocket> socket) override {
    socket_ = socket;
    seen_.note([&](Seen& seen) { seen.sockets.push_back(socket); });
  }
  void received(websocket::Message message) override {
    if (message.data == "throw") throw std::runtime_error("the secret cause");
    seen_.note([&](Seen& seen) { seen.texts.push_back(message.data); });
    socket_->send(std::move(message));
  }
  void closed(std::uint16_t code) override {
    seen_.note([&](Seen& seen) { seen.codes.push_back(code); });
  }

 private:
  Seen& seen_;
  std::shared_ptr<WebSocket> socket_;
};

class WebSocketTest : public ::testing::Test {
 protected:
  Seen seen;
  ServerOptions options;
  std::unique_ptr<Server> server;

  void start() {
    options.listen = *base::parse_endpoint("127.0.0.1:0");
    Router routes;
    routes.add("GET", "/ws", [this](const Request& request) {
      const std::vector<std::string> protocols{"frontdesk.v1"};
      return upgrade(request, std::make_shared<Echo>(seen), protocols);
    });
    server = *Server::start(options, std::move(routes));
  }
  ~WebSocketTest() override {
    server.reset();
    seen.sockets.clear();
  }

  int status_of(std::string_view headers) {
    TestClient client(server->bound());
    return client.get("/ws", headers).status;
  }
};

TEST_F(WebSocketTest, AHandshakeIsAnsweredAndMessagesFlowBothWays) {
  start();
  TestClient client(server->bound());
  const auto answer = client.get("/ws", std::string(kHandshake) + "Sec-WebSocket-Protocol: chat, frontdesk.v1\r\n");
  EXPECT_EQ(answer.status, 101);
  EXPECT_EQ(answer.field("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(answer.field("Sec-WebSocket-Protocol"), "frontdesk.v1");
  EXPECT_EQ(answer.field("Connection"), "Upgrade");
  EXPECT_EQ(answer.field("Content-Length"), "");
  ASSERT_TRUE(client.send(masked(0x81, "hello")));
  EXPECT_EQ(client.read_exactly(7), std::string("\x81\x05hello"));
  ASSERT_TRUE(client.send(masked(0x89, "p")));
  EXPECT_EQ(client.read_exactly(3), std::string("\x8A\x01p"));
  ASSERT_TRUE(client.send(masked(0x88, "\x03\xE8")));
  EXPECT_EQ(client.read_exactly(4), std::string("\x88\x02\x03\xE8"));
  EXPECT_TRUE(client.closed());
  EXPECT_TRUE(seen.await([](const Seen& s) { return s.codes == std::vector<int>{1000}; }));
}

TEST_F(WebSocketTest, WhatFollowsTheHandshakeAtOnceIsNotLost) {
  start();
  TestClient client(server->bound());
  std::string all =
      "GET /ws HTTP/1.1\r\nHost: localhost\r\n" + std::string(kHandshake) + "\r\n" + masked(0x81, "eager");
  ASSERT_TRUE(client.send(all));
  EXPECT_EQ(client.receive().status, 101);
  EXPECT_EQ(client.read_exactly(7), std::string("\x81\x05"
                                                "eager"));
}

TEST_F(WebSocketTest, WhatIsNoHandshakeIsRefusedBeforeTheUpgrade) {
  start();
  const auto without = [](std::string_view part) {
    std::string headers(kHandshake);
    const auto at = headers.find(part);
    headers.erase(at, headers.find("\r\n", at) + 2 - at);
    return headers;
  };
  EXPECT_EQ(status_of(""), 426);
  EXPECT_EQ(status_of(without("Upgrade: ")), 426);
  EXPECT_EQ(status_of(without("Connection")), 426);
  EXPECT_EQ(status_of(without("Sec-WebSocket-Version")), 426);
  EXPECT_EQ(status_of(without("Sec-WebSocket-Version") + "Sec-WebSocket-Version: 8\r\n"), 426);
  EXPECT_EQ(status_of(without("Sec-WebSocket-Key")), 400);
  EXPECT_EQ(status_of(without("Sec-WebSocket-Key") + "Sec-WebSocket-Key: short\r\n"), 400);
  EXPECT_EQ(status_of(std::string(kHandshake) + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"), 400);
  EXPECT_EQ(status_of(std::string(kHandshake) + "Origin: http://evil.example\r\n"), 403);
  EXPECT_EQ(status_of(std::string(kHandshake) + "Origin: null\r\n"), 403);
  EXPECT_EQ(status_of(std::string(kHandshake) + "Origin: http://localhost\r\n"), 101);
}

TEST_F(WebSocketTest, AFaultIsAnsweredWithItsCodeAndTheConnectionEnds) {
  start();
  TestClient client(server->bound());
  ASSERT_EQ(client.get("/ws", kHandshake).status, 101);
  ASSERT_TRUE(client.send("\x81\x01x"));  // no mask
  EXPECT_EQ(client.read_exactly(4).substr(2), std::string("\x03\xEA"));
  EXPECT_TRUE(client.closed());
  EXPECT_TRUE(seen.await([](const Seen& s) { return s.codes == std::vector<int>{1002}; }));
}

TEST_F(WebSocketTest, APeerThatThrowsCostsItsConnectionAlone) {
  start();
  TestClient client(server->bound()), other(server->bound());
  ASSERT_EQ(client.get("/ws", kHandshake).status, 101);
  ASSERT_EQ(other.get("/ws", kHandshake).status, 101);
  ASSERT_TRUE(client.send(masked(0x81, "throw")));
  EXPECT_EQ(client.read_exactly(4).substr(2), std::string("\x03\xF3"));
  ASSERT_TRUE(other.send(masked(0x81, "hello")));
  EXPECT_EQ(other.read_exactly(7), std::string("\x81\x05hello"));
}

TEST_F(WebSocketTest, AClientThatDoesNotReadIsDropped) {
  options.limits.web_socket_write = base::milliseconds(200);
  start();
  TestClient client(server->bound());
  ASSERT_EQ(client.get("/ws", kHandshake).status, 101);
  ASSERT_TRUE(seen.await([](const Seen& s) { return s.sockets.size() == 1; }));
  const auto socket = seen.sockets.front();
  std::size_t most = 0;
  int taken = 0;
  while (taken < 10'000 && socket->send({websocket::Kind::binary, std::string(60'000, 'x')})) {
    most = std::max(most, socket->waiting());
    ++taken;
  }
  EXPECT_LT(taken, 10'000);
  EXPECT_LE(most, 2 * WebSocket::kMaxWaiting);
  EXPECT_TRUE(seen.await([](const Seen& s) { return s.codes.size() == 1; }));
  EXPECT_FALSE(socket->send({websocket::Kind::text, "more"}));
}

TEST_F(WebSocketTest, ADeadPeerIsNoticed) {
  options.limits.web_socket.ping_every = base::milliseconds(50);
  options.limits.web_socket.pong_within = base::milliseconds(50);
  start();
  TestClient client(server->bound());
  ASSERT_EQ(client.get("/ws", kHandshake).status, 101);
  EXPECT_TRUE(seen.await([](const Seen& s) { return s.codes == std::vector<int>{1006}; }));
  EXPECT_EQ(client.read_exactly(2), std::string("\x89\x00", 2));
  EXPECT_TRUE(client.closed());
}

TEST_F(WebSocketTest, StoppingSaysGoodbye) {
  options.limits.web_socket.close_within = base::milliseconds(200);
  start();
  TestClient client(server->bound());
  ASSERT_EQ(client.get("/ws", kHandshake).status, 101);
  ASSERT_TRUE(seen.await([](const Seen& s) { return s.sockets.size() == 1; }));
  server->stop();
  EXPECT_EQ(client.read_exactly(4).substr(2), std::string("\x03\xE9"));
  EXPECT_TRUE(client.closed());
}

TEST_F(WebSocketTest, AThousandConnectionsAreServedAndNoMore) {
  constexpr std::size_t kSockets = 1000;
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, 4096);
  setrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_cur < 2 * kSockets + 100) GTEST_SKIP() << "this needs 2100 open files";
  options.limits.connections = 50;
  options.limits.web_sockets = static_cast<int>(kSockets);
  start();
  std::vector<std::unique_ptr<TestClient>> clients;
  for (std::size_t i = 0; i < kSockets; ++i) {
    clients.push_back(std::make_unique<TestClient>(server->bound()));
    ASSERT_EQ(clients.back()->get("/ws", kHandshake).status, 101) << i;
  }
  EXPECT_EQ(status_of(kHandshake), 503);
  EXPECT_EQ(TestClient(server->bound()).get("/nothing").status, 404) << "the rest of the server is there";
  ASSERT_TRUE(seen.await([](const Seen& s) { return s.sockets.size() == kSockets; }));
  for (const auto& socket : seen.sockets) ASSERT_TRUE(socket->send({websocket::Kind::text, "to all"}));
  for (const auto& client : clients) ASSERT_EQ(client->read_exactly(8), std::string("\x81\x06to all"));
  clients.clear();
  EXPECT_TRUE(seen.await([](const Seen& s) { return s.codes.size() == kSockets; }));
  EXPECT_EQ(status_of(kHandshake), 101) << "room again";
}

}  // namespace
}  // namespace frontdesk::http
