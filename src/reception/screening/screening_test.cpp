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

TEST(Screening, TrunkCallersMustMatchTheOwnersList) {
  auto listed = rules(false);
  listed.allowed_caller = [](std::string_view, std::string_view caller) { return matches_number("+44333*", caller); };
  EXPECT_TRUE(screen({"reception", kStranger, true, "+443335550100"}, listed).accepted);
  const auto refused = screen({"reception", kStranger, true, "+442079460000"}, listed);
  EXPECT_EQ(refused.status, 403);
  EXPECT_NE(refused.reason.find("allowed_from"), std::string::npos);
  EXPECT_FALSE(screen({"reception", kStranger, true, ""}, listed).accepted) << "withheld";
}

TEST(Screening, EachTrunkHasAListOfItsOwn) {
  auto listed = rules(false);
  listed.allowed_caller = [](std::string_view trunk, std::string_view caller) {
    return matches_number(trunk == "office" ? "*" : "+44333*", caller);
  };
  EXPECT_TRUE(screen({"reception", kStranger, true, "+442079460000", "office"}, listed).accepted);
  EXPECT_FALSE(screen({"reception", kStranger, true, "+442079460000", "home"}, listed).accepted);
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
