#include "sip/server_location.hpp"

#include <gtest/gtest.h>

#include <map>

namespace frontdesk::sip {
namespace {

/// Answers a location's questions from a table of "type name".
struct Zone {
  std::map<std::string, DnsAnswer> records;
  std::vector<std::string> asked;

  std::vector<std::string> locate(ServerName name, std::uint64_t seed = 1) {
    asked.clear();
    ServerLocation location(std::move(name), seed);
    ServerLocation::Queries queries;
    location.start(queries);
    for (int step = 0; step < 100 && !queries.empty(); ++step) {
      const auto query = queries.front();
      queries.erase(queries.begin());
      const char* type = query.type == RecordType::naptr ? "NAPTR " : query.type == RecordType::srv ? "SRV " : "A ";
      asked.push_back(type + query.name);
      location.on_answer(query.id, records[asked.back()], queries);
    }
    EXPECT_TRUE(location.finished());
    std::vector<std::string> out;
    for (const auto& hop : location.hops())
      out.push_back(std::string(transport_name(hop.transport)) + " " + base::to_string(hop.to));
    return out;
  }
  void address(const std::string& name, const std::string& numeric) {
    records["A " + name].addresses.push_back(*base::parse_address(numeric));
  }
  void srv(const std::string& name, SrvRecord record) { records["SRV " + name].srv.push_back(std::move(record)); }
};

using Lines = std::vector<std::string>;

TEST(ServerLocation, ANumericAddressNeedsNobody) {
  Zone zone;
  EXPECT_EQ(zone.locate({"192.0.2.1", 0, Transport::tls}), (Lines{"tls 192.0.2.1:5061"}));
  EXPECT_EQ(zone.locate({"192.0.2.1", 5070, Transport::tcp}), (Lines{"tcp 192.0.2.1:5070"}));
  EXPECT_EQ(zone.locate({"192.0.2.1"}), (Lines{"udp 192.0.2.1:5060"}));
  EXPECT_TRUE(zone.asked.empty());
}

TEST(ServerLocation, APortMeansAddressRecordsOnly) {
  Zone zone;
  zone.address("sip.example.com", "192.0.2.1");
  zone.address("sip.example.com", "192.0.2.2");
  EXPECT_EQ(zone.locate({"sip.example.com", 5070, Transport::udp}),
            (Lines{"udp 192.0.2.1:5070", "udp 192.0.2.2:5070"}));
  EXPECT_EQ(zone.asked, (Lines{"A sip.example.com"}));
}

TEST(ServerLocation, ATransportMeansItsService) {
  Zone zone;
  zone.srv("_sips._tcp.example.com", {10, 0, 5071, "a.example.com"});
  zone.srv("_sips._tcp.example.com", {5, 0, 5081, "b.example.com"});
  zone.address("a.example.com", "192.0.2.1");
  zone.address("b.example.com", "192.0.2.2");
  EXPECT_EQ(zone.locate({"example.com", 0, Transport::tls}), (Lines{"tls 192.0.2.2:5081", "tls 192.0.2.1:5071"}));
}

TEST(ServerLocation, NaptrChoosesTheTransportInItsOrder) {
  Zone zone;
  zone.records["NAPTR example.com"].naptr = {{20, 1, "s", "SIP+D2U", "_sip._udp.example.com"},
                                             {10, 2, "s", "SIP+D2T", "_sip._tcp.example.com"},
                                             {10, 1, "S", "sips+d2t", "_sips._tcp.elsewhere.com"},
                                             {1, 1, "s", "SIP+D2S", "_sip._sctp.example.com"},
                                             {1, 1, "u", "E2U+sip", ""}};
  zone.srv("_sip._udp.example.com", {0, 0, 1, "192.0.2.1"});
  zone.srv("_sip._tcp.example.com", {0, 0, 2, "192.0.2.2"});
  zone.srv("_sips._tcp.elsewhere.com", {0, 0, 3, "192.0.2.3"});
  EXPECT_EQ(zone.locate({"example.com"}), (Lines{"tls 192.0.2.3:3", "tcp 192.0.2.2:2", "udp 192.0.2.1:1"}));
}

TEST(ServerLocation, WithoutNaptrEveryServiceIsTriedAndWithoutAnyTheAddress) {
  Zone zone;
  zone.srv("_sip._udp.example.com", {0, 0, 5062, "a.example.com"});
  zone.address("a.example.com", "192.0.2.1");
  zone.address("plain.example.com", "192.0.2.9");
  EXPECT_EQ(zone.locate({"example.com"}), (Lines{"udp 192.0.2.1:5062"}));
  EXPECT_EQ(zone.locate({"plain.example.com", 0, Transport::tcp}), (Lines{"tcp 192.0.2.9:5060"}));
  EXPECT_EQ(zone.locate({"plain.example.com", 0, Transport::tcp, 5065}), (Lines{"tcp 192.0.2.9:5065"}));
  EXPECT_TRUE(zone.locate({"nowhere.example.com"}).empty());
}

TEST(ServerLocation, ADotAsTargetIsARefusalOfTheService) {
  Zone zone;
  zone.srv("_sip._tcp.example.com", {0, 0, 5060, "."});
  EXPECT_TRUE(zone.locate({"example.com", 0, Transport::tcp}).empty());
}

TEST(ServerLocation, HostileZonesAreBounded) {
  Zone zone;
  for (std::uint16_t i = 0; i < 1000; ++i) {
    const auto name = "h" + std::to_string(i) + ".example.com";
    zone.srv("_sip._tcp.example.com", {0, i, 5060, name});
    for (int j = 0; j < 50; ++j) zone.address(name, "192.0.2." + std::to_string(j));
  }
  EXPECT_LE(zone.locate({"example.com", 0, Transport::tcp}).size(), ServerLocation::kMaxHops);
  EXPECT_LE(zone.asked.size(), 1 + ServerLocation::kMaxLookups);
}

TEST(ServerLocation, LateAndForeignAnswersAreDropped) {
  ServerLocation location({"example.com"}, 1);
  ServerLocation::Queries queries;
  location.start(queries);
  ASSERT_EQ(queries.size(), 1U);
  const auto first = queries.front().id;
  queries.clear();
  location.on_answer(first + 9, {}, queries);
  location.on_answer(0, {}, queries);
  EXPECT_TRUE(queries.empty());
  location.on_answer(first, {}, queries);
  const auto after = queries.size();
  location.on_answer(first, {}, queries);
  EXPECT_EQ(queries.size(), after);
}

TEST(SrvOrder, WeightsShareTheLoadAndPrioritiesComeFirst) {
  base::Random random(7);
  std::map<std::string, int> first;
  constexpr int kTries = 10'000;
  for (int i = 0; i < kTries; ++i) {
    const auto sorted =
        in_order({{2, 100, 1, "backup"}, {1, 70, 1, "big"}, {1, 30, 1, "small"}, {1, 0, 1, "last"}}, random);
    ASSERT_EQ(sorted.size(), 4U);
    ASSERT_EQ(sorted.back().target, "backup");
    ++first[sorted.front().target];
  }
  EXPECT_NEAR(first["big"], 0.7 * kTries, 0.03 * kTries);
  EXPECT_NEAR(first["small"], 0.3 * kTries, 0.03 * kTries);
  EXPECT_LT(first["last"], 0.03 * kTries);
  EXPECT_GT(first["last"], 0);
}

}  // namespace
}  // namespace frontdesk::sip
