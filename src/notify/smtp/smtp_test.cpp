#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>

#include "notify/smtp/smtp_mailer.hpp"

namespace frontdesk::smtp {
namespace {

constexpr int kPatience = 10'000;  // ms

/// A mail server of one thread, one connection after the other. What it is told stands in `heard`.
class Sink {
 public:
  struct Manners {
    bool silent = false;  ///< never says a word
    std::string to_recipient = "250 fine";
    int busy_first = 0;  ///< connections that are turned away with 421
  };
  explicit Sink(Manners manners) : manners_(std::move(manners)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), length), 0);
    EXPECT_EQ(::listen(listener_, 8), 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port = ntohs(address.sin_port);
    EXPECT_EQ(::pipe(stop_), 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~Sink() {
    ::close(stop_[1]);
    thread_.join();
    ::close(stop_[0]);
    ::close(listener_);
  }
  std::string heard() {
    const std::lock_guard lock(mutex_);
    return heard_;
  }
  int connections() {
    const std::lock_guard lock(mutex_);
    return connections_;
  }
  std::uint16_t port = 0;

 private:
  bool readable(int descriptor) const {
    pollfd both[2] = {{descriptor, POLLIN, 0}, {stop_[0], POLLIN, 0}};
    return ::poll(both, 2, kPatience) > 0 && both[1].revents == 0;
  }
  static void say(int peer, const std::string& line) { (void)!::write(peer, (line + "\r\n").data(), line.size() + 2); }
  void serve() {
    while (readable(listener_)) {
      const int peer = ::accept(listener_, nullptr, nullptr);
      {
        const std::lock_guard lock(mutex_);
        ++connections_;
      }
      if (connections_ <= manners_.busy_first)
        say(peer, "421 busy");
      else
        talk(peer);
      ::close(peer);
    }
  }
  void talk(int peer) {
    if (!manners_.silent) say(peer, "220 sink");
    bool data = false;
    std::string line;
    char c = 0;
    while (readable(peer) && ::read(peer, &c, 1) == 1) {
      line += c;
      if (c != '\n') continue;
      {
        const std::lock_guard lock(mutex_);
        heard_ += line;
      }
      if (data) {
        data = line != ".\r\n";
        if (!data) say(peer, "250 taken");
      } else {
        data = answer(peer, line);
      }
      line.clear();
    }
  }
  bool answer(int peer, const std::string& line) {
    if (line.starts_with("EHLO")) {
      say(peer, "250-sink");
      say(peer, "250 AUTH PLAIN");
    } else if (line == "AUTH PLAIN\r\n") {
      say(peer, "334 ");
      authenticating_ = true;
    } else if (authenticating_) {
      authenticating_ = false;
      say(peer, line == "AHpvZQByaWdodA==\r\n" ? "235 welcome" : "535 not you");  // NUL zoe NUL right
    } else if (line.starts_with("RCPT")) {
      say(peer, manners_.to_recipient);
    } else if (line.starts_with("DATA")) {
      say(peer, "354 go on");
      return true;
    } else {
      say(peer, line.starts_with("QUIT") ? "221 bye" : "250 fine");
    }
    return false;
  }

  const Manners manners_;
  bool authenticating_ = false;
  int listener_;
  int stop_[2] = {-1, -1};
  std::mutex mutex_;
  std::string heard_;
  int connections_ = 0;
  std::thread thread_;
};

Settings settings_for(const Sink& sink) {
  Settings settings;
  settings.host = "127.0.0.1";
  settings.port = sink.port;
  settings.encryption = Encryption::none;
  settings.from = {"desk@hillside.example", "Hillside"};
  settings.deadline = base::seconds(5);
  return settings;
}

const notify::Mail kMail{"zoe@hillside.example", "Welcome", base::Secret("Hello\n.\n..\nZoë\n")};

bool eventually(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatience);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::poll(nullptr, 0, 5);
  }
  return true;
}

}  // namespace

