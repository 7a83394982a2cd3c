#include "sip/connection_quota.hpp"

#include <gtest/gtest.h>

namespace frontdesk::sip {
namespace {

using base::seconds;
using Connection = ConnectionQuota::Connection;

base::Endpoint peer(std::uint8_t host, std::uint16_t port) {
  auto out = *base::parse_address("192.0.2.0", port);
  out.address[3] = host;
  return out;
}

TEST(ConnectionQuota, OfOneSourceTheFirstFiftyStay) {
  ConnectionQuota quota;
  base::Instant now{seconds(1)};
  std::vector<Connection> open;
  for (std::uint16_t i = 0; i < 5000; ++i) open.push_back({i, peer(1, static_cast<std::uint16_t>(1000 + i)), false});
  open.push_back({9000, peer(2, 5060), false});
  const auto doomed = quota.sweep(open, now);
  EXPECT_EQ(doomed.size(), 5000 - ConnectionQuota::kPerSource);
  for (const auto& connection : doomed) EXPECT_EQ(connection.peer.address[3], 1);
}

TEST(ConnectionQuota, WhoSendsMuchAndSaysNothingGoesAtOnce) {
  ConnectionQuota quota;
  const base::Instant now{seconds(1)};
  const Connection long_head{1, peer(1, 1), false, ConnectionQuota::kMaxUnspoken + 1, 3};
  const Connection drop_by_drop{2, peer(2, 2), false, 500, ConnectionQuota::kMaxUnspokenSegments + 1};
  const Connection spoke{3, peer(3, 3), false, 1 << 20, 9000};
  const Connection trunk{4, peer(4, 4), true, 1 << 20, 9000};
  const Connection begins{5, peer(5, 5), false, 100, 1};
  const std::vector<Connection> open{long_head, drop_by_drop, spoke, trunk, begins};
  (void)quota.sweep({spoke}, now);
  quota.on_request(spoke.peer);
  EXPECT_EQ(quota.sweep(open, now), (std::vector<Connection>{long_head, drop_by_drop}));
}

TEST(ConnectionQuota, SilentStrangersGoAfterTwentySecondsOthersStay) {
  ConnectionQuota quota;
  const base::Instant now{seconds(1)};
  const std::vector<Connection> open{{1, peer(1, 1), false}, {2, peer(2, 2), false}, {3, peer(3, 3), true}};
  EXPECT_TRUE(quota.sweep(open, now).empty());
  quota.on_request(peer(2, 2));
  EXPECT_TRUE(quota.sweep(open, now + seconds(19)).empty());
  EXPECT_EQ(quota.sweep(open, now + seconds(20)), (std::vector<Connection>{open[0]}));
  // The same port again is another connection.
  EXPECT_TRUE(quota.sweep({open[1], open[2]}, now + seconds(21)).empty());
  EXPECT_TRUE(quota.sweep(open, now + seconds(22)).empty());
}

TEST(ConnectionQuota, ANewcomersOnlyConnectionIsNotCutForOthersMany) {
  ConnectionQuota quota;
  std::vector<Connection> open;
  for (int i = 0; i < 800; ++i)
    open.push_back({i, peer(static_cast<std::uint8_t>(i % 16), static_cast<std::uint16_t>(1 + i)), false});
  EXPECT_EQ(quota.sweep(open, base::Instant{seconds(1)}).size(), 800 - ConnectionQuota::kStrangers);
  open.push_back({9000, peer(100, 5060), false});
  for (const auto& connection : quota.sweep(open, base::Instant{seconds(2)})) EXPECT_NE(connection.descriptor, 9000);
}

TEST(ConnectionQuota, AllStrangersTogetherAreBoundedAndTrunksAreNot) {
  ConnectionQuota quota;
  std::vector<Connection> open;
  for (int i = 0; i < 2000; ++i)
    open.push_back({i, peer(static_cast<std::uint8_t>(i % 200), static_cast<std::uint16_t>(1 + i)), i % 2 == 0});
  EXPECT_EQ(quota.sweep(open, base::Instant{seconds(1)}).size(), 1000 - ConnectionQuota::kStrangers);
}

}  // namespace
}  // namespace frontdesk::sip
