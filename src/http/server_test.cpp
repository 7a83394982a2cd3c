#include "http/server.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <condition_variable>
#include <fstream>
#include <future>
#include <mutex>

#include "base/random.hpp"
#include "http/test_client.hpp"

namespace frontdesk::http {
namespace {

using std::chrono::seconds;

/// Lets a responding function wait until the test says so.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait_for(lock, seconds(20), [this] { return is_open_; });
  }
  bool await_waiting(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, seconds(10), [&] { return waiting_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_open_ = false;
  int waiting_ = 0;
};

class ServerTest : public ::testing::Test {
 protected:
  const std::shared_ptr<LiveBody> body = std::make_shared<LiveBody>();

  ServerTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "frontdesk-server-XXXXXX").string();
    folder = mkdtemp(pattern.data());
    for (int i = 0; i < 100'000; ++i) sound += static_cast<char>('a' + i % 26);
    std::ofstream(folder / "sound.wav") << sound;
    options.listen = *base::parse_endpoint("127.0.0.1:0");
    options.report = [this](const Exchange& exchange) {
      const std::lock_guard lock(mutex);
      exchanges.push_back(exchange);
      reported.notify_all();
    };
  }
  ~ServerTest() override {
    gate.open();
    server.reset();
    std::filesystem::remove_all(folder);
  }

  Router router() {
    Router routes;
    routes.add("GET", "/hello/{name}",
               [](const Request& request) { return text("hello " + request.parameters.at("name"), "text/plain"); });
    routes.add("POST", "/echo", [](const Request& request) { return text(request.body, "text/plain"); });
    routes.add(
        "POST", "/large",
        [](const Request& request) { return text(std::to_string(request.body.size()), "text/plain"); }, 4 * kLargeBody);
    routes.add("GET", "/sound", [this](const Request&) { return file(*open_below(folder, "sound.wav"), "audio/wav"); });
    routes.add("GET", "/long", [](const Request&) { return text(std::string(8'000'000, 'x'), "text/plain"); });
    routes.add("GET", "/live", [this](const Request&) { return live(body, "text/plain"); });
    routes.add("GET", "/throw", [](const Request&) -> Response { throw std::runtime_error("the secret cause"); });
    routes.add("GET", "/wait", [this](const Request&) {
      gate.wait();
      return text("done", "text/plain");
    });
    return routes;
  }
  void start() {
    auto started = Server::start(options, router());
    ASSERT_TRUE(started) << started.error().message;
    server = std::move(*started);
  }
  Exchange last_exchange(std::size_t count) {
    std::unique_lock lock(mutex);
    reported.wait_for(lock, seconds(10), [&] { return exchanges.size() >= count; });
    return exchanges.empty() ? Exchange{} : exchanges.back();
  }

  std::filesystem::path folder;
  std::string sound;
  ServerOptions options;
  Gate gate;
  std::mutex mutex;
  std::condition_variable reported;
  std::vector<Exchange> exchanges;
  std::unique_ptr<Server> server;
};

}  // namespace