TEST(Smtp, DeliversAMail) {
  Sink sink({});
  const auto sent = deliver(settings_for(sink), kMail);
  ASSERT_TRUE(sent) << sent.error().message;
  const auto heard = sink.heard();
  EXPECT_NE(heard.find("EHLO hillside.example\r\n"), std::string::npos);
  EXPECT_NE(heard.find("MAIL FROM:<desk@hillside.example>"), std::string::npos);
  EXPECT_NE(heard.find("RCPT TO:<zoe@hillside.example>"), std::string::npos);
  EXPECT_NE(heard.find("Subject: Welcome\r\n"), std::string::npos);
  EXPECT_NE(heard.find("SGVsbG8NCi4NCi4uDQpab8OrDQo=\r\n.\r\n"), std::string::npos);
}

TEST(Smtp, SignsIn) {
  Sink sink({});
  auto settings = settings_for(sink);
  settings.user = "zoe";
  settings.password = base::Secret("right");
  EXPECT_TRUE(deliver(settings, kMail));
  settings.password = base::Secret("wrong");
  const auto refused = deliver(settings, kMail);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::unauthenticated);
  EXPECT_EQ(refused.error().message.find("wrong"), std::string::npos);
}

TEST(Smtp, TellsAServerWithoutEncryptionNothing) {
  Sink sink({});
  auto settings = settings_for(sink);
  settings.encryption = Encryption::starttls;
  settings.user = "zoe";
  settings.password = base::Secret("right");
  const auto refused = deliver(settings, kMail);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::failed_precondition);
  EXPECT_EQ(sink.heard().find("AUTH"), std::string::npos);
  EXPECT_EQ(sink.heard().find("RCPT"), std::string::npos);
}

TEST(Smtp, WaitsForNoServerLongerThanItsDeadline) {
  Sink sink({.silent = true});
  auto settings = settings_for(sink);
  settings.deadline = base::milliseconds(200);
  const auto refused = deliver(settings, kMail);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().retry, base::Retry::later);
}

TEST(Smtp, TellsForNowFromForEver) {
  Sink later({.to_recipient = "451 later"});
  EXPECT_EQ(deliver(settings_for(later), kMail).error().retry, base::Retry::later);
  Sink never({.to_recipient = "550 nobody of that name"});
  EXPECT_EQ(deliver(settings_for(never), kMail).error().retry, base::Retry::never);
}

TEST(SmtpMailer, TriesAgain) {
  Sink sink({.busy_first = 2});
  auto settings = settings_for(sink);
  settings.retries = {base::milliseconds(1), base::milliseconds(1)};
  SmtpMailer mailer(settings);
  ASSERT_TRUE(mailer.send(kMail));
  EXPECT_TRUE(eventually([&] { return mailer.sent() == 1; })) << mailer.last_problem();
  EXPECT_EQ(sink.connections(), 3);
  EXPECT_EQ(mailer.last_problem(), "");
}

TEST(SmtpMailer, GivesUpInTheEndAndCounts) {
  Sink sink({.busy_first = 100});
  auto settings = settings_for(sink);
  settings.retries = {base::milliseconds(1)};
  SmtpMailer mailer(settings);
  ASSERT_TRUE(mailer.send(kMail));
  EXPECT_TRUE(eventually([&] { return mailer.dropped() == 1; }));
  EXPECT_EQ(sink.connections(), 2);
  EXPECT_NE(mailer.last_problem(), "");
}

TEST(SmtpMailer, BoundsWhatWaitsAndStopsAtOnce) {
  Sink sink({.busy_first = 1000});
  auto settings = settings_for(sink);
  settings.retries = {std::chrono::hours(1)};
  SmtpMailer mailer(settings);
  int taken = 0;
  for (std::size_t i = 0; i < 2 * kMostWaiting; ++i)
    if (mailer.send(kMail)) ++taken;
  EXPECT_GE(taken, static_cast<int>(kMostWaiting));
  EXPECT_LT(taken, static_cast<int>(2 * kMostWaiting));
}

}  // namespace frontdesk::smtp
