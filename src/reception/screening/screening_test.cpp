#include "reception/screening/screening.hpp"

#include <gtest/gtest.h>

namespace frontdesk::screening {
namespace {

const auto kLoopback = *base::parse_address("127.0.0.1", 5070);
const auto kListed = *base::parse_address("192.0.2.7", 5070);
const auto kStranger = *base::parse_address("198.51.100.9", 5070);

ScreeningRules rules(bool diagnostics) {
  ScreeningRules rules;
  rules.direct_caller = [](const base::Endpoint& source) { return source.same_address(kListed); };
  rules.diagnostics = diagnostics;
  return rules;
}

}  // namespace

TEST(Screening, AdmitsTheTrunkTheMachineItselfAndListedAddresses) {
  EXPECT_TRUE(screen({"03333357324", kStranger, true}, rules(false)).accepted);
  EXPECT_TRUE(screen({"reception", kLoopback, false}, rules(false)).accepted);
  EXPECT_TRUE(screen({"reception", kListed, false}, rules(false)).accepted);
}

TEST(Screening, GivesStrangersOneAnswerForWhateverTheyTry) {
  for (const char* called : {"reception", "echo-test", "100", ""}) {
    const auto decision = screen({called, kStranger, false}, rules(true));
    EXPECT_FALSE(decision.accepted);
    EXPECT_EQ(decision.status, 403);
  }
}

TEST(Screening, MatchesNumbers) {
  EXPECT_TRUE(matches_number("*", ""));
  EXPECT_TRUE(matches_number("0333 555 0100", "03335550100"));
  EXPECT_TRUE(matches_number("0333*", "03335550100"));
  EXPECT_FALSE(matches_number("0333", "03335550100"));
  EXPECT_FALSE(matches_number("0333*", "0443335550100"));
}

TEST(Screening, KeepsTestExtensionsLocalAndOptional) {
  EXPECT_EQ(screen({"echo-test", kLoopback, false}, rules(true)).destination, Destination::echo_test);
  EXPECT_EQ(screen({"talk-test", kLoopback, false}, rules(true)).destination, Destination::talk_test);
  EXPECT_FALSE(screen({"echo-test", kLoopback, false}, rules(false)).accepted);
  EXPECT_FALSE(screen({"talk-test", kListed, false}, rules(true)).accepted);
}

}  // namespace frontdesk::screening