TEST_F(ServerTest, AnswersAndKeepsTheConnection) {
  start();
  EXPECT_NE(server->bound().port, 0);
  TestClient client(server->bound());
  for (int i = 0; i < 100; ++i) ASSERT_EQ(client.get("/hello/a%20b").body, "hello a b");
  const auto answer = client.get("/hello/x");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.field("Content-Type"), "text/plain");
  EXPECT_EQ(answer.field("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(answer.field("Referrer-Policy"), "no-referrer");
  EXPECT_EQ(answer.field("Cache-Control"), "no-store");
  EXPECT_EQ(answer.field("Content-Security-Policy"),
            "default-src 'none'; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  EXPECT_EQ(answer.field("X-Request-Id").substr(0, 4), "req_");
  EXPECT_EQ(answer.field("Server"), "");
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  TestClient client(server->bound());
  std::string requests;
  for (int i = 0; i < 20; ++i) requests += "GET /hello/" + std::to_string(i) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  ASSERT_TRUE(client.send(requests));
  for (int i = 0; i < 20; ++i) ASSERT_EQ(client.receive().body, "hello " + std::to_string(i));
}

TEST_F(ServerTest, ClosesWhenAsked) {
  start();
  TestClient client(server->bound());
  EXPECT_EQ(client.get("/hello/x", "Connection: close\r\n").field("Connection"), "close");
  EXPECT_TRUE(client.closed());
  TestClient old(server->bound());
  ASSERT_TRUE(old.send("GET /hello/x HTTP/1.0\r\nHost: localhost\r\n\r\n"));
  EXPECT_EQ(old.receive().body, "hello x");
  EXPECT_TRUE(old.closed());
}

TEST_F(ServerTest, SendsNoBodyForHead) {
  start();
  TestClient client(server->bound());
  const auto head = client.get("/sound", {}, "HEAD");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.field("Content-Length"), "100000");
  EXPECT_EQ(client.get("/hello/x").body, "hello x") << "nothing of the body went out";
}

TEST_F(ServerTest, ExplainsWhatIsNotThere) {
  start();
  TestClient client(server->bound());
  const auto missing = client.get("/nowhere");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.field("Content-Type"), "application/problem+json");
  EXPECT_NE(missing.body.find("\"status\":404"), std::string::npos);
  const auto wrong = client.get("/hello/x", "Content-Length: 0\r\n", "PUT");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.field("Allow"), "GET, HEAD");
  EXPECT_EQ(client.get("/a/../b").status, 400);
  EXPECT_EQ(client.get("/hello/x", {}, "BREW").status, 405);
}

TEST_F(ServerTest, SendsRangesOfFiles) {
  start();
  TestClient client(server->bound());
  const auto whole = client.get("/sound");
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.body, sound);
  EXPECT_EQ(whole.field("Accept-Ranges"), "bytes");
  const auto middle = client.get("/sound", "Range: bytes=65530-65549\r\n");
  EXPECT_EQ(middle.status, 206);
  EXPECT_EQ(middle.body, sound.substr(65530, 20));
  EXPECT_EQ(middle.field("Content-Range"), "bytes 65530-65549/100000");
  EXPECT_EQ(client.get("/sound", "Range: bytes=-5\r\n").body, sound.substr(99995));
  EXPECT_EQ(client.get("/sound", "Range: bytes=1-\r\n").body, sound.substr(1));
  const auto beyond = client.get("/sound", "Range: bytes=100000-\r\n");
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(beyond.field("Content-Range"), "bytes */100000");
  EXPECT_EQ(client.get("/sound", "Range: bytes=1-2,4-5\r\n").body, sound);
  const auto tag = whole.field("ETag");
  EXPECT_EQ(client.get("/sound", "Range: bytes=0-0\r\nIf-Range: " + tag + "\r\n").status, 206);
  EXPECT_EQ(client.get("/sound", "Range: bytes=0-0\r\nIf-Range: \"old\"\r\n").status, 200);
  EXPECT_EQ(client.get("/sound", "If-None-Match: " + tag + "\r\n").status, 304);
  EXPECT_EQ(client.get("/hello/x").body, "hello x");
}

