#include "reception/screening/caller_identity.hpp"

#include <gtest/gtest.h>

#include <cstdint>

#include "reception/screening/caller_rules.hpp"

namespace frontdesk::screening {
namespace {

constexpr std::string_view kFrom = "\"A, B <x>\" <sip:+442079460000@provider.example;user=phone>;tag=1";

CallerIdentity read(const IdentityHeaders& headers, bool trusted = true) {
  return read_identity(headers, trusted, "GB");
}

std::string number_of(std::string_view from) {
  IdentityHeaders headers;
  headers.from = from;
  return read(headers).number.expose();
}

Attestation attested(std::string_view asserted, std::string_view from = kFrom) {
  IdentityHeaders headers;
  headers.from = from;
  headers.asserted = {asserted};
  return read(headers).attestation;
}

CallerIdentity caller(const char* number, Attestation attestation = Attestation::none, bool withheld = false) {
  CallerIdentity out;
  out.number = base::Pii<std::string>(number);
  out.attestation = attestation;
  out.withheld = withheld;
  return out;
}

/// xorshift64: the same bytes in every run.
struct Bytes {
  std::uint64_t state = 88172645463325252u;
  std::uint64_t next() {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
  }
};

IdentityHeaders everywhere(std::string_view value) {
  return {value, {value, value}, {value}, {value}, {value}, {value}, {value}};
}

void expect_bounded(const CallerIdentity& identity) {
  for (const auto* number : {&identity.number.expose(), &identity.diverted_by.expose()}) {
    if (number->empty()) continue;
    ASSERT_LE(number->size(), 16u);
    ASSERT_EQ((*number)[0], '+');
    ASSERT_EQ(number->find_first_not_of("0123456789", 1), std::string::npos);
  }
  ASSERT_LE(identity.claimed.expose().size(), 64u);
  for (const char c : identity.claimed.expose()) ASSERT_TRUE(c >= ' ' && c < 127);
}

}  // namespace

TEST(CallerIdentity, ReadsNumbersInAllTheirForms) {
  EXPECT_EQ(number_of(kFrom), "+442079460000");
  for (const char* from :
       {"<sip:07700900123@example.com>", "sip:+447700900123@example.com;tag=9", "<tel:+44-7700-900123>;tag=1",
        "<sips:00447700900123@[2001:db8::1]:5061>", "<sip:447700900123@example.com>", "<SIP:%2B447700900123@x>",
        "<tel:7700900123;phone-context=+44>", "Name <sip:+447700900123;verstat=No-TN-Validation:pw@x:5060>"})
    EXPECT_EQ(number_of(from), "+447700900123") << from;
  for (const char* from : {"<sip:reception@example.com>", "<sip:100@example.com>", "<sip:example.com>",
                           "<sip:+0123456789@x>", "<sip:+1234567890123456@x>", "<sip:+44+7700900123@x>"})
    EXPECT_EQ(number_of(from), "") << from;
}

TEST(CallerIdentity, AnAssertedNumberWinsAndFromCannotReplaceIt) {
  IdentityHeaders headers;
  headers.from = "<sip:+443335550100@x>";
  headers.asserted = {"\"x\" <sip:trunk@provider.example>, <tel:+442079460000>"};
  EXPECT_EQ(read(headers).number.expose(), "+442079460000");
  EXPECT_EQ(read(headers).source, NumberSource::asserted);
  EXPECT_EQ(read(headers, false).number.expose(), "+443335550100") << "strangers assert nothing";
  for (const char* broken : {"<sip:unknown@x>", "<sip:+442079460000@x", "\"open <sip:+442079460000@x>", ""}) {
    headers.asserted = {broken};
    EXPECT_EQ(read(headers).number.expose(), "") << broken;
  }
}

TEST(CallerIdentity, RemotePartyCountsOnlyForTheCallingSide) {
  IdentityHeaders headers;
  headers.from = "<sip:me@x>";
  headers.remote_party = {"<sip:+441111111111@x>;party=called, <sip:+442079460000@x>;party=calling;privacy=full"};
  const auto identity = read(headers);
  EXPECT_EQ(identity.number.expose(), "+442079460000");
  EXPECT_EQ(identity.source, NumberSource::remote_party);
  EXPECT_TRUE(identity.withheld);
}

TEST(CallerIdentity, TellsWhoDiverted) {
  IdentityHeaders headers;
  headers.from = kFrom;
  headers.diversion = {"<sip:03335550100@x>;reason=no-answer, <sip:03335550199@x>;reason=unconditional"};
  EXPECT_EQ(read(headers).diverted_by.expose(), "+443335550100") << "the first is the last that diverted";
  headers.diversion = {"<sip:03335550100@x>;privacy=\"full\""};
  EXPECT_TRUE(read(headers).diverted);
  EXPECT_EQ(read(headers).diverted_by.expose(), "");
  EXPECT_FALSE(read(headers, false).diverted);
  headers.diversion = {};
  headers.history = {"<sip:+443335550100@x>;index=1, <sip:+443335550199@x;cause=302>;index=1.1;mp=1"};
  EXPECT_EQ(read(headers).diverted_by.expose(), "+443335550100");
  headers.history = {"<sip:+443335550100@x?Privacy=history>;index=1", "<sip:+443335550199@x;cause=486>;index=1.1"};
  EXPECT_TRUE(read(headers).diverted);
  EXPECT_EQ(read(headers).diverted_by.expose(), "");
  headers.history = {"<sip:+443335550100@x>;index=1,<sip:+443335550100@y>;index=1.1"};
  EXPECT_FALSE(read(headers).diverted) << "merely routed";
  headers.history = {"<sip:+441111111111@x>;index=1,<mailto:a@b>;index=1.1,<sip:+442079460000@x;cause=302>;index=1.2"};
  EXPECT_TRUE(read(headers).diverted);
  EXPECT_EQ(read(headers).diverted_by.expose(), "") << "who stands before cannot be read";
}

TEST(CallerIdentity, ReadsWhatTheNetworkVouchesFor) {
  EXPECT_EQ(attested("<sip:+442079460000;verstat=TN-Validation-Passed-A@x;user=phone>"), Attestation::a);
  EXPECT_EQ(attested("<tel:+442079460000;verstat=TN-Validation-Passed-B>"), Attestation::b);
  EXPECT_EQ(attested("<sip:+442079460000@x;verstat=tn-validation-passed-c>"), Attestation::c);
  EXPECT_EQ(attested("<sip:+442079460000@x>;verstat=TN-Validation-Passed"), Attestation::passed);
  EXPECT_EQ(attested("<tel:+442079460000;verstat=TN-Validation-Failed-A>"), Attestation::failed);
  EXPECT_EQ(attested("<tel:+442079460000;verstat=No-TN-Validation>"), Attestation::none);
  EXPECT_EQ(attested("<tel:+442079460000;verstat=whatever>"), Attestation::unverified);
  EXPECT_EQ(attested("<tel:+442079460000>"), Attestation::none);
  const auto* forged = "<sip:+442079460000;verstat=TN-Validation-Passed-A@x>";
  EXPECT_EQ(attested("<tel:+442079460000>", forged), Attestation::unverified) << "From is the caller's own";
  EXPECT_EQ(attested("<tel:+442079460000;verstat=TN-Validation-Passed-A>", "<tel:+44;verstat=TN-Validation-Failed>"),
            Attestation::failed);
}

TEST(CallerIdentity, AnIdentityHeaderAloneProvesNothing) {
  IdentityHeaders headers;
  headers.from = "<sip:+442079460000;verstat=TN-Validation-Passed-A@x>";
  EXPECT_EQ(read(headers).attestation, Attestation::a);
  EXPECT_EQ(read(headers, false).attestation, Attestation::none);
  headers.identity = {"eyJhbGciOiJFUzI1NiJ9.e30.x;info=<https://cert.example/a>;alg=ES256;ppt=shaken"};
  EXPECT_EQ(read(headers, false).attestation, Attestation::unverified);
}

TEST(CallerIdentity, HonoursPrivacy) {
  IdentityHeaders headers;
  headers.asserted = {"<tel:+442079460000>"};
  headers.from = "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1";
  EXPECT_TRUE(read(headers).withheld);
  EXPECT_EQ(read(headers).number.expose(), "+442079460000") << "for lists";
  headers.from = kFrom;
  EXPECT_FALSE(read(headers).withheld);
  headers.privacy = {"none"};
  EXPECT_FALSE(read(headers).withheld);
  headers.privacy = {"critical; ID"};
  EXPECT_TRUE(read(headers).withheld);
}

TEST(CallerIdentity, SurvivesUnclosedQuotesAndBrackets) {
  for (const char* text : {"\"",
                           "<",
                           ">",
                           "\"\\",
                           "<sip:",
                           "<sip:@",
                           "<sip:a@>",
                           "<sip:a@[::1>",
                           "<sip:%4@x>",
                           "<sip:%00@x>",
                           ";;;=",
                           "<tel:>",
                           "<:@?;",
                           ",,,,",
                           "\"a\" \"b <sip:+442079460000@x>",
                           "<<<>>>",
                           "<sip:+442079460000@x;a=\"b>;c",
                           "%",
                           "sip:",
                           "tel:;",
                           "<sip:a@x>;privacy=\""}) {
    const auto identity = read(everywhere(text));
    expect_bounded(identity);
    EXPECT_EQ(identity.number.expose().size() > 1, std::string_view(text).starts_with("<sip:+44")) << text;
  }
  EXPECT_TRUE(read(everywhere("<sip:+442079460000@x")).damaged);
}

TEST(CallerIdentity, DropsWhatIsTooLongOrTooMuch) {
  const std::string long_user = "<sip:" + std::string(65536, '1') + "@x>";
  const auto too_long = read(everywhere(long_user));
  EXPECT_TRUE(too_long.damaged);
  EXPECT_EQ(too_long.number.expose(), "");
  for (const char c : {',', '<', '"', ';', '\\', '\0', '%', '@'}) {
    expect_bounded(read(everywhere(std::string(65536, c))));
    expect_bounded(read(everywhere(std::string(kMaxIdentityHeader, c))));
  }
  std::string many;
  for (int i = 0; i < 100; ++i) many += "<sip:x@x>,";
  many += "<tel:+442079460000>";
  IdentityHeaders headers;
  headers.from = kFrom;
  headers.asserted = {many};
  EXPECT_TRUE(read(headers).damaged);
  EXPECT_EQ(read(headers).number.expose(), "");
}

TEST(CallerIdentity, SurvivesRandomBytesAndDamagedHeaders) {
  Bytes bytes;
  const std::string good =
      "\"N\" <sip:+442079460000;verstat=TN-Validation-Passed-A@x;cause=302?Privacy=none>;mp=1;x=\"y\"";
  for (int round = 0; round < 20000; ++round) {
    std::string noise(bytes.next() % 200, ' ');
    for (auto& c : noise) c = static_cast<char>(bytes.next());
    expect_bounded(read(everywhere(noise)));
    std::string damaged = good;
    for (int i = 0; i < 3; ++i) damaged[bytes.next() % damaged.size()] = "<>\";,@:%\\=?\0+ "[bytes.next() % 14];
    damaged.resize(bytes.next() % (damaged.size() + 1));
    expect_bounded(read(everywhere(damaged)));
  }
}

TEST(CallerRules, BlockWinsPriorityComesNextThenTheList) {
  CallerRules rules;
  rules.allowed = {"+44333*"};
  rules.blocked = {"+443335550199"};
  rules.priority = {"+447700900123", "+443335550199"};
  EXPECT_EQ(decide(caller("+443335550199"), rules).status, 603);
  EXPECT_EQ(decide(caller("+447700900123"), rules).treatment, Treatment::priority);
  EXPECT_EQ(decide(caller("+443335550100"), rules).treatment, Treatment::normal);
  EXPECT_EQ(decide(caller("+442079460000"), rules).status, 403);
  EXPECT_EQ(decide(caller(""), rules).status, 403) << "no number";
  rules.allowed = {"*"};
  EXPECT_EQ(decide(caller(""), rules).treatment, Treatment::normal);
  rules.blocked = {"*"};
  EXPECT_EQ(decide(caller(""), rules).treatment, Treatment::refused);
  rules.blocked = {""};
  EXPECT_EQ(decide(caller(""), rules).treatment, Treatment::normal) << "an empty line blocks nobody";
}

TEST(CallerRules, UnconfirmedNumbersPassNoListThatNamesThem) {
  CallerRules rules;
  rules.priority = {"+447700900123"};
  EXPECT_EQ(decide(caller("+447700900123", Attestation::failed), rules).treatment, Treatment::normal);
  rules.allowed = {"+44333*"};
  EXPECT_EQ(decide(caller("+447700900123", Attestation::failed), rules).status, 403);
  EXPECT_EQ(decide(caller("+443335550100", Attestation::failed), rules).status, 403);
  EXPECT_EQ(decide(caller("+443335550100", Attestation::unverified), rules).status, 0);
  rules.allowed = {"*"};
  rules.refuse_failed = true;
  EXPECT_EQ(decide(caller("+442079460000", Attestation::failed), rules).status, 403);
}

TEST(CallerRules, RefusesTheWithheldIfAskedToAndTellsNoNumber) {
  CallerRules rules;
  EXPECT_EQ(decide(caller("", Attestation::none, true), rules).treatment, Treatment::normal);
  rules.refuse_withheld = true;
  EXPECT_EQ(decide(caller("+442079460000", Attestation::none, true), rules).status, 433);
  rules.blocked = {"+442079460000"};
  const auto decision = decide(caller("+442079460000", Attestation::none, true), rules);
  EXPECT_EQ(decision.status, 603);
  EXPECT_EQ(decision.reason.find("2079"), std::string::npos);
}

}  // namespace frontdesk::screening
