#include "webhooks/sending/sender.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "base/clock.hpp"
#include "outbound/scripted_server_test.hpp"
#include "webhooks/signature.hpp"

namespace frontdesk::sending {
namespace {

using webhooks::Fate;

/// Rows in memory, whose clock the test can hurry.
class Rows : public DeliveryRows {
 public:
  struct Row {
    Delivery delivery;
    std::int64_t due_ms = 0;
    Fate fate = Fate::again;
    std::vector<webhooks::Attempt> attempts;
    std::vector<std::string> reasons;
  };
  base::Result<std::vector<Delivery>> claim(base::UtcTime now, base::UtcTime lease_until, int limit,
                                            const std::set<std::string>& busy) override {
    const std::lock_guard lock(mutex_);
    if (broken) return base::fail(base::ErrorCode::unavailable, "test", "the database is away", base::Retry::later);
    std::vector<Delivery> out;
    for (auto& [id, row] : rows_) {
      if (row.fate != Fate::again || row.due_ms > now.unix_ms || busy.contains(row.delivery.endpoint)) continue;
      if (static_cast<int>(out.size()) == limit) break;
      row.due_ms = lease_until.unix_ms;
      out.push_back(row.delivery);
    }
    return out;
  }
  base::Status record(const Delivery& delivery, const webhooks::Attempt& attempt, const webhooks::Verdict& verdict,
                      base::UtcTime at, base::UtcTime next) override {
    const std::lock_guard lock(mutex_);
    auto& row = rows_.at(delivery.id);
    row.fate = verdict.fate;
    row.due_ms = hurried ? 0 : next.unix_ms;
    row.attempts.push_back(attempt);
    row.reasons.push_back(verdict.reason);
    ++row.delivery.attempts;
    if (row.delivery.first_attempt.unix_ms == 0) row.delivery.first_attempt = at;
    changed_.notify_all();
    return {};
  }
  void add(const std::string& id, const std::string& url, const std::string& endpoint = "whk_1") {
    const std::lock_guard lock(mutex_);
    Row row;
    row.delivery = {
        id, endpoint, url, "call.ended", R"({"id":")" + id + R"("})", {base::Secret("s1"), base::Secret("s2")}};
    rows_[id] = row;
  }
  Row await(const std::string& id, const std::function<bool(const Row&)>& until) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(20), [&] { return until(rows_.at(id)); })) << id;
    return rows_.at(id);
  }
  Row await_fate(const std::string& id, Fate fate) {
    return await(id, [&](const Row& row) { return !row.attempts.empty() && row.fate == fate; });
  }

  std::atomic<bool> hurried{false}, broken{false};

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Row> rows_;
};

class SenderTest : public ::testing::Test {
 protected:
  SenderTest() {
    outbound::ClientOptions options;
    options.policy.allowed.push_back(*address_guard::parse_allowed("127.0.0.1"));
    client_ = std::move(*outbound::start_client(options));
    options_.look = base::milliseconds(10);
  }
  Sender& start() {
    sender_ = std::make_unique<Sender>(*client_, rows_, options_);
    return *sender_;
  }
  std::unique_ptr<outbound::Client> client_;
  Rows rows_;
  SenderOptions options_;
  std::unique_ptr<Sender> sender_;
};

std::string header(const std::string& request, const std::string& name) {
  const auto at = request.find(name + ": ") + name.size() + 2;
  return request.substr(at, request.find("\r\n", at) - at);
}

TEST_F(SenderTest, WhatArrivesCanBeVerified) {
  std::string seen;
  outbound::ScriptedServer server([&](outbound::Peer& peer) {
    seen = peer.request();
    peer.answer("thank you, here is a secret of ours");
    peer.ended();
  });
  rows_.add("whd_1", server.url("/hook?x=1"));
  start();
  const auto row = rows_.await_fate("whd_1", Fate::delivered);
  EXPECT_TRUE(seen.starts_with("POST /hook?x=1 HTTP/1.1\r\n"));
  const auto body = seen.substr(seen.find("\r\n\r\n") + 4);
  EXPECT_EQ(body, R"({"id":"whd_1"})");
  for (const auto* secret : {"s1", "s2"})
    EXPECT_TRUE(webhooks::verify(header(seen, "Frontdesk-Signature"), body, {base::Secret(secret)}, base::wall_now()));
  EXPECT_EQ(header(seen, "Frontdesk-Event"), "call.ended");
  EXPECT_EQ(header(seen, "Frontdesk-Delivery"), "whd_1");
  EXPECT_EQ(row.attempts[0].status, 200);
  EXPECT_EQ(row.attempts[0].response_bytes, 35U);
  EXPECT_EQ(row.reasons[0], "HTTP 200") << "and nothing of what the receiver said";
}

