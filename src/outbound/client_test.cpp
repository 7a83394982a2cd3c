#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <future>

#include "outbound/fetch.hpp"
#include "outbound/recording_sink_test.hpp"
#include "outbound/scripted_server_test.hpp"

namespace frontdesk::outbound {
namespace {

class ClientTest : public ::testing::Test {
 protected:
  std::unique_ptr<Client> start(ClientOptions options = loopback_options()) {
    auto started = start_client(std::move(options));
    EXPECT_TRUE(started);
    return std::move(*started);
  }
  static Request get(std::string url) {
    Request request;
    request.url = std::move(url);
    return request;
  }
  static Request post(std::string url, std::string body) {
    Request request = get(std::move(url));
    request.method = "POST";
    request.body = std::move(body);
    return request;
  }
  static void serve(Peer& peer) {
    while (!peer.request().empty())
      if (!peer.answer("hello")) return;
  }
};

TEST_F(ClientTest, FetchesAndKeepsTheConnection) {
  std::string seen;
  ScriptedServer server([&](Peer& peer) {
    seen = peer.request();
    peer.answer("first", "X-Kind: a\r\n");
    peer.request();
    peer.answer("second");
    peer.ended();
  });
  const auto client = start();
  auto request = post(server.url("/a?b=c"), "sent");
  request.headers.push_back({"Content-Type", "text/plain"});
  const auto first = fetch(*client, request);
  ASSERT_TRUE(first) << first.error().error.message;
  EXPECT_EQ(first->status, 200);
  EXPECT_EQ(first->body, "first");
  EXPECT_EQ(*http::find_field(first->headers, "x-kind"), "a");
  EXPECT_FALSE(first->timing.reused);
  const auto second = fetch(*client, get(server.url()));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->body, "second");
  EXPECT_TRUE(second->timing.reused);
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(seen, "POST /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                      "\r\nUser-Agent: frontdesk\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nsent");
}

TEST_F(ClientTest, PiecesArriveAsTheyAreSent) {
  std::atomic<bool> heard{false};
  ScriptedServer server([&](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ndata: \r\n");
    while (!heard) std::this_thread::yield();
    peer.send("3\r\none\r\n0\r\nTrailer: x\r\n\r\n");
    peer.ended();
  });
  const auto client = start();
  const auto sink = std::make_shared<RecordingSink>();
  client->send(get(server.url()), sink);
  EXPECT_TRUE(sink->wait([](const auto& self) { return self.body_ == "data: "; })) << "before the rest was sent";
  heard = true;
  EXPECT_TRUE(sink->await_end().status);
  EXPECT_EQ(sink->body_, "data: one");
  EXPECT_EQ(sink->heads_, 1);
  EXPECT_EQ(http::find_field(sink->head_.headers, "Trailer"), nullptr);
}

TEST_F(ClientTest, AnUploadIsSentAsItComes) {
  std::string first, rest;
  std::promise<void> had_first;
  ScriptedServer server([&](Peer& peer) {
    peer.until("\r\n\r\n");
    first = peer.until("one\r\n");
    had_first.set_value();
    rest = peer.until("0\r\n\r\n");
    peer.answer("done");
    peer.ended();
  });
  const auto client = start();
  auto request = post(server.url(), "");
  request.upload = std::make_shared<http::LiveBody>();
  const auto upload = request.upload;
  const auto sink = std::make_shared<RecordingSink>();
  client->send(std::move(request), sink);
  EXPECT_TRUE(upload->push("one"));
  ASSERT_EQ(had_first.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  EXPECT_TRUE(upload->push("second"));
  upload->finish();
  EXPECT_TRUE(sink->await_end().status);
  EXPECT_EQ(first, "3\r\none\r\n");
  EXPECT_EQ(rest, "6\r\nsecond\r\n0\r\n\r\n");
}

TEST_F(ClientTest, AnUploadThatGrowsWhileItIsWrittenIsSentWhole) {
  std::atomic<int> whole{0};
  const std::string piece(50'000, 'x');
  ScriptedServer server([&](Peer& peer) {
    peer.until("\r\n\r\n");
    if (!peer.until("\r\n0\r\n\r\n").empty()) ++whole;
    peer.answer("done", "Connection: close\r\n");
    peer.ended();
  });
  const auto client = start();
  for (int i = 0; i < 50; ++i) {
    auto request = post(server.url(), "");
    request.upload = std::make_shared<http::LiveBody>();
    const auto upload = request.upload;
    const auto sink = std::make_shared<RecordingSink>();
    client->send(std::move(request), sink);
    for (int each = 0; each < 10; ++each) {
      EXPECT_TRUE(upload->push(piece));
      std::this_thread::yield();
    }
    upload->finish();
    ASSERT_TRUE(sink->await_end().status) << i;
  }
  EXPECT_EQ(whole, 50);
}

TEST_F(ClientTest, AnUploadOfAnnouncedLengthIsHeldToIt) {
  ScriptedServer server(serve);
  const auto client = start();
  const auto run = [&](std::string_view text) {
    auto request = post(server.url(), "");
    request.upload = std::make_shared<http::LiveBody>();
    request.upload_length = 5;
    request.upload->push(std::string(text));
    request.upload->finish();
    const auto sink = std::make_shared<RecordingSink>();
    client->send(std::move(request), sink);
    return sink->await_end().status;
  };
  EXPECT_TRUE(run("12345"));
  EXPECT_EQ(run("123456").error().code, base::ErrorCode::invalid_argument);
  EXPECT_EQ(run("1234").error().code, base::ErrorCode::invalid_argument);
}

TEST_F(ClientTest, APausedBodyIsNotReadFurther) {
  const std::string block(64 * 1024, 'x');
  std::atomic<std::size_t> sent{0};
  ScriptedServer server([&](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 16777216\r\n\r\n");
    for (int i = 0; i < 256 && peer.send(block); ++i) sent += block.size();
  });
  const auto client = start();
  const auto sink = std::make_shared<RecordingSink>();
  sink->pause(true);
  const auto id = client->send(get(server.url()), sink);
  ASSERT_TRUE(sink->wait([](const auto& self) { return self.pieces_ == 1; }));
  EXPECT_LT(sink->size(), 100'000U);
  sink->pause(false);
  client->resume(id);
  EXPECT_TRUE(sink->await_end().status);
  EXPECT_EQ(sink->body_.size(), 16777216U);
}

TEST_F(ClientTest, AfterCancelNothingIsHeard) {
  std::promise<void> gone;
  ScriptedServer server([&](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
    peer.ended();
    gone.set_value();
  });
  const auto client = start();
  const auto sink = std::make_shared<RecordingSink>();
  const auto id = client->send(get(server.url()), sink);
  ASSERT_TRUE(sink->wait([](const auto& self) { return self.body_ == "abc"; }));
  client->cancel(id);
  EXPECT_EQ(gone.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready) << "the connection ends";
  EXPECT_EQ(sink->ends_, 0);
  client->cancel(id);
  client->cancel(12345);
}

TEST_F(ClientTest, EachStepHasItsDeadline) {
  ScriptedServer silent([](Peer& peer) { peer.ended(); });
  ScriptedServer stalling([](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    peer.ended();
  });
  std::atomic<bool> over{false};
  ScriptedServer trickling([&](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
    while (!over && peer.send("x")) std::this_thread::yield();
  });
  const auto client = start();
  const auto failure = [&](Request request) {
    const auto sink = std::make_shared<RecordingSink>();
    client->send(std::move(request), sink);
    return sink->await_error();
  };
  auto request = get(silent.url());
  request.deadlines.first_byte = base::milliseconds(50);
  auto error = failure(request);
  EXPECT_EQ(error.code, base::ErrorCode::deadline_exceeded);
  EXPECT_EQ(error.message, "the response's first byte took longer than 50 ms");
  request = get(stalling.url());
  request.deadlines.idle = base::milliseconds(50);
  EXPECT_EQ(failure(request).message, "the next part of the response took longer than 50 ms");
  request = get(trickling.url());
  request.body_bytes = 200'000'000;
  request.deadlines.total = base::milliseconds(100);
  EXPECT_EQ(failure(request).message, "the request took longer than 100 ms");
  over = true;
}

TEST_F(ClientTest, AHangingNameServerHasADeadlineToo) {
  std::promise<void> release;
  auto options = loopback_options();
  options.lookup = [&, wait = release.get_future().share()](
                       const std::string&, std::uint16_t) -> base::Result<std::vector<base::Endpoint>> {
    wait.wait();
    return std::vector<base::Endpoint>{};
  };
  auto client = start(options);
  auto request = get("http://example.com/");
  request.deadlines.connect = base::milliseconds(50);
  const auto sink = std::make_shared<RecordingSink>();
  client->send(request, sink);
  EXPECT_EQ(sink->await_error().message, "connecting took longer than 50 ms");
  client.reset();  // does not wait for it either
  release.set_value();
}

TEST_F(ClientTest, TriesTheNextAddress) {
  ScriptedServer server(serve);
  auto options = loopback_options();
  options.lookup = [](const std::string&, std::uint16_t port) -> base::Result<std::vector<base::Endpoint>> {
    return std::vector{*base::parse_address("127.0.0.77", port), *base::parse_address("127.0.0.1", port)};
  };
  const auto client = start(options);
  const auto response = fetch(*client, get(server.url("/", "two.example")));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "hello");
}

TEST_F(ClientTest, SaysWhatIsLostAndWhetherAgainIsSafe) {
  ScriptedServer dying([](Peer& peer) { peer.request(); });
  ScriptedServer cutting([](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  });
  const auto client = start();
  const auto run = [&](Request request) {
    const auto result = fetch(*client, std::move(request));
    EXPECT_FALSE(result);
    return result ? Failure{} : result.error();
  };
  const auto get_lost = run(get(dying.url()));
  EXPECT_EQ(get_lost.error.code, base::ErrorCode::unavailable);
  EXPECT_EQ(get_lost.error.retry, base::Retry::now);
  EXPECT_TRUE(get_lost.sent);
  EXPECT_EQ(run(post(dying.url(), "x")).error.retry, base::Retry::later) << "it may have been acted on";
  EXPECT_EQ(run(get(cutting.url())).error.code, base::ErrorCode::data_loss);
  std::uint16_t closed_port = 0;
  { closed_port = ScriptedServer(serve).port(); }
  const auto refused = run(get("http://127.0.0.1:" + std::to_string(closed_port)));
  EXPECT_EQ(refused.error.code, base::ErrorCode::unavailable);
  EXPECT_FALSE(refused.sent);
}

TEST_F(ClientTest, AKeptConnectionThatDiedIsReplacedUnnoticed) {
  std::atomic<int> served{0};
  ScriptedServer server([&](Peer& peer) {
    peer.request();
    peer.answer("hello");
    if (served++ == 0) {
      peer.request();  // taken, and then it dies
      peer.reset();
      return;
    }
    peer.request();
    peer.answer("again");
    peer.ended();
  });
  const auto client = start();
  ASSERT_TRUE(fetch(*client, get(server.url())));
  const auto second = fetch(*client, get(server.url()));
  ASSERT_TRUE(second) << second.error().error.message;
  EXPECT_EQ(second->body, "hello");
  EXPECT_EQ(client->counts().stale, 1U);
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(ClientTest, WhatMayHaveBeenActedOnIsNotSentTwice) {
  std::atomic<int> posts{0};
  ScriptedServer server([&](Peer& peer) {
    peer.request();
    peer.answer("hello");
    if (!peer.request().empty()) ++posts;
  });
  const auto client = start();
  ASSERT_TRUE(fetch(*client, get(server.url())));
  const auto second = fetch(*client, post(server.url(), "pay"));
  ASSERT_FALSE(second);
  EXPECT_EQ(posts, 1);
}

TEST_F(ClientTest, RefusesWhatHidesASecondResponse) {
  const std::string_view heads[] = {
      "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
      "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
      "Content-Length: 5\r\nContent-Length: 6\r\n",
      "Content-Length: 5\r\nContent-Length: 5\r\n",
      "Content-Length: 5, 5\r\n",
      "Content-Length: +5\r\n",
      "Content-Length: 0x5\r\n",
      "Content-Length: -1\r\n",
      "Content-Length: 99999999999999999999\r\n",
      "Transfer-Encoding: gzip, chunked\r\n",
      "Transfer-Encoding: chunked, identity\r\n",
      "Transfer-Encoding: xchunked\r\n",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
      "Transfer-Encoding : chunked\r\n",
      "Content-Length : 5\r\n",
      "X\r\n",
      ": x\r\n",
      "X: a\0b\r\n",
  };
  std::string head;
  ScriptedServer server([&](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\n" + head + "\r\nhello0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
  });
  const auto client = start();
  for (const auto each : heads) {
    head = std::string(each);
    const auto result = fetch(*client, get(server.url()));
    EXPECT_FALSE(result) << each;
    EXPECT_EQ(result ? base::Retry::now : result.error().error.retry, base::Retry::never) << each;
  }
  EXPECT_EQ(client->counts().idle, 0);
}

TEST_F(ClientTest, RefusesWhatIsNotHttpOr11) {
  const std::string_view answers[] = {"HTTP/2.0 200 OK\r\n\r\n",
                                      "HTTP/0.9 200 OK\r\n\r\n",
                                      "SSH-2.0-x\r\n\r\n",
                                      "HTTP/1.1 2000 OK\r\n\r\n",
                                      "HTTP/1.1 101 Switching\r\n\r\n",
                                      "HTTP/1.1 99 X\r\n\r\n",
                                      "\r\n\r\n\r\n",
                                      "HTTP/1.1  200 OK\r\n\r\n",
                                      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx",
                                      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n",
                                      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nabc",
                                      "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"};
  std::string answer;
  ScriptedServer server([&](Peer& peer) {
    peer.request();
    peer.send(answer);
  });
  const auto client = start();
  for (const auto each : answers) {
    answer = std::string(each);
    EXPECT_FALSE(fetch(*client, get(server.url()))) << each;
  }
}

TEST_F(ClientTest, TooMuchIsRefused) {
  std::string answer;
  ScriptedServer server([&](Peer& peer) {
    peer.request();
    peer.send(answer);
    peer.ended();
  });
  const auto client = start();
  std::string many;
  for (int i = 0; i < 300; ++i) many += "X: y\r\n";
  const std::string long_head = "X: " + std::string(40'000, 'x') + "\r\n";
  for (const auto& each : {"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x'),
                           "HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'x'),
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x'),
                           "HTTP/1.1 200 OK\r\n" + many + "\r\n", "HTTP/1.1 200 OK\r\n" + long_head + "\r\n",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(200'000, 'x')}) {
    answer = each;
    auto request = get(server.url());
    request.body_bytes = 1000;
    const auto result = fetch(*client, request);
    ASSERT_FALSE(result) << each.substr(0, 60);
    EXPECT_EQ(result.error().error.code, base::ErrorCode::resource_exhausted) << each.substr(0, 60);
  }
}

TEST_F(ClientTest, OddButPermittedResponsesAreRead) {
  std::string answer;
  ScriptedServer server([&](Peer& peer) {
    peer.request();
    peer.send(answer);
  });
  const auto client = start();
  const auto body = [&](std::string text, std::string method = "GET") {
    answer = std::move(text);
    auto request = get(server.url());
    request.method = std::move(method);
    auto result = fetch(*client, request);
    EXPECT_TRUE(result) << answer << (result ? "" : result.error().error.message);
    return result ? result->body : "(failed)";
  };
  EXPECT_EQ(body("HTTP/1.1 200 OK\r\n\r\nto the end"), "to the end");
  EXPECT_EQ(body("HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc"), "abc");
  EXPECT_EQ(body("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 "
                 "OK\r\nContent-Length: 2\r\n\r\nok"),
            "ok");
  EXPECT_EQ(body("HTTP/1.1 204 No Content\r\n\r\n"), "");
  EXPECT_EQ(body("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", "HEAD"), "");
  EXPECT_EQ(body("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n1;a=b\r\nx\r\n0\r\nX: 7\r\n\r\n"), "x");
}

TEST_F(ClientTest, BytesAfterAResponseEndItsConnection) {
  ScriptedServer server([&](Peer& peer) {
    peer.request();
    peer.answer("hello");
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    peer.ended();
  });
  const auto client = start();
  for (int i = 0; i < 5; ++i) {
    const auto response = fetch(*client, get(server.url()));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, "hello");
  }
}

TEST_F(ClientTest, TheResponseOfAServerThatStopsReadingIsHeard) {
  ScriptedServer server([](Peer& peer) {
    peer.until("\r\n\r\n");
    peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig");
    peer.ended();
  });
  const auto client = start();
  const auto response = fetch(*client, post(server.url(), std::string(300'000, 'x')));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 413);
}

TEST_F(ClientTest, HeadersCannotBeSmuggledIn) {
  ScriptedServer server(serve);
  const auto client = start();
  for (const auto& field : {Field{"X", "a\r\nY: b"}, Field{"X", std::string("a\0b", 3)}, Field{"X:", "a"},
                            Field{"", "a"}, Field{"X Y", "a"}, Field{"Host", "evil"}, Field{"content-length", "1"},
                            Field{"Transfer-Encoding", "chunked"}, Field{"Connection", "close"}}) {
    auto request = get(server.url());
    request.headers.push_back(field);
    const auto result = fetch(*client, request);
    ASSERT_FALSE(result) << field.name;
    EXPECT_EQ(result.error().error.code, base::ErrorCode::invalid_argument);
  }
  auto request = get(server.url());
  request.method = "GET /evil HTTP/1.1\r\nX:";
  EXPECT_FALSE(fetch(*client, request));
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(ClientTest, RedirectsAreFollowedOnlyIfAskedAndWithoutCredentialsElsewhere) {
  std::string elsewhere_saw, same_saw;
  ScriptedServer elsewhere([&](Peer& peer) {
    elsewhere_saw = peer.request();
    peer.answer("there");
  });
  ScriptedServer server([&](Peer& peer) {
    for (std::string request = peer.request(); !request.empty(); request = peer.request()) {
      if (request.find(" /elsewhere ") != std::string::npos) {
        peer.send("HTTP/1.1 302 Found\r\nLocation: " + elsewhere.url("/x") + "\r\nContent-Length: 4\r\n\r\ngone");
      } else if (request.find(" /same ") != std::string::npos) {
        peer.send("HTTP/1.1 307 Temporary\r\nLocation: here?a\r\nContent-Length: 0\r\n\r\n");
      } else if (request.find(" /loop") != std::string::npos) {
        peer.send("HTTP/1.1 301 Moved\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n");
      } else {
        same_saw = request;
        peer.answer("here");
      }
    }
  });
  const auto client = start();
  auto request = post(server.url("/elsewhere"), "body");
  request.headers.assign(
      {{"Authorization", "Bearer x"}, {"xi-api-key", "y"}, {"Accept", "text/plain"}, {"Content-Type", "a/b"}});
  EXPECT_EQ(fetch(*client, request)->status, 302);
  request.redirects = 3;
  const auto followed = fetch(*client, request);
  ASSERT_TRUE(followed);
  EXPECT_EQ(followed->body, "there");
  EXPECT_EQ(followed->url, elsewhere.url("/x"));
  EXPECT_TRUE(elsewhere_saw.starts_with("GET /x HTTP/1.1\r\n"));
  EXPECT_EQ(elsewhere_saw.find("Bearer"), std::string::npos);
  EXPECT_EQ(elsewhere_saw.find("xi-api-key"), std::string::npos);
  EXPECT_NE(elsewhere_saw.find("Accept: text/plain"), std::string::npos);
  request.url = server.url("/same");
  EXPECT_EQ(fetch(*client, request)->body, "here");
  EXPECT_TRUE(same_saw.starts_with("POST /here?a HTTP/1.1\r\n"));
  EXPECT_TRUE(same_saw.ends_with("\r\n\r\nbody"));
  EXPECT_NE(same_saw.find("Bearer x"), std::string::npos);
  request.url = server.url("/loop");
  EXPECT_EQ(fetch(*client, request)->status, 301) << "the last one is the response";
}

TEST_F(ClientTest, RequestsBeyondTheConnectionsWaitAndBeyondTheLimitAreRefused) {
  std::atomic<int> at_once{0}, most{0};
  ScriptedServer server([&](Peer& peer) {
    while (!peer.request().empty()) {
      const int now = ++at_once;
      int seen = most;
      while (now > seen && !most.compare_exchange_weak(seen, now)) {
      }
      std::this_thread::yield();
      --at_once;
      if (!peer.answer("x")) return;
    }
  });
  auto options = loopback_options();
  options.per_host = 3;
  options.running = 50;
  const auto client = start(options);
  std::vector<std::shared_ptr<RecordingSink>> sinks;
  for (int i = 0; i < 40; ++i) {
    sinks.push_back(std::make_shared<RecordingSink>());
    client->send(get(server.url()), sinks.back());
  }
  for (const auto& sink : sinks) EXPECT_TRUE(sink->await_end().status);
  EXPECT_LE(most, 3);
  EXPECT_LE(server.connections(), 3);
  ScriptedServer silent([](Peer& peer) { peer.ended(); });
  options.running = 2;
  const auto small = start(options);
  const auto first = std::make_shared<RecordingSink>(), second = std::make_shared<RecordingSink>(),
             third = std::make_shared<RecordingSink>();
  small->send(get(silent.url()), first);
  small->send(get(silent.url()), second);
  small->send(get(silent.url()), third);
  EXPECT_EQ(third->await_error().code, base::ErrorCode::resource_exhausted);
}

TEST_F(ClientTest, ConnectionsAreWarmedAndTheClientsEndEndsRequests) {
  std::atomic<int> accepted{0};
  ScriptedServer server([&](Peer& peer) {
    ++accepted;
    serve(peer);
  });
  auto client = start();
  client->warm(server.url(), 3);
  while (client->counts().idle < 3) std::this_thread::yield();
  const auto response = fetch(*client, get(server.url()));
  ASSERT_TRUE(response);
  EXPECT_TRUE(response->timing.reused);
  ScriptedServer silent([](Peer& peer) { peer.ended(); });
  const auto sink = std::make_shared<RecordingSink>();
  client->send(get(silent.url()), sink);
  client.reset();
  EXPECT_EQ(sink->await_error().code, base::ErrorCode::cancelled);
}

TEST_F(ClientTest, RunsOnAContextFromOutside) {
  ScriptedServer server(serve);
  boost::asio::io_context context;
  auto work = boost::asio::make_work_guard(context);
  std::thread thread([&] { context.run(); });
  {
    auto client = attach_client(context, loopback_options());
    ASSERT_TRUE(client);
    EXPECT_TRUE(fetch(**client, get(server.url())));
  }
  work.reset();
  thread.join();
}

}  // namespace
}  // namespace frontdesk::outbound
