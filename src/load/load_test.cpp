// The whole caller against a user agent that answers and sends back what it hears.
#include "load/load.hpp"

#include <gtest/gtest.h>

#include <array>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "load/sound_loop.hpp"
#include "sip/user_agent.hpp"
#include "udp/rtp_ports.hpp"

namespace frontdesk::load {
namespace {

using base::milliseconds;

const base::Endpoint kLoopback = *base::parse_address("127.0.0.1");

class Echo final : public sip::UserAgentSink {
 public:
  explicit Echo(std::size_t answers = 1000) : answers_(answers) {
    user_agent_ = std::move(*sip::UserAgent::start({.listen = kLoopback}, *this));
    {
      const std::lock_guard lock(mutex_);
      ready_ = true;
    }
    thread_ = std::thread([this] { run(); });
  }
  ~Echo() override {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    stopped_.notify_all();
    thread_.join();
    user_agent_->stop();
  }
  std::string uri() const { return "sip:echo@" + base::to_string(user_agent_->udp()); }
  std::size_t calls() {
    const std::lock_guard lock(mutex_);
    return sockets_.size();
  }

  void on_incoming(const sip::IncomingCall& call) override {
    const std::lock_guard lock(mutex_);
    if (!ready_ || answers_ == 0) {
      (void)user_agent_->reject(call.dialog, 486, "Busy Here");
      return;
    }
    --answers_;
    auto& socket = sockets_[call.dialog] = std::move(*udp::open_on_any_even_port(kLoopback));
    (void)user_agent_->answer(call.dialog, {.rtp = socket.local(), .allowed = {sip::Codec::pcmu, sip::Codec::pcma}});
  }
  void on_media(sip::DialogId, const sip::NegotiatedMedia&) override {}
  void on_progress(sip::DialogId, int) override {}
  void on_established(sip::DialogId) override {}
  void on_ended(sip::DialogId dialog, const sip::DialogEnded&) override {
    const std::lock_guard lock(mutex_);
    sockets_.erase(dialog);
  }
  void on_info_dtmf(sip::DialogId, char) override {}
  void on_registration(const std::string&, const sip::RegistrationStatus&) override {}

 private:
  void run() {
    std::unique_lock lock(mutex_);
    std::array<std::uint8_t, 1500> packet;
    base::Endpoint from;
    while (!stopped_.wait_for(lock, milliseconds(2), [this] { return stop_; })) {
      for (const auto& [dialog, socket] : sockets_)
        for (auto size = socket.receive(packet, from); size > 0; size = socket.receive(packet, from))
          socket.send(std::span(packet).first(size), from);
    }
  }

  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stop_ = false;
  bool ready_ = false;
  std::size_t answers_;
  std::map<sip::DialogId, udp::Socket> sockets_;
  std::unique_ptr<sip::UserAgent> user_agent_;
  std::thread thread_;
};

LoadOptions options(const Echo& echo, std::size_t calls, base::Duration length) {
  LoadOptions out;
  out.uri = echo.uri();
  out.calls = calls;
  out.length = length;
  out.sound = warbling_tone();
  return out;
}

TEST(Load, HoldsCallsAndHearsThemAll) {
  Echo echo;
  const auto report = run(options(echo, 12, milliseconds(1800)));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->calls.placed, 12U);
  EXPECT_EQ(report->calls.completed, 12U);
  EXPECT_EQ(report->calls.most_at_once, 12U);
  EXPECT_EQ(report->packets.lost, 0U);
  EXPECT_EQ(report->packets.expected, report->packets.received);
  EXPECT_GT(report->packets.received, 12U * 50);
  EXPECT_LE(report->packets.received, report->packets.sent);
  EXPECT_EQ(exit_code(*report), 0);
  EXPECT_EQ(echo.calls(), 0U) << "each got its BYE";
}

TEST(Load, ReplacesCallsThatEnd) {
  Echo echo;
  auto wanted = options(echo, 4, milliseconds(1500));
  wanted.rate = 20;
  const auto report = run(wanted);  // calls of 200 ms
  ASSERT_TRUE(report);
  EXPECT_GT(report->calls.placed, 15U);
  EXPECT_LE(report->calls.most_at_once, 4U);
  EXPECT_EQ(report->calls.completed, report->calls.placed);
}

TEST(Load, NamesWhatFailed) {
  Echo echo(3);
  auto wanted = options(echo, 5, milliseconds(300));
  wanted.rate = 50;
  wanted.hold = base::seconds(10);
  const auto report = run(wanted);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->calls.answered, 3U);
  EXPECT_EQ(report->calls.failures.size(), 1U);
  EXPECT_EQ(report->calls.failures.at("486 Busy Here"), report->calls.placed - 3);
  EXPECT_EQ(exit_code(*report), 1);
}

TEST(Load, StopsWhenTold) {
  Echo echo;
  std::atomic<bool> stop{true};
  auto wanted = options(echo, 5, base::seconds(600));
  wanted.stop = &stop;
  const auto report = run(wanted);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->stopped);
  EXPECT_LT(report->length, base::seconds(30));
  EXPECT_EQ(report->calls.failed(), 0U);
}

TEST(Load, RefusesWhatMakesNoSense) {
  Echo echo;
  EXPECT_FALSE(run(options(echo, 0, base::seconds(1))));
  EXPECT_FALSE(run(options(echo, kMaxCalls + 1, base::seconds(1))));
  EXPECT_FALSE(run(options(echo, 1, base::Duration{0})));
  EXPECT_FALSE(run(options(echo, 1, kMaxLength + base::seconds(1))));
}

TEST(Load, TellsTheSameInBothForms) {
  LoadReport report;
  report.uri = "sip:echo-test@192.0.2.1";
  report.calls.placed = 7;
  report.calls.failures["503 Service Unavailable"] = 2;
  report.packets.lost = 13;
  report.deviations.add(milliseconds(3));
  const auto text = render_text(report);
  const auto json = render_json(report);
  for (const char* part : {"503 Service Unavailable", "192.0.2.1"}) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
    EXPECT_NE(json.find(part), std::string::npos) << json;
  }
  EXPECT_NE(text.find("13 lost"), std::string::npos) << text;
  EXPECT_NE(json.find("\"lost\":13"), std::string::npos) << json;
  EXPECT_NE(json.find("\"p99_9\":3E0"), std::string::npos) << json;
}

}  // namespace
}  // namespace frontdesk::load
