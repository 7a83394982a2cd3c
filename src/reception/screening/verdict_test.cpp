#include "reception/screening/verdict.hpp"

#include <gtest/gtest.h>

namespace frontdesk::screening {
namespace {

const auto kProvider = *base::parse_address("198.51.100.9", 5060);
const auto kStranger = *base::parse_address("203.0.113.9", 5060);
const auto kLoopback = *base::parse_address("127.0.0.1", 5070);

constexpr std::string_view kSpoofed = "\"Vip\" <sip:+447700900111@caller.example>;tag=1";
constexpr std::string_view kAsserted = "\"Ann\" <sip:+442079460000@provider.example>";

Rules rules() {
  Rules rules;
  rules.callers.blocked = {"+447700900666", "+44900*"};
  rules.callers.priority = {"+447700900111"};
  rules.lines = {{"sales", "sip.example", "acc-1", "+443335550100"},
                 {"support", "sip.example", "acc-2", "+443335550200"}};
  return rules;
}

CallRequest from_trunk(std::string_view from, std::vector<std::string_view> asserted = {}) {
  CallRequest request;
  request.headers.from = from;
  request.headers.asserted = std::move(asserted);
  request.called = "+443335550100";
  request.source = kProvider;
  request.trunk = "sales";
  return request;
}

}  // namespace

TEST(Verdict, APriorityNumberInFromAloneWinsNothingWhenTheProviderNamesTheCaller) {
  const auto spoofed = judge(from_trunk(kSpoofed, {kAsserted}), rules());
  EXPECT_TRUE(spoofed.decision.accepted);
  EXPECT_FALSE(spoofed.priority);
  EXPECT_EQ(shown_number(spoofed.caller), "+442079460000");
  EXPECT_EQ(shown_name(spoofed.caller), "Ann");
  EXPECT_TRUE(judge(from_trunk(kSpoofed, {"<tel:+447700900111>"}), rules()).priority);
}

TEST(Verdict, AnAllowListIsNotPassedBySpoofedFrom) {
  auto listed = rules();
  listed.allowed_from["sales"] = {"+44333*"};
  constexpr std::string_view kFriend = "<sip:03335550199@x>;tag=1";
  EXPECT_TRUE(judge(from_trunk(kFriend), listed).decision.accepted) << "a provider that asserts nothing";
  EXPECT_FALSE(judge(from_trunk(kFriend, {kAsserted}), listed).decision.accepted);
  EXPECT_FALSE(judge(from_trunk(kFriend, {"no address at all"}), listed).decision.accepted) << "unreadable";
  auto without = from_trunk(kFriend);
  without.trunk_asserts = true;
  const auto refused = judge(without, listed);
  EXPECT_EQ(refused.decision.status, 403);
  EXPECT_NE(refused.decision.reason.find("did not name this one"), std::string::npos) << refused.decision.reason;
  EXPECT_FALSE(judge(
                   [] {
                     auto vip = from_trunk(kSpoofed);
                     vip.trunk_asserts = true;
                     return vip;
                   }(),
                   rules())
                   .priority);
  EXPECT_TRUE(judge(without, rules()).decision.accepted) << "where everybody may call, so may they";
}

TEST(Verdict, WhatOthersAssertIsNotBelieved) {
  auto direct = from_trunk("<sip:+442079460001@x>;tag=1", {"<sip:+447700900111@x>"});
  direct.trunk = "";
  direct.source = kLoopback;
  direct.called = "reception";
  const auto verdict = judge(direct, rules());
  EXPECT_TRUE(verdict.decision.accepted);
  EXPECT_FALSE(verdict.priority);
  EXPECT_EQ(verdict.caller.source, NumberSource::from);
  EXPECT_EQ(verdict.called, "reception");
  direct.source = kStranger;
  const auto stranger = judge(direct, rules());
  EXPECT_TRUE(stranger.stranger);
  EXPECT_EQ(stranger.decision.status, 403);
}

TEST(Verdict, BlockedAndAnonymousCallersAreTurnedAwayWithAReason) {
  const auto blocked = judge(from_trunk(kSpoofed, {"<sip:07700900666@x>"}), rules());
  EXPECT_EQ(blocked.decision.status, 603);
  EXPECT_EQ(blocked.decision.reason, "the caller's number is on the block list");
  EXPECT_FALSE(blocked.stranger);
  EXPECT_EQ(judge(from_trunk("<sip:0900123456@x>"), rules()).decision.status, 603);
  auto strict = rules();
  strict.callers.refuse_withheld = true;
  auto anonymous = from_trunk("\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1", {kAsserted});
  anonymous.headers.privacy = {"id"};
  const auto refused = judge(anonymous, strict);
  EXPECT_EQ(refused.decision.status, 433);
  EXPECT_EQ(shown_number(refused.caller), "") << "withheld: not for the record either";
  EXPECT_EQ(shown_name(refused.caller), "");
  EXPECT_TRUE(judge(anonymous, rules()).decision.accepted);
}

TEST(Verdict, TellsWhichNumberAndLineWereCalled) {
  const auto called = [](std::string_view uri, std::string_view to, std::string_view party = {}) {
    auto request = from_trunk(kAsserted);
    request.called = uri;
    request.to = to;
    request.called_party = party;
    const auto verdict = judge(request, rules());
    return verdict.called + " " + verdict.trunk;
  };
  EXPECT_EQ(called("03335550100", ""), "+443335550100 sales");
  EXPECT_EQ(called("acc-1", "03335550100"), "+443335550100 sales");
  EXPECT_EQ(called("acc-1", "acc-1"), "+443335550100 sales") << "the number of the line";
  EXPECT_EQ(called("acc-1", "03335550200"), "+443335550200 support");
  EXPECT_EQ(called("acc-1", "acc-1", "<sip:+443335550200@x>"), "+443335550200 support");
  EXPECT_EQ(called("+443335550300", ""), "+443335550300 sales") << "a number that no line names";
}

TEST(Verdict, KeepsTheWordsOfASignedStatementFromTheTrunkAlone) {
  auto request = from_trunk(kAsserted);
  request.headers.identity = {"rubbish"};
  EXPECT_EQ(judge(request, rules()).statement, "a signed statement came that cannot be read");
  request.trunk = "";
  request.source = kLoopback;
  EXPECT_EQ(judge(request, rules()).statement, "");
}

TEST(Verdict, ReadsTheOwnersNumbersAsTheCountryWritesThem) {
  EXPECT_EQ(rule_for("0333 555 0100", "GB"), "+443335550100");
  EXPECT_EQ(rule_for("0333*", "GB"), "+44333*");
  EXPECT_EQ(rule_for("+1 202*", "GB"), "+1202*");
  EXPECT_EQ(rule_for("*", "GB"), "*");
  EXPECT_EQ(rule_for("202*", "US"), "+1202*");
  EXPECT_EQ(rule_for("1202*", "US"), "+1202*");
  EXPECT_EQ(rule_for("2025550100", "US"), "+12025550100");
  EXPECT_EQ(rule_for("101", "GB"), "101");
}

TEST(Verdict, ShortNumbersAreListedAsTheyAreDialled) {
  auto house = rules();
  house.callers.blocked = {"101"};
  EXPECT_EQ(judge(from_trunk("<sip:101@pbx>"), house).decision.status, 603);
  EXPECT_TRUE(judge(from_trunk("<sip:102@pbx>"), house).decision.accepted);
}

}  // namespace frontdesk::screening