TEST_F(ServerTest, RefusesStrangeHostsAndSites) {
  start();
  const auto ask = [&](std::string_view request) {
    TestClient client(server->bound());
    EXPECT_TRUE(client.send(request));
    return client.receive().status;
  };
  EXPECT_EQ(ask("GET /hello/x HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n"), 200);
  EXPECT_EQ(ask("GET /hello/x HTTP/1.1\r\nHost: rebound.example\r\n\r\n"), 403);
  EXPECT_EQ(ask("GET http://rebound.example/hello/x HTTP/1.1\r\nHost: localhost\r\n\r\n"), 403);
  EXPECT_EQ(ask("GET /hello/x HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(ask("GET /hello/x HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n"), 400);
  EXPECT_EQ(ask("GET /hello/x HTTP/1.0\r\n\r\n"), 403);
  EXPECT_EQ(ask("GET /hello/x HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\n\r\n"), 403);
  EXPECT_EQ(ask("POST /echo HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil\r\nContent-Length: 0\r\n\r\n"), 403);
}

TEST_F(ServerTest, TakesBodiesOfAllShapes) {
  start();
  TestClient client(server->bound());
  const std::string begin = "POST /echo HTTP/1.1\r\nHost: localhost\r\n";
  ASSERT_TRUE(client.send(begin + "Content-Length: 5\r\n\r\nhel"));
  ASSERT_TRUE(client.send("lo"));
  EXPECT_EQ(client.receive().body, "hello");
  ASSERT_TRUE(client.send(begin + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"));
  EXPECT_EQ(client.receive().body, "abcde");
  ASSERT_TRUE(client.send(begin + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
  EXPECT_EQ(client.receive().status, 100);
  ASSERT_TRUE(client.send("ok"));
  EXPECT_EQ(client.receive().body, "ok");
  const std::string greatest(64 * 1024, 'x');
  ASSERT_TRUE(client.send(begin + "Content-Length: 65536\r\n\r\n" + greatest));
  EXPECT_EQ(client.receive().body, greatest);
}

TEST_F(ServerTest, RefusesWhatIsTooLarge) {
  start();
  const std::string begin = "POST /echo HTTP/1.1\r\nHost: localhost\r\n";
  const auto ask = [&](const std::string& request) {
    TestClient client(server->bound());
    client.send(request);
    return client.receive().status;
  };
  EXPECT_EQ(ask(begin + "Content-Length: 65537\r\n\r\n"), 413);
  EXPECT_EQ(ask(begin + "Transfer-Encoding: chunked\r\n\r\n10001\r\n" + std::string(0x10001, 'x') + "\r\n0\r\n\r\n"),
            413);
  EXPECT_EQ(ask(begin + "X: " + std::string(20'000, 'x') + "\r\n\r\n"), 431);
  EXPECT_EQ(ask("GET /" + std::string(20'000, 'x')), 431);
  EXPECT_EQ(ask(begin + std::string(20'000, 'X')), 431);
  EXPECT_EQ(ask("GET /" + std::string(15'000, 'x') + " HTTP/1.1\r\nHost: localhost\r\n\r\n"), 404);
}

TEST_F(ServerTest, AnswersMalformedRequestsAndCloses) {
  start();
  const std::string host = "Host: localhost\r\n";
  for (const std::string& bad : std::vector<std::string>{
           std::string("\r\n\r\n\r\n"), std::string("GET\r\n\r\n"), std::string("GET / HTTP/1.1 x\r\n\r\n"),
           "GET /hello/x HTTP/1.1\r\n folded: x\r\n" + host + "\r\n", "G\x01T / HTTP/1.1\r\n" + host + "\r\n",
           "GET /hello/x HTTP/1.1\r\n" + host + "No colon\r\n\r\n",
           "GET /hello/x HTTP/1.1\r\n" + host + "A : b\r\n\r\n", "GET /hello/x HTTP/1.1\nHost: localhost\n\n\r\n\r\n",
           "POST /echo HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n",
           "POST /echo HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
           "POST /echo HTTP/1.1\r\n" + host + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
           std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), std::string("\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 11)}) {
    TestClient client(server->bound());
    ASSERT_TRUE(client.send(bad));
    const auto answer = client.receive();
    EXPECT_TRUE(answer.status == 400 || answer.status == 505) << bad << " -> " << answer.status;
    EXPECT_EQ(answer.field("Connection"), "close") << bad;
    EXPECT_TRUE(client.closed()) << bad;
  }
}

TEST_F(ServerTest, SurvivesGarbage) {
  start();
  base::Random random(7);
  for (int round = 0; round < 30; ++round) {
    TestClient client(server->bound());
    std::string garbage = round % 2 == 0 ? "" : "GET /hello/x HTTP/1.1\r\nHost: localhost\r\n";
    for (int i = 0; i < 10'000; ++i) garbage += static_cast<char>(random.below(256));
    client.send(garbage + "\r\n\r\n");
    shutdown(client.descriptor(), SHUT_WR);
    EXPECT_TRUE(client.closed());
  }
  EXPECT_EQ(TestClient(server->bound()).get("/hello/x").status, 200);
}

TEST_F(ServerTest, GivesUpOnSlowAndSilentClients) {
  options.limits.request = base::milliseconds(200);
  options.limits.idle = base::milliseconds(200);
  start();
  TestClient silent(server->bound());
  EXPECT_TRUE(silent.closed());
  TestClient slow(server->bound());
  ASSERT_TRUE(slow.send("GET /hello/x HT"));
  EXPECT_EQ(slow.receive().status, 408);
  EXPECT_TRUE(slow.closed());
  TestClient slow_body(server->bound());
  ASSERT_TRUE(slow_body.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhel"));
  EXPECT_EQ(slow_body.receive().status, 408);
  EXPECT_TRUE(slow_body.closed());
}

TEST_F(ServerTest, DoesNotLetDrippingBytesExtendTheDeadline) {
  options.limits.request = base::milliseconds(300);
  start();
  TestClient client(server->bound());
  const timeval tick{0, 20'000};
  setsockopt(client.descriptor(), SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof tick);
  ASSERT_TRUE(client.send("GET /hello/x HTTP/1.1\r\nX: "));
  bool ended = false;
  for (int i = 0; i < 500 && !ended; ++i) {
    client.send("x");
    ended = client.closed();  // waits one tick
  }
  EXPECT_TRUE(ended);
}

TEST_F(ServerTest, GivesUpOnClientsThatDoNotRead) {
  options.limits.write = base::milliseconds(300);
  start();
  TestClient client(server->bound());
  const int small = 4096;
  setsockopt(client.descriptor(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  ASSERT_TRUE(client.send("GET /long HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  EXPECT_EQ(last_exchange(1).status, 200);
  char byte = 0;
  while (recv(client.descriptor(), &byte, 1, MSG_DONTWAIT) > 0) {
  }
  EXPECT_EQ(errno, ECONNRESET) << "what was unsent is gone, not waiting in the kernel";
}

TEST_F(ServerTest, TurnsMistakesIntoA500WithoutTheirCause) {
  start();
  TestClient client(server->bound());
  const auto answer = client.get("/throw");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body.find("secret"), std::string::npos);
  EXPECT_NE(answer.body.find(answer.field("X-Request-Id")), std::string::npos);
  const auto exchange = last_exchange(1);
  EXPECT_EQ(exchange.failure, "the secret cause");
  EXPECT_EQ(exchange.route, "/throw");
  EXPECT_EQ(client.get("/hello/x").status, 200);
}

TEST_F(ServerTest, ReportsRoutesNotPaths) {
  start();
  TestClient client(server->bound());
  client.get("/hello/%2B443335550100");
  const auto exchange = last_exchange(1);
  EXPECT_EQ(exchange.route, "/hello/{name}");
  EXPECT_EQ(exchange.status, 200);
  EXPECT_GT(exchange.took.count(), 0);
}

TEST_F(ServerTest, BoundsConnections) {
  options.limits.connections = 5;
  start();
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(std::make_unique<TestClient>(server->bound()));
    ASSERT_EQ(clients.back()->get("/hello/x").status, 200);
  }
  TestClient surplus(server->bound());
  const auto refused = surplus.receive();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.field("Retry-After"), "1");
  for (auto& client : clients) EXPECT_EQ(client->get("/hello/x").status, 200) << "the others go on";
  EXPECT_EQ(clients.back()->get("/hello/x", "Connection: close\r\n").status, 200);
  EXPECT_TRUE(clients.back()->closed());
  clients.pop_back();
  int status = 0;
  for (int i = 0; i < 200 && status != 200; ++i) status = TestClient(server->bound()).get("/hello/x").status;
  EXPECT_EQ(status, 200) << "a place became free";
}

TEST_F(ServerTest, HoldsFewLargeBodiesAtOnce) {
  options.limits.large_bodies = 2;
  start();
  const std::string begin = "POST /large HTTP/1.1\r\nHost: localhost\r\n";
  const auto head = begin + "Content-Length: " + std::to_string(2 * kLargeBody) + "\r\n\r\n";
  std::vector<std::unique_ptr<TestClient>> held;
  for (int i = 0; i < 2; ++i) {
    held.push_back(std::make_unique<TestClient>(server->bound()));
    ASSERT_TRUE(held.back()->send(begin + "Expect: 100-continue\r\nContent-Length: " + std::to_string(2 * kLargeBody) +
                                  "\r\n\r\n"));
    ASSERT_EQ(held.back()->receive().status, 100) << "its place is taken";
  }
  const auto status = [&](const std::string& request) {
    TestClient client(server->bound());
    (void)client.send(request);
    return client.receive().status;
  };
  EXPECT_EQ(status(head), 503);
  EXPECT_EQ(status(begin + "Transfer-Encoding: chunked\r\n\r\n"), 503) << "it may become large";
  EXPECT_EQ(status(begin + "Content-Length: 5\r\n\r\nsmall"), 200);
  ASSERT_TRUE(held[0]->send(std::string(2 * kLargeBody, 'x')));
  const auto answer = held[0]->receive();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, std::to_string(2 * kLargeBody));
  held.clear();
  int later = 0;
  for (int i = 0; i < 200 && later != 200; ++i) later = status(head + std::string(2 * kLargeBody, 'x'));
  EXPECT_EQ(later, 200) << "a place became free";
}

TEST_F(ServerTest, GivesLargeBodiesMoreTimeThanOthers) {
  options.limits.request = base::milliseconds(200);
  start();
  TestClient client(server->bound());
  const auto size = 3 * kLargeBody;
  ASSERT_TRUE(
      client.send("POST /large HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n"));
  const auto begun = std::chrono::steady_clock::now();
  for (std::size_t sent = 0; sent < size; sent += kLargeBody) {
    // Later than any other request may be.
    while (std::chrono::steady_clock::now() - begun < base::milliseconds(300)) std::this_thread::yield();
    ASSERT_TRUE(client.send(std::string(kLargeBody, 'x')));
  }
  EXPECT_EQ(client.receive().status, 200);
}

TEST_F(ServerTest, ServesManyConnectionsAtOnce) {
  start();
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 190; ++i) clients.push_back(std::make_unique<TestClient>(server->bound()));
  for (auto& client : clients) ASSERT_TRUE(client->send("GET /hello/x HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  int answered = 0;
  int busy = 0;
  for (auto& client : clients) {
    const auto status = client->receive().status;
    answered += status == 200;
    busy += status == 503;
  }
  EXPECT_EQ(answered + busy, 190);
  EXPECT_GE(answered, 64);
}

TEST_F(ServerTest, BoundsWaitingRequests) {
  options.limits.answering_threads = 1;
  options.limits.waiting_requests = 2;
  start();
  TestClient first(server->bound());
  TestClient second(server->bound());
  TestClient third(server->bound());
  ASSERT_TRUE(first.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  ASSERT_TRUE(gate.await_waiting(1));
  ASSERT_TRUE(second.send("GET /hello/x HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  int status = 0;
  for (int i = 0; i < 200 && status != 503; ++i) {
    TestClient client(server->bound(), 1);
    ASSERT_TRUE(client.send("GET /hello/y HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    const auto answer = client.receive();
    status = answer.status;
  }
  EXPECT_EQ(status, 503);
  EXPECT_EQ(third.get("/nowhere").status, 404) << "what needs no thread is answered";
  gate.open();
  EXPECT_EQ(first.receive().body, "done");
  EXPECT_EQ(second.receive().body, "hello x");
}

TEST_F(ServerTest, FinishesRunningRequestsWhenStopped) {
  start();
  TestClient idle(server->bound());
  ASSERT_EQ(idle.get("/hello/x").status, 200);
  TestClient running(server->bound());
  ASSERT_TRUE(running.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  ASSERT_TRUE(gate.await_waiting(1));
  auto stopped = std::async(std::launch::async, [this] { server->stop(); });
  EXPECT_TRUE(idle.closed());
  gate.open();
  const auto answer = running.receive();
  EXPECT_EQ(answer.body, "done");
  EXPECT_EQ(answer.field("Connection"), "close");
  ASSERT_EQ(stopped.wait_for(seconds(10)), std::future_status::ready);
  EXPECT_FALSE(TestClient(server->bound()).connected());
  server->stop();
}

TEST_F(ServerTest, DoesNotWaitForeverWhenStopped) {
  options.limits.stop_grace = base::milliseconds(200);
  start();
  TestClient half(server->bound());
  ASSERT_TRUE(half.send("GET /hello/x HTTP/1.1\r\n"));
  TestClient deaf(server->bound());
  ASSERT_TRUE(deaf.send("GET /long HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  auto stopped = std::async(std::launch::async, [this] { server->stop(); });
  ASSERT_EQ(stopped.wait_for(seconds(10)), std::future_status::ready);
  EXPECT_TRUE(half.closed());
}

TEST_F(ServerTest, SaysWhatToDoWhenThePortIsTaken) {
  start();
  ServerOptions again;
  again.listen = server->bound();
  const auto refused = Server::start(again, router());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::already_exists);
  EXPECT_NE(refused.error().message.find(base::to_string(server->bound())), std::string::npos);
  EXPECT_NE(refused.error().message.find("choose another"), std::string::npos);
  again.listen = *base::parse_endpoint("192.0.2.1:0");
  const auto foreign = Server::start(again, router());
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().code, base::ErrorCode::invalid_argument);
}

/// Until `wanted` is there, the connection ends, or 10 s are over.
std::string read_until(const TestClient& client, const std::string& wanted) {
  std::string got;
  char chunk[4096];
  while (wanted.empty() || got.find(wanted) == std::string::npos) {
    const auto size = ::recv(client.descriptor(), chunk, sizeof chunk, 0);
    if (size <= 0) break;
    got.append(chunk, static_cast<std::size_t>(size));
  }
  return got;
}

TEST_F(ServerTest, SendsALiveBodyAsItComes) {
  start();
  TestClient client(server->bound());
  ASSERT_TRUE(client.send("GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  const auto head = read_until(client, "\r\n\r\n");
  EXPECT_NE(head.find("200 OK"), std::string::npos);
  EXPECT_NE(head.find("Connection: close"), std::string::npos);
  EXPECT_EQ(head.find("Content-Length"), std::string::npos);
  EXPECT_TRUE(body->push("first\n"));
  EXPECT_EQ(read_until(client, "\n"), "first\n") << "before the second exists";
  EXPECT_TRUE(body->push("second\n"));
  EXPECT_TRUE(body->push("third\n"));
  body->finish();
  EXPECT_EQ(read_until(client, ""), "second\nthird\n") << "and then the end";
  EXPECT_FALSE(body->push("late"));
}

TEST_F(ServerTest, AStoppedServerGivesALiveBodyUp) {
  start();
  TestClient client(server->bound());
  ASSERT_TRUE(client.send("GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  read_until(client, "\r\n\r\n");
  server->stop();
  EXPECT_TRUE(body->abandoned());
  EXPECT_FALSE(body->push("nobody reads this"));
}

TEST(LiveBody, IsGivenUpWhenNobodyReads) {
  LiveBody body;
  const std::string piece(LiveBody::kMaxWaiting / 2, 'x');
  EXPECT_TRUE(body.push(piece));
  EXPECT_TRUE(body.push(piece));
  EXPECT_FALSE(body.push("x"));
  EXPECT_TRUE(body.abandoned());
}

TEST_F(ServerTest, ListensOnIpv6) {
  options.listen = *base::parse_endpoint("[::1]:0");
  auto started = Server::start(options, router());
  if (!started) GTEST_SKIP() << "no IPv6 here: " << started.error().message;
  EXPECT_TRUE((*started)->bound().v6);
  EXPECT_NE((*started)->bound().port, 0);
}

}  // namespace frontdesk::http
