#include "reception/setup_guide/setup_guide.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace frontdesk::setup_guide {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kPassword = "s3cret-of-the-line";

OwnValues filled_in(const Preset& preset) {
  OwnValues own;
  own.account = starting_form(preset);
  if (own.account.domain.empty()) own.account.domain = "sip.account.example";
  if (own.account.registers) {
    own.account.username = "line100";
    own.account.password = base::Secret(kPassword);
  }
  own.account.inbound_number = "0333 335 7324";
  own.public_address = "pbx.example.co.uk:5060";
  own.existing_number = "020 7946 0000";
  return own;
}

std::vector<std::string> all_texts(const Guide& guide) {
  std::vector<std::string> out{guide.title};
  for (const auto* steps : {&guide.set_up, &guide.diversion}) {
    for (const auto& step : *steps) {
      out.push_back(step.title);
      out.push_back(step.text);
      out.insert(out.end(), step.details.begin(), step.details.end());
    }
  }
  for (const auto& code : guide.codes) out.insert(out.end(), {code.set, code.check, code.cancel});
  out.insert(out.end(), guide.quirks.begin(), guide.quirks.end());
  return out;
}

}  // namespace

TEST(ProviderPreset, EachPassesTheChecksOnceTheAccountsValuesAreFilledIn) {
  for (const auto& preset : presets()) {
    const auto checked = sip_accounts::check(filled_in(preset).account, "GB");
    for (const auto& problem : checked.problems) ADD_FAILURE() << preset.id << problem.field << problem.message;
    EXPECT_EQ(checked.account.port, preset.port);
    EXPECT_EQ(checked.account.transport, preset.transport);
  }
}

TEST(ProviderPreset, AnUnknownOneIsOther) {
  for (const char* id : {"", "nobody", "TWILIO", "twilio "}) EXPECT_EQ(preset(id).id, "other") << id;
  EXPECT_EQ(preset("twilio").name, "Twilio");
  EXPECT_EQ(guide("nobody", {}).provider, "other");
}

TEST(ProviderPreset, IdsDifferAndWhatDependsOnTheAccountIsFindable) {
  std::set<std::string_view> ids;
  for (const auto& preset : presets()) {
    EXPECT_TRUE(ids.insert(preset.id).second) << preset.id;
    EXPECT_FALSE(preset.quirks.empty()) << preset.id;
    std::set<std::string_view> findable;
    for (const auto& each : preset.findings) findable.insert(each.field);
    EXPECT_TRUE(findable.contains("/inboundNumber")) << preset.id;
    EXPECT_TRUE(findable.contains("/domain")) << preset.id;
    if (preset.proof == Proof::registration) {
      EXPECT_TRUE(findable.contains("/username")) << preset.id;
      EXPECT_TRUE(findable.contains("/password")) << preset.id;
    }
    EXPECT_THAT(starting_form(preset).domain, Not(HasSubstr("<")));
  }
  EXPECT_EQ(ids.size(), 10u);
}

TEST(SetupGuide, HoldsTheOwnersValues) {
  const auto& free = preset("switchboard-free");
  const auto made = guide(free.id, filled_in(free));
  EXPECT_EQ(made.title, "Setting up Switchboard Free");
  const auto texts = all_texts(made);
  EXPECT_THAT(texts, Contains("Domain: reg5.switchboardfree.co.uk"));
  EXPECT_THAT(texts, Contains("Port: 5065"));
  EXPECT_THAT(texts, Contains("Username: line100"));
  EXPECT_THAT(texts, Contains(HasSubstr("Have SIP enabled for 0333 335 7324")));
  const auto& twilio = preset("twilio");
  EXPECT_THAT(all_texts(guide(twilio.id, filled_in(twilio))),
              Contains(HasSubstr("sip:pbx.example.co.uk:5060;transport=udp")));
}

TEST(SetupGuide, LeavesNoPlaceUnfilledEvenWithNothingEntered) {
  for (const auto& preset : presets()) {
    for (const auto& own : {filled_in(preset), OwnValues{}})
      for (const auto& text : all_texts(guide(preset.id, own))) {
        EXPECT_THAT(text, Not(HasSubstr("{"))) << preset.id;
        EXPECT_FALSE(text.empty()) << preset.id;
      }
  }
  const auto empty = guide("sipgate", {});
  EXPECT_THAT(all_texts(empty), Contains(HasSubstr("Domain: still to be filled in. Your sipgate account")));
  EXPECT_THAT(empty.codes, IsEmpty());
}

TEST(SetupGuide, NeverHoldsThePassword) {
  for (const auto& preset : presets()) {
    auto own = filled_in(preset);
    own.account.password = base::Secret(kPassword);
    own.account.username = own.account.auth_username = kPassword;
    own.existing_number = own.public_address = std::string("x") + kPassword;
    own.account.allowed_numbers = {"+44333*"};
    for (const auto& text : all_texts(guide(preset.id, own))) EXPECT_THAT(text, Not(HasSubstr(kPassword))) << preset.id;
  }
}

TEST(SetupGuide, ValuesThatLookLikePlacesAreLeftAlone) {
  auto own = filled_in(preset("telnyx"));
  own.account.username = "{number}{";
  EXPECT_THAT(all_texts(guide("telnyx", own)), Contains("Username: {number}{"));
}

TEST(DivertCodes, AreThoseOfLandlinesAndMobiles) {
  const auto codes = divert_codes("+443333357324", "GB");
  ASSERT_EQ(codes.size(), 7u);
  EXPECT_EQ(codes[0].set, "*21*03333357324#");
  EXPECT_EQ(codes[0].check, "*#21#");
  EXPECT_EQ(codes[0].cancel, "#21#");
  EXPECT_EQ(codes[3].set, "**21*+443333357324#");
  EXPECT_EQ(codes[3].check, "*#21#");
  EXPECT_EQ(codes[3].cancel, "##21#");
  EXPECT_EQ(codes[6].set, "**62*+443333357324#");
  EXPECT_EQ(divert_codes("+353861234567", "GB")[0].set, "*21*00353861234567#");
  for (const auto& code : divert_codes("+14155550132", "US")) EXPECT_EQ(code.telephone, Telephone::mobile);
}

}  // namespace frontdesk::setup_guide
