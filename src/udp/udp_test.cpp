#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <vector>

#include "base/clock.hpp"
#include "udp/rtp_ports.hpp"
#include "udp/send_batch.hpp"
#include "udp/socket.hpp"

namespace frontdesk::udp {
namespace {

using Bytes = std::vector<std::uint8_t>;

const base::Endpoint kLoopback = *base::parse_address("127.0.0.1");
constexpr int kDeadlineMs = 10'000;

Socket open(const base::Endpoint& address = kLoopback) {
  return open_on_any_even_port(address).value();
}

bool readable(const Socket& socket) {
  pollfd waiting{socket.descriptor(), POLLIN, 0};
  return ::poll(&waiting, 1, kDeadlineMs) == 1;
}

int option(const Socket& socket, int level, int name) {
  int value = 0;
  socklen_t length = sizeof value;
  EXPECT_EQ(::getsockopt(socket.descriptor(), level, name, &value, &length), 0);
  return value;
}

void carries_a_packet(const base::Endpoint& address) {
  const auto from = open(address);
  const auto to = open(address);
  ASSERT_TRUE(from.send(Bytes{1, 2, 3}, to.local()));
  ASSERT_TRUE(readable(to));
  std::array<std::uint8_t, 100> buffer{};
  base::Endpoint source;
  ASSERT_EQ(to.receive(buffer, source), 3U);
  EXPECT_EQ(buffer[2], 3);
  EXPECT_EQ(source, from.local());
  EXPECT_EQ(to.receive(buffer, source), 0U) << "nothing waits";
}

TEST(Socket, CarriesAPacketOverV4) {
  carries_a_packet(kLoopback);
}

TEST(Socket, CarriesAPacketOverV6) {
  const auto v6 = *base::parse_address("::1");
  if (!Socket::bind(v6)) GTEST_SKIP() << "no IPv6 here";
  carries_a_packet(v6);
}

TEST(Socket, ReceivesABatchWithTheTimesOfArrival) {
  const auto from = open();
  const auto to = open();
  to.stamp_arrivals();
  const auto before = base::monotonic_now();
  for (std::uint8_t i = 0; i < 40; ++i) ASSERT_TRUE(from.send(Bytes{i}, to.local()));
  const auto after = base::monotonic_now();
  ReceiveBatch batch;
  std::size_t received = 0;
  while (received < 40 && readable(to)) {
    for (const auto& datagram : to.receive(batch)) {
      ASSERT_EQ(datagram.bytes.size(), 1U);
      EXPECT_EQ(datagram.bytes[0], received++);
      EXPECT_EQ(datagram.from, from.local());
      // Reading the two clocks takes a moment.
      EXPECT_GE(datagram.arrival, before - base::milliseconds(5));
      EXPECT_LE(datagram.arrival, after + base::milliseconds(5));
    }
  }
  EXPECT_EQ(received, 40U);
  EXPECT_TRUE(to.receive(batch).empty());
}

TEST(SendBatch, SendsToManyAndSaysWhatWasRefused) {
  const auto from = open();
  const std::array to{open(), open(), open()};
  SendBatch batch;
  std::uint8_t number = 0;
  while (!batch.full()) {
    batch.room()[0] = number;
    // One in between that cannot be sent does not keep the others back.
    batch.add(1, number == 10 ? *base::parse_endpoint("192.0.2.1:9") : to[number % 3].local());
    ++number;
  }
  EXPECT_EQ(batch.send(from), 1U);
  EXPECT_FALSE(batch.full());
  EXPECT_EQ(batch.send(from), 0U) << "nothing is sent twice";
  std::size_t received = 0;
  ReceiveBatch incoming;
  for (const auto& socket : to) {
    ASSERT_TRUE(readable(socket));
    received += socket.receive(incoming).size();
  }
  EXPECT_EQ(received, SendBatch::kCapacity - 1);
}

TEST(ReceiveBatch, CanBeUsedAgainAndByOthers) {
  const auto from = open();
  const std::array to{open(), open()};
  for (const auto& socket : to) socket.stamp_arrivals();
  ReceiveBatch batch;
  for (const std::size_t burst : {std::size_t{3}, std::size_t{90}, std::size_t{1}, std::size_t{64}}) {
    const auto& socket = to[burst % 2];
    for (std::size_t i = 0; i < burst; ++i) ASSERT_TRUE(from.send(Bytes(i + 1), socket.local()));
    std::size_t received = 0;
    while (received < burst && readable(socket)) {
      for (const auto& datagram : socket.receive(batch)) {
        EXPECT_EQ(datagram.bytes.size(), ++received);
        EXPECT_EQ(datagram.from, from.local());
        EXPECT_GT(datagram.arrival, base::monotonic_now() - base::seconds(60)) << "stamped";
      }
    }
    EXPECT_EQ(received, burst);
    EXPECT_TRUE(to[0].receive(batch).empty());
    EXPECT_TRUE(to[1].receive(batch).empty());
  }
}

TEST(ReceiveBatch, CountsWhatTheKernelDropped) {
  const auto from = open();
  const auto to = open();
  to.carry_voice(1);  // as little room as there is
  to.count_overflow();
  for (int i = 0; i < 1000; ++i) (void)from.send(Bytes(1000), to.local());
  ReceiveBatch batch;
  std::size_t received = 0;
  for (auto got = to.receive(batch).size(); got > 0; got = to.receive(batch).size()) received += got;
  ASSERT_LT(received, 1000U);
  // A datagram tells what was dropped before it.
  ASSERT_TRUE(from.send(Bytes(1), to.local()));
  ASSERT_TRUE(readable(to));
  EXPECT_EQ(to.receive(batch).size(), 1U);
  EXPECT_EQ(batch.overflow(), 1000 - received);
}

TEST(Socket, SaysWhyItCannotBeBound) {
  const auto taken = open();
  const auto refused = Socket::bind(taken.local());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().detail, EADDRINUSE);
  EXPECT_NE(refused.error().message.find("127.0.0.1"), std::string::npos);
  EXPECT_FALSE(open_on_any_even_port(*base::parse_address("192.0.2.1")));
}

TEST(Socket, AMoveLeavesOneOwner) {
  auto first = open();
  const auto local = first.local();
  Socket second = std::move(first);
  EXPECT_EQ(second.local(), local);
  second = Socket();
  EXPECT_EQ(second.descriptor(), -1);
}

TEST(RtpPorts, GivesEvenPortsAndRunsOut) {
  RtpPorts ports(kLoopback, 39101, 39105);
  std::vector<Socket> taken;
  for (auto socket = ports.open(); socket; socket = ports.open()) taken.push_back(std::move(*socket));
  ASSERT_LE(taken.size(), 2U);
  for (const auto& socket : taken) EXPECT_EQ(socket.local().port % 2, 0);
  const auto refused = ports.open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::resource_exhausted);
  taken.clear();
  EXPECT_TRUE(ports.open());
}

TEST(RtpPorts, ItsSocketsCarryVoice) {
  const auto plain = open();
  RtpPorts ports(kLoopback, 40000, 48000);
  const auto voice = ports.open();
  ASSERT_TRUE(voice);
  EXPECT_EQ(option(*voice, IPPROTO_IP, IP_TOS), 0xb8);
  EXPECT_EQ(option(plain, IPPROTO_IP, IP_TOS), 0);
  EXPECT_GE(option(*voice, SOL_SOCKET, SO_RCVBUF), option(plain, SOL_SOCKET, SO_RCVBUF));
}

TEST(RtpPorts, AnyEvenPort) {
  for (int i = 0; i < 20; ++i) EXPECT_EQ(open().local().port % 2, 0);
}

}  // namespace
}  // namespace frontdesk::udp
