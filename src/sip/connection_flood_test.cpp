// Thousands of connections that say nothing, from a process of their own: whoever has something to say is heard
// at once, the silent ones go, and their descriptors with them.
#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>

#include "sip/raw_peer_fixture_test.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;
using Clock = std::chrono::steady_clock;

constexpr int kFlood = 5000;
constexpr std::uint8_t kFirstSource = 20, kProvider = 9;  // of 127.0.0.x
constexpr std::chrono::seconds kAcceptLimit{1};
constexpr std::chrono::seconds kIdleLimit{30};
constexpr int kSpareDescriptors = 500;

std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* folder = ::opendir("/proc/self/fd");
  while (::readdir(folder)) ++count;
  ::closedir(folder);
  return count;
}

sockaddr_in at(std::uint8_t host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + host);
  address.sin_port = htons(port);
  return address;
}

int socket_from(std::uint8_t host, int flags) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  const auto own = at(host, 0);
  if (fd >= 0) (void)::bind(fd, reinterpret_cast<const sockaddr*>(&own), sizeof(own));
  return fd;
}

/// A process that opens connections from some addresses and holds them, closed by the other side or not.
class Flood {
 public:
  Flood(std::uint16_t port, int connections, int sources) {
    int pipes[2];
    EXPECT_EQ(::pipe2(pipes, O_CLOEXEC), 0);
    child_ = ::fork();
    if (child_ == 0) {
      const auto to = at(1, port);
      for (int i = 0; i < connections; ++i) {
        const int fd = socket_from(static_cast<std::uint8_t>(kFirstSource + i % sources), SOCK_NONBLOCK);
        (void)::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
      }
      (void)!::write(pipes[1], "x", 1);
      for (;;) ::pause();
    }
    ::close(pipes[1]);
    all_begun_ = pipes[0];
  }
  ~Flood() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    ::close(all_begun_);
  }
  Flood(const Flood&) = delete;
  Flood& operator=(const Flood&) = delete;

  bool begun(int patience_ms) const {
    pollfd waiting{all_begun_, POLLIN, 0};
    return ::poll(&waiting, 1, patience_ms) == 1;
  }

 private:
  pid_t child_ = -1;
  int all_begun_ = -1;
};

class ConnectionFlood : public RawPeer {
 protected:
  /// How long until somebody new is connected and has an answer.
  Clock::duration time_to_answer() {
    Request options;
    options.method = "OPTIONS";
    options.call_id = options.branch = "z9hG4bKprovider" + std::to_string(++branches);
    auto text = options.text(peer);
    text.replace(text.find("/UDP "), 5, "/TCP ");
    const auto begin = Clock::now();
    const int fd = socket_from(kProvider, SOCK_NONBLOCK);
    const auto to = at(1, agent->tcp().port);
    (void)::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
    const auto wait = [&](short events) {
      pollfd waiting{fd, events, 0};
      return ::poll(&waiting, 1, 5000) == 1;
    };
    EXPECT_TRUE(wait(POLLOUT));
    EXPECT_EQ(::send(fd, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
    char answer[12] = "";
    EXPECT_TRUE(wait(POLLIN));
    EXPECT_GT(::recv(fd, answer, sizeof(answer) - 1, 0), 0);
    EXPECT_STREQ(answer, "SIP/2.0 200");
    ::close(fd);
    return Clock::now() - begin;
  }
};

TEST_F(ConnectionFlood, OfIdleOnesDelaysNobodyAndLeavesNothingBehind) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  const int flood = std::min(kFlood, static_cast<int>(files.rlim_cur) - kSpareDescriptors);
  ASSERT_GE(flood, 500) << "the limit of open files is too low for this test";
  ASSERT_LT(time_to_answer(), kAcceptLimit);
  const auto before = open_descriptors();
  const Flood one_source(agent->tcp().port, flood, 1);
  const Flood many_sources(agent->tcp().port, flood, 16);
  Clock::duration longest{0};
  int asked = 0;
  while (!one_source.begun(50) || !many_sources.begun(50) || asked < 20) {
    longest = std::max(longest, time_to_answer());
    ASSERT_LT(++asked, 500);
  }
  const auto begun = Clock::now();
  const auto longest_ms = std::chrono::duration_cast<std::chrono::milliseconds>(longest).count();
  RecordProperty("longest_ms", static_cast<int>(longest_ms));
  EXPECT_LT(longest_ms, 1000);
  // Both floods hold on to their ends all the while; two are the pipes of the floods.
  while (open_descriptors() > before + 2 && Clock::now() - begun < kIdleLimit) {
    EXPECT_LT(time_to_answer(), kAcceptLimit);
    (void)::poll(nullptr, 0, 200);
  }
  EXPECT_LE(open_descriptors(), before + 2);
  std::printf("%d + %d connections: a new one was answered within %lld ms; all gone after %.1f s\n", flood, flood,
              static_cast<long long>(longest_ms), std::chrono::duration<double>(Clock::now() - begun).count());
}

}  // namespace
}  // namespace frontdesk::sip