TEST_F(SenderTest, AFailureIsTriedAgainLater) {
  std::atomic<int> asked{0};
  outbound::ScriptedServer server([&](outbound::Peer& peer) {
    for (std::string request = peer.request(); !request.empty(); request = peer.request()) {
      const bool last = ++asked == 3;
      peer.send(last ? "HTTP/1.1 204 No Content\r\n\r\n" : "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
    }
  });
  rows_.hurried = true;
  rows_.add("whd_1", server.url());
  start();
  const auto row = rows_.await_fate("whd_1", Fate::delivered);
  EXPECT_EQ(row.attempts.size(), 3U);
  EXPECT_EQ(row.reasons[0], "HTTP 503");
}

TEST_F(SenderTest, TheNextAttemptWaits) {
  outbound::ScriptedServer server([](outbound::Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 429 Slow\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n");
  });
  rows_.add("whd_1", server.url());
  const auto before = base::wall_now().unix_ms;
  start();
  const auto row = rows_.await("whd_1", [](const Rows::Row& each) { return !each.attempts.empty(); });
  EXPECT_GE(row.due_ms, before + 3'600'000);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(SenderTest, PrivateAddressesAndRedirectsAreDeadEnds) {
  outbound::ScriptedServer trap([](outbound::Peer& peer) { peer.request(); }, nullptr, "127.0.0.5");
  outbound::ScriptedServer server([&](outbound::Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 302 X\r\nContent-Length: 0\r\nLocation: " + trap.url("/", "127.0.0.5") + "\r\n\r\n");
  });
  rows_.add("whd_1", trap.url("/", "127.0.0.5"));
  rows_.add("whd_2", "https://user@example.com/");
  rows_.add("whd_3", server.url());
  start();
  EXPECT_NE(rows_.await_fate("whd_1", Fate::dead).reasons[0].find("loopback"), std::string::npos);
  rows_.await_fate("whd_2", Fate::dead);
  const auto redirected = rows_.await("whd_3", [](const Rows::Row& row) { return !row.attempts.empty(); });
  EXPECT_EQ(redirected.reasons[0], "HTTP 302");
  EXPECT_EQ(trap.connections(), 0);
}

TEST_F(SenderTest, ASlowReceiverHoldsUpNobodyElse) {
  outbound::ScriptedServer slow([](outbound::Peer& peer) { peer.ended(); });
  outbound::ScriptedServer quick([](outbound::Peer& peer) {
    while (!peer.request().empty()) peer.answer("");
  });
  options_.at_once = 6;
  options_.per_endpoint = 3;
  for (int i = 0; i < 20; ++i) rows_.add("a" + std::to_string(i), slow.url(), "whk_slow");
  for (int i = 0; i < 20; ++i) rows_.add("b" + std::to_string(i), quick.url(), "whk_quick");
  start();
  for (int i = 0; i < 20; ++i) rows_.await_fate("b" + std::to_string(i), Fate::delivered);
  EXPECT_LE(slow.connections(), 3);
}

TEST_F(SenderTest, AnEndlessResponseCountsByItsStatus) {
  outbound::ScriptedServer server([](outbound::Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    while (peer.send(std::string(10'000, 'x'))) {
    }
  });
  rows_.add("whd_1", server.url());
  start();
  EXPECT_LE(rows_.await_fate("whd_1", Fate::delivered).attempts[0].response_bytes, 64U * 1024U);
}

TEST_F(SenderTest, SurvivesItsDatabaseAndStopsAtOnce) {
  outbound::ScriptedServer server([](outbound::Peer& peer) {
    while (!peer.request().empty()) peer.answer("");
  });
  outbound::ScriptedServer silent([](outbound::Peer& peer) { peer.ended(); });
  rows_.broken = true;
  rows_.add("whd_1", server.url());
  auto& sender = start();
  while (sender.counts().row_errors == 0) std::this_thread::yield();
  rows_.broken = false;
  rows_.await_fate("whd_1", Fate::delivered);
  rows_.add("whd_2", silent.url());
  sender.wake();
  while (sender.counts().under_way == 0) std::this_thread::yield();
  sender_.reset();
}

}  // namespace
}  // namespace frontdesk::sending
