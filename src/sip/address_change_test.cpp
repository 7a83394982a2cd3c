// The machine gets another address while a trunk is registered: in network namespaces of the test's own, with a
// registrar at the far end of a virtual cable.
#include <fcntl.h>
#include <sched.h>

#include <cstdlib>

#include "sip/test_peer.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

constexpr std::chrono::seconds kNoticeLimit{10};

class Namespaces : public ::testing::Test {
 protected:
  void SetUp() override {
    original_ = current();
    if (::unshare(CLONE_NEWNET) != 0) GTEST_SKIP() << "network namespaces need privileges";
    far_ = current();
    ASSERT_EQ(::unshare(CLONE_NEWNET), 0);
    near_ = current();
    run("ip link set lo up");
    run("ip link add near type veth peer name far");
    run("ip link set far netns /proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(far_));
    run("ip addr add 10.77.0.2/24 dev near");
    run("ip link set near up");
    enter(far_);
    run("ip addr add 10.77.0.9/24 dev far");
    run("ip link set far up");
    registrar_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(5060);
    ASSERT_EQ(::bind(registrar_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    enter(near_);
  }
  void TearDown() override {
    enter(original_);
    for (const int fd : {original_, near_, far_, registrar_}) {
      if (fd >= 0) ::close(fd);
    }
  }
  static int current() { return ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC); }
  static void enter(int space) { ASSERT_EQ(::setns(space, CLONE_NEWNET), 0); }
  static void run(const std::string& command) { ASSERT_EQ(std::system(command.c_str()), 0) << command; }

  /// The next REGISTER that comes from an address; answered with 200.
  bool registers_from(const std::string& source, std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < deadline) {
      pollfd waiting{registrar_, POLLIN, 0};
      if (::poll(&waiting, 1, 50) != 1) continue;
      std::string request(65536, '\0');
      sockaddr_in from{};
      socklen_t length = sizeof(from);
      const auto size =
          ::recvfrom(registrar_, request.data(), request.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
      request.resize(static_cast<std::size_t>(std::max<ssize_t>(0, size)));
      char text[INET_ADDRSTRLEN] = "";
      ::inet_ntop(AF_INET, &from.sin_addr, text, sizeof(text));
      if (request.rfind("REGISTER ", 0) != 0 || source != text) continue;
      EXPECT_NE(header(request, "Contact").find("@" + source + ":"), std::string::npos) << request;
      const auto answer = "SIP/2.0 200 OK\r\nVia: " + header(request, "Via") + "\r\nFrom: " + header(request, "From") +
                          "\r\nTo: " + header(request, "To") + ";tag=r\r\nCall-ID: " + header(request, "Call-ID") +
                          "\r\nCSeq: " + header(request, "CSeq") + "\r\nContact: " + header(request, "Contact") +
                          ";expires=300\r\nContent-Length: 0\r\n\r\n";
      ::sendto(registrar_, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), length);
      return true;
    }
    return false;
  }

 private:
  int original_ = -1, near_ = -1, far_ = -1, registrar_ = -1;
};

TEST_F(Namespaces, AnotherAddressIsRegisteredWithinTenSeconds) {
  RecordingSink sink;
  auto options = loopback_options();
  options.listen = *base::parse_address("0.0.0.0");
  auto agent = UserAgent::start(options, sink);
  ASSERT_TRUE(agent);
  TrunkRegistration trunk;
  trunk.name = "provider";
  trunk.registrar_host = "10.77.0.9";
  trunk.username = "ann";
  ASSERT_TRUE((*agent)->register_trunk(trunk));
  ASSERT_TRUE(registers_from("10.77.0.2", kPatience));
  run("ip addr del 10.77.0.2/24 dev near");
  run("ip addr add 10.77.0.3/24 dev near");
  EXPECT_TRUE(registers_from("10.77.0.3", kNoticeLimit));
  // And once more.
  run("ip addr del 10.77.0.3/24 dev near");
  run("ip addr add 10.77.0.4/24 dev near");
  EXPECT_TRUE(registers_from("10.77.0.4", kNoticeLimit));
  (*agent)->stop(base::milliseconds(20));
}

}  // namespace
}  // namespace frontdesk::sip
