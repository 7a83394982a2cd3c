#include "config/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "config/account.hpp"
#include "config/values.hpp"

namespace frontdesk::config {
namespace {

using knowledge::Price;
using testing::HasSubstr;

constexpr std::string_view kMinimal = "[business]\nname = \"Hill\"\n";

std::vector<ConfigProblem> problems_of(std::string_view text, const Environment& environment = {}) {
  const auto config = parse_config(text, "frontdesk.toml", environment);
  return config ? std::vector<ConfigProblem>{} : config.error();
}

/// The one problem with that key.
ConfigProblem problem_at(const std::vector<ConfigProblem>& problems, std::string_view key) {
  const auto found = std::find_if(problems.begin(), problems.end(), [&](const auto& p) { return p.key == key; });
  if (found == problems.end()) {
    ADD_FAILURE() << "no problem at " << key;
    return {};
  }
  return *found;
}

TEST(ParseConfig, DefaultsNeedOnlyAName) {
  const auto config = parse_config(kMinimal, "frontdesk.toml", {});
  ASSERT_TRUE(config.has_value()) << describe(config.error().front());
  EXPECT_EQ(base::to_string(config->server.sip), "0.0.0.0:5060");
  EXPECT_EQ(base::to_string(config->server.http), "127.0.0.1:8080");
  EXPECT_EQ(config->server.rtp_first, 20000);
  EXPECT_FALSE(config->trunk.has_value());
  EXPECT_FALSE(config->business.hours.stated);
  EXPECT_EQ(config->zone.name, "Europe/London");
}

TEST(ParseConfig, ReadsTheSampleFiles) {
  const auto config = load_config("examples/frontdesk.toml", {});
  if (!config) {
    for (const auto& problem : config.error()) ADD_FAILURE() << describe(problem);
    return;
  }
  EXPECT_EQ(config->files.size(), 2U);
  EXPECT_EQ(config->business.name, "Hillside Dental");
  EXPECT_GE(config->business.services.size(), 12U);
  EXPECT_GE(config->business.faq.size(), 25U);
  EXPECT_EQ(config->business.people.size(), 6U);
  EXPECT_EQ(config->business.hours.week[0], (knowledge::DayHours{{480, 750}, {810, 1050}}));
  EXPECT_TRUE(config->business.hours.special[0].yearly);
  EXPECT_EQ(config->server.direct_callers.size(), 1U);
}

TEST(ParseConfig, ReadsWhoMayCallAndWhatHappensWhenFull) {
  const auto config = parse_config(
      "[business]\nname = \"Hill\"\n[screening]\nblock = [\"0900*\", \"+447700900666\"]\npriority = \"07700 900111\"\n"
      "anonymous = \"reject\"\n[limits]\nwhen_full = \"busy\"\ndrain_seconds = 0\n",
      "frontdesk.toml", {{"FRONTDESK_SCREENING_UNCONFIRMED", "reject"}});
  ASSERT_TRUE(config) << describe(config.error().front());
  EXPECT_EQ(config->screening.block, (std::vector<std::string>{"0900*", "+447700900666"}));
  EXPECT_EQ(config->screening.priority, (std::vector<std::string>{"07700 900111"}));
  EXPECT_FALSE(config->screening.accept_anonymous);
  EXPECT_FALSE(config->screening.accept_unconfirmed);
  EXPECT_EQ(config->limits.when_full, WhenFull::busy);
  EXPECT_EQ(config->limits.drain_seconds, 0);
  const auto problems = problems_of(
      "[business]\nname = \"Hill\"\n[screening]\nblock = [\"Bob\"]\nanonymous = \"maybe\"\n[limits]\nwhen_full = "
      "\"queue\"\ndrain_seconds = -1\n");
  EXPECT_EQ(problems.size(), 4U);
  EXPECT_THAT(problem_at(problems, "screening.block").message, HasSubstr("\"Bob\" is not a number"));
  EXPECT_THAT(problem_at(problems, "screening.anonymous").message, HasSubstr("\"reject\""));
  EXPECT_THAT(problem_at(problems, "limits.when_full").message, HasSubstr("\"busy\""));
}

TEST(ParseConfig, ReadsHowItTalks) {
  const auto usual = parse_config(kMinimal, "frontdesk.toml", {}).value().conversation;
  EXPECT_EQ(usual.patience, 1);
  EXPECT_EQ(usual.end_of_turn, EndOfTurn::adaptive);
  EXPECT_EQ(usual.interruption, Interruption::words);
  const auto own = parse_config(std::string(kMinimal) + "[conversation]\npatience = 1.5\nend_of_turn = \"fixed\"\n",
                                "frontdesk.toml", {{"FRONTDESK_CONVERSATION_INTERRUPTION", "voice"}})
                       .value()
                       .conversation;
  EXPECT_EQ(own.patience, 1.5);
  EXPECT_EQ(own.end_of_turn, EndOfTurn::fixed);
  EXPECT_EQ(own.interruption, Interruption::voice);
  const auto problems = problems_of(std::string(kMinimal) +
                                    "[conversation]\npatience = 9\nend_of_turn = \"never\"\ninterruption = \"no\"\n");
  EXPECT_EQ(problems.size(), 3U);
  EXPECT_THAT(problem_at(problems, "conversation.end_of_turn").message, HasSubstr("adaptive"));
}

TEST(ParseConfig, CodecsDigitsAndNoise) {
  using codec::Codec;
  const std::string trunk = "[trunk]\ndomain=\"d\"\nusername=\"u\"\npassword=\"p\"\n";
  const auto usual = parse_config(std::string(kMinimal) + trunk, "f", {}).value();
  EXPECT_TRUE(usual.server.codecs.empty());
  EXPECT_TRUE(usual.trunk->codecs.empty());
  EXPECT_EQ(usual.trunk->dtmf, Dtmf::automatic);
  EXPECT_EQ(usual.conversation.noise_suppression, NoiseSuppression::off);
  const auto own = parse_config(std::string(kMinimal) +
                                    "[server]\ncodecs = [\"opus\", \"pcma\"]\n[conversation]\nnoise_suppression = "
                                    "\"mild\"\n" +
                                    trunk + "codecs = \"pcmu\"\ndtmf = \"in-band\"\n",
                                "f", {})
                       .value();
  EXPECT_EQ(own.server.codecs, (std::vector{Codec::opus, Codec::pcma}));
  EXPECT_EQ(own.trunk->codecs, (std::vector{Codec::pcmu}));
  EXPECT_EQ(own.trunk->dtmf, Dtmf::in_band);
  EXPECT_EQ(own.conversation.noise_suppression, NoiseSuppression::mild);
  const auto problems =
      problems_of(std::string(kMinimal) + "[server]\ncodecs = [\"g729\", \"opus\", \"opus\"]\n" +
                  "[conversation]\nnoise_suppression = \"on\"\n" + trunk + "codecs = []\ndtmf = \"tones\"\n");
  EXPECT_EQ(problems.size(), 5U);
  EXPECT_THAT(problem_at(problems, "trunk.codecs").message, HasSubstr("left out"));
  EXPECT_THAT(problem_at(problems, "trunk.dtmf").message, HasSubstr("rfc4733"));
  EXPECT_THAT(problem_at(problems, "conversation.noise_suppression").message, HasSubstr("mild"));
}

TEST(ParseConfig, HoldMusicLiesBesideTheFile) {
  const std::string text = std::string(kMinimal) + "[voice]\nhold_music = ";
  EXPECT_EQ(parse_config(kMinimal, "dir/frontdesk.toml", {}).value().voice.hold_music, "");
  EXPECT_EQ(parse_config(text + "\"m.wav\"\n", "dir/frontdesk.toml", {}).value().voice.hold_music, "dir/m.wav");
  EXPECT_EQ(parse_config(text + "\"/m.wav\"\n", "dir/frontdesk.toml", {}).value().voice.hold_music, "/m.wav");
}

TEST(ParseConfig, WhereWeAreBehindARouter) {
  const auto server = [](const std::string& lines) {
    return parse_config(std::string(kMinimal) + "[server]\n" + lines, "frontdesk.toml", {}).value().server;
  };
  EXPECT_FALSE(server("").public_address);
  EXPECT_EQ(base::address_text(*server("public_address = \"203.0.113.7\"").public_address), "203.0.113.7");
  EXPECT_TRUE(server("public_address = \"auto\"").learn_public_address);
  EXPECT_FALSE(server("public_address = \"auto\"").public_address);
  EXPECT_EQ(server("stun_server = \"stun.example.com\"").stun_server, "stun.example.com:3478");
  EXPECT_EQ(server("stun_server = \"192.0.2.1\"").stun_server, "192.0.2.1:3478");
  EXPECT_EQ(server("stun_server = \"192.0.2.1:9\"").stun_server, "192.0.2.1:9");
  EXPECT_EQ(server("local_networks = [\"10.1.0.0/16\"]").local_networks.size(), 1U);
  EXPECT_EQ(server("allowed_origins = [\"https://crm.example.org\", \"http://localhost:3000\"]").allowed_origins.size(),
            2U);
  EXPECT_EQ(server("requests_per_second = 5").requests_per_second, 5);
  EXPECT_EQ(server("").metrics, MetricsFor::token);
  EXPECT_EQ(server("metrics = \"this_machine\"").metrics, MetricsFor::this_machine);
  EXPECT_EQ(server("metrics = \"off\"").metrics, MetricsFor::nobody);
  EXPECT_EQ(server("url = \"https://desk.example.org/\"").url, "https://desk.example.org");
  for (const char* bad : {"*", "crm.example.org", "https://crm.example.org/", "https://CRM.example.org", "https://"})
    EXPECT_EQ(problems_of(std::string(kMinimal) + "[server]\nallowed_origins = [\"" + bad + "\"]").size(), 1U) << bad;
  for (const char* bad : {"metrics = \"all\"", "public_address = \"office\"", "public_address = \"0.0.0.0\"", "stun_server = \"stun:x\"",
                          "local_networks = \"office\""}) {
    EXPECT_EQ(problems_of(std::string(kMinimal) + "[server]\n" + bad).size(), 1U) << bad;
  }
}

TEST(ParseConfig, ATrunkMayHaveItsOwnRuleForEncryptedAudio) {
  const std::string trunk = std::string(kMinimal) + "[trunk]\ndomain = \"sip.example.com\"\nregister = false\n";
  EXPECT_FALSE(parse_config(trunk, "frontdesk.toml", {}).value().trunk->srtp);
  EXPECT_EQ(parse_config(trunk + "srtp = \"required\"\n", "frontdesk.toml", {}).value().trunk->srtp, Srtp::required);
  problem_at(problems_of(trunk + "srtp = \"maybe\"\n"), "trunk.srtp");
}

TEST(ParseConfig, ReportsEveryProblemWithItsPlace) {
  const auto problems = problems_of(R"([server]
sip = "localhost"
rtp = "9-5"
htpp = "127.0.0.1:1"
direct_callers = ["10.0.0.0/33"]
[trunk]
domain = "sip:pbx.example.com"
port = 70000
transport = "smoke"
username = "u"
[limits]
max_calls = "many"
[business]
name = ""
timezone = "Mars/Olympus"
currency = "pounds"
[hours]
mon = "8-25"
monday = "closed"
[[people]]
name = "A"
days = ["mon-fry"]
[[people]]
name = "A"
[[services]]
name = "S"
price = "cheap"
)");
  EXPECT_EQ(problem_at(problems, "server.sip").line, 2);
  EXPECT_EQ(problem_at(problems, "server.sip").column, 7);
  EXPECT_EQ(problem_at(problems, "server.rtp").line, 3);
  EXPECT_THAT(problem_at(problems, "server.htpp").message, HasSubstr("did you mean \"http\""));
  EXPECT_EQ(problem_at(problems, "server.htpp").line, 4);
  EXPECT_THAT(problem_at(problems, "server.direct_callers").message, HasSubstr("10.0.0.0/33"));
  EXPECT_THAT(problem_at(problems, "trunk.domain").message, HasSubstr("must not contain a protocol"));
  EXPECT_THAT(problem_at(problems, "trunk.port").message, HasSubstr("0 to 65535"));
  EXPECT_EQ(problem_at(problems, "trunk.port").line, 8);
  EXPECT_THAT(problem_at(problems, "trunk.transport").message, HasSubstr("\"udp\" or \"tcp\""));
  EXPECT_THAT(problem_at(problems, "trunk.password").message, HasSubstr("FRONTDESK_TRUNK_PASSWORD"));
  EXPECT_EQ(problem_at(problems, "limits.max_calls").line, 12);
  EXPECT_EQ(problem_at(problems, "business.name").line, 14);
  EXPECT_THAT(problem_at(problems, "business.timezone").message, HasSubstr("IANA"));
  EXPECT_EQ(problem_at(problems, "business.timezone").line, 15);
  EXPECT_EQ(problem_at(problems, "business.currency").line, 16);
  EXPECT_EQ(problem_at(problems, "hours.mon").line, 18);
  EXPECT_THAT(problem_at(problems, "hours.monday").message, HasSubstr("is not a setting"));
  EXPECT_EQ(problem_at(problems, "people[1].days").line, 22);
  EXPECT_THAT(problem_at(problems, "people").message, HasSubstr("id \"a\""));
  EXPECT_EQ(problem_at(problems, "services[1].price").line, 27);
  EXPECT_EQ(problems.size(), 17U);
  EXPECT_TRUE(
      std::is_sorted(problems.begin(), problems.end(), [](const auto& a, const auto& b) { return a.line < b.line; }));
}

TEST(ParseConfig, DomainRules) {
  const auto message = [](const std::string& domain) {
    const auto problems =
        problems_of(std::string(kMinimal) + "[trunk]\nusername=\"u\"\npassword=\"p\"\ndomain=\"" + domain + "\"\n");
    return problems.empty() ? std::string() : problems.front().message;
  };
  EXPECT_EQ(message("sip.example.com"), "");
  EXPECT_EQ(message("192.0.2.1"), "");
  EXPECT_EQ(message("2001:db8::1"), "");
  EXPECT_THAT(message("sip://example.com"), HasSubstr("protocol"));
  EXPECT_THAT(message("example.com:5060"), HasSubstr("port"));
  EXPECT_THAT(message("example.com/x"), HasSubstr("slash"));
  EXPECT_THAT(message("me@example.com"), HasSubstr("user"));
  EXPECT_THAT(message("exa mple"), HasSubstr("host name"));
}

TEST(ParseConfig, SeveralTrunksEachWithItsOwnWay) {
  const auto config = parse_config(std::string(kMinimal) + R"(
[[trunk]]
name = "one"
domain = "sip.one.example"
port = 5061
transport = "tls"
ca_file = "/etc/one.pem"
backup_domain = "sip2.one.example:5071"
outbound_proxy = "192.0.2.7"
keep_alive_seconds = 15
realm = "one"
username = "u"
password = "p"
[[trunk]]
name = "two"
domain = "two.example"
port = 0
transport = "auto"
register = false
)",
                                   "frontdesk.toml", {});
  ASSERT_TRUE(config.has_value()) << describe(config.error().front());
  ASSERT_EQ(config->all_trunks.size(), 2U);
  EXPECT_EQ(config->trunk->name, "one");
  const auto& one = config->all_trunks[0];
  EXPECT_EQ(one.transport, Transport::tls);
  EXPECT_EQ(one.ca_file, "/etc/one.pem");
  EXPECT_TRUE(one.verify);
  EXPECT_EQ(one.backup_domain, "sip2.one.example:5071");
  EXPECT_EQ(one.outbound_proxy, "192.0.2.7");
  EXPECT_EQ(one.keep_alive_seconds, 15);
  EXPECT_EQ(one.realm, "one");
  const auto& two = config->all_trunks[1];
  EXPECT_EQ(two.transport, Transport::automatic);
  EXPECT_EQ(two.port, 0);
  EXPECT_FALSE(two.registers);
}

TEST(ParseConfig, WhatIsWrongWithATrunkIsSaidWithARemedy) {
  const auto problems = problems_of(std::string(kMinimal) + R"(
[[trunk]]
domain = "a.example"
username = "u"
password = "p"
verify = false
backup_domain = "b.example:99999"
keep_alive_seconds = 1
[[trunk]]
domain = "c.example"
transport = "auto"
username = "u"
outbound_proxy = "sip:proxy.example"
)");
  EXPECT_THAT(problem_at(problems, "trunk[1].verify").message, HasSubstr("TLS only"));
  EXPECT_THAT(problem_at(problems, "trunk[1].backup_domain").message, HasSubstr("a host and a port"));
  EXPECT_THAT(problem_at(problems, "trunk[1].keep_alive_seconds").message, HasSubstr("5"));
  EXPECT_THAT(problem_at(problems, "trunk[2].port").message, HasSubstr("must be 0"));
  EXPECT_THAT(problem_at(problems, "trunk[2].password").message, HasSubstr("register = false"));
  EXPECT_THAT(problem_at(problems, "trunk[2].outbound_proxy").message, HasSubstr("host"));
  EXPECT_THAT(problem_at(problems, "trunk[2].name").message, HasSubstr("used twice"));
  EXPECT_EQ(problems.size(), 7U);
}

TEST(ParseConfig, TheEnvironmentWins) {
  const Environment environment{{"FRONTDESK_SERVER_SIP", "127.0.0.1:15060"},
                                {"FRONTDESK_SERVER_DIRECT_CALLERS", "127.0.0.1, 10.0.0.0/8"},
                                {"FRONTDESK_TRUNK_DOMAIN", "sip.example.com"},
                                {"FRONTDESK_TRUNK_USERNAME", "u"},
                                {"FRONTDESK_TRUNK_PASSWORD", "hunter2"},
                                {"FRONTDESK_LIMITS_MAX_CALLS", "7"},
                                {"FRONTDESK_CACHE", "/elsewhere"}};
  const auto config = parse_config(kMinimal, "frontdesk.toml", environment);
  ASSERT_TRUE(config.has_value()) << describe(config.error().front());
  EXPECT_EQ(base::to_string(config->server.sip), "127.0.0.1:15060");
  EXPECT_EQ(config->server.direct_callers.size(), 2U);
  EXPECT_EQ(config->trunk->password.expose(), "hunter2");
  EXPECT_EQ(config->trunk->auth_username, "u");
  EXPECT_EQ(config->trunk->port, 5065);
  EXPECT_EQ(config->limits.max_calls, 7);
}

TEST(ParseConfig, EveryCallNeedsAPort) {
  const auto with = [](const std::string& range, const std::string& calls) {
    return "[server]\nrtp = \"" + range + "\"\n[limits]\nmax_calls = " + calls + "\n" + std::string(kMinimal);
  };
  EXPECT_TRUE(parse_config(with("20000-20039", "20"), "frontdesk.toml", {}).has_value());
  EXPECT_TRUE(parse_config(with("20001-20040", "20"), "frontdesk.toml", {}).has_value());
  EXPECT_TRUE(parse_config(with("65534-65535", "1"), "frontdesk.toml", {}).has_value());
  const auto problems = problems_of(with("20001-20039", "20"));
  EXPECT_EQ(problems.size(), 1U);
  EXPECT_EQ(problem_at(problems, "server.rtp").line, 2);
  EXPECT_THAT(problem_at(problems, "server.rtp").message, HasSubstr("room for 19 calls"));
  EXPECT_THAT(problem_at(problems, "server.rtp").message, HasSubstr("limits.max_calls is 20"));
  // Where the file leaves the range as it is, the limit is what is wrong; the environment counts as well.
  EXPECT_EQ(problem_at(problems_of("[limits]\nmax_calls = 501\n" + std::string(kMinimal)), "limits.max_calls").line, 2);
  problem_at(problems_of(kMinimal, {{"FRONTDESK_LIMITS_MAX_CALLS", "501"}}), "limits.max_calls");
}

TEST(ParseConfig, WrongVariablesAreNamed) {
  const auto problems = problems_of(kMinimal, {{"FRONTDESK_SERVER_SPI", "x"}, {"FRONTDESK_LIMITS_MAX_CALLS", "0"}});
  EXPECT_EQ(problem_at(problems, "FRONTDESK_SERVER_SPI").file, "environment");
  EXPECT_THAT(problem_at(problems, "FRONTDESK_SERVER_SPI").message, HasSubstr("FRONTDESK_SERVER_SIP"));
  EXPECT_THAT(problem_at(problems, "FRONTDESK_LIMITS_MAX_CALLS").message, HasSubstr("from 1 to 10000"));
  EXPECT_EQ(problems.size(), 2U);
}

TEST(ParseConfig, SecretsStayOutOfProblems) {
  const auto problems = problems_of("[trunk]\npassword = \"hunter2\"\nport = 0\n");
  ASSERT_FALSE(problems.empty());
  for (const auto& problem : problems) EXPECT_EQ(describe(problem).find("hunter2"), std::string::npos);
}

TEST(ParseConfig, ReadsWhereTheDatabaseIs) {
  const auto database = [](const std::string& text, const Environment& environment = {}) {
    const auto config = parse_config(text + "\n[business]\nname = \"Hillside\"\n", "a.toml", environment);
    return config ? config->storage.database.expose() : config.error().front().key;
  };
  const std::string file = "[storage]\ndatabase = \"postgresql://a:b@c/d\"";
  EXPECT_EQ(database(""), "");
  EXPECT_EQ(database(file), "postgresql://a:b@c/d");
  EXPECT_EQ(database("", {{"DATABASE_URL", "postgres://x/y"}}), "postgres://x/y");
  EXPECT_EQ(database(file, {{"DATABASE_URL", "postgres://x/y"}}), "postgresql://a:b@c/d");
  EXPECT_EQ(database(file, {{"FRONTDESK_STORAGE_DATABASE", "postgresql://m/n"}}), "postgresql://m/n");
  const auto problems = problems_of("[storage]\ndatabase = \"mysql://a:s3cret@c/d\"");
  ASSERT_FALSE(problems.empty());
  EXPECT_EQ(describe(problems.front()).find("s3cret"), std::string::npos);
}

TEST(ParseConfig, BrokenTomlHasAPlace) {
  const auto problems = problems_of("[server]\nsip = \n");
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].line, 2);
  EXPECT_THAT(describe(problems[0]), HasSubstr("frontdesk.toml:2:"));
}

TEST(ParseConfig, MissingBusinessFile) {
  const auto problems = problems_of("business = \"nowhere.toml\"\n[hours]\nmon = \"closed\"\n");
  EXPECT_THAT(problem_at(problems, "business").message, HasSubstr("nowhere.toml"));
  EXPECT_THAT(problem_at(problems, "hours").message, HasSubstr("belongs into"));
  EXPECT_EQ(problems.size(), 2U);
  const auto none = load_config("/nonexistent/frontdesk.toml", {});
  ASSERT_FALSE(none.has_value());
  EXPECT_THAT(none.error().front().message, HasSubstr("cannot be read"));
}

TEST(ParseConfig, HolidayRules) {
  const auto message = [](const std::string& rest) {
    const auto problems = problems_of(std::string(kMinimal) + "[[holidays]]\nname = \"H\"\n" + rest);
    return problems.empty() ? std::string() : problems.front().message;
  };
  EXPECT_EQ(message("date = 2026-12-25\n"), "");
  EXPECT_EQ(message("from = \"12-24\"\nto = \"01-02\"\n"), "");
  EXPECT_THAT(message(""), HasSubstr("either date"));
  EXPECT_THAT(message("date = \"12-25\"\nfrom = \"12-24\"\nto = \"12-26\"\n"), HasSubstr("either date"));
  EXPECT_THAT(message("from = 2026-12-24\n"), HasSubstr("both from and to"));
  EXPECT_THAT(message("from = 2026-12-24\nto = 2026-12-01\n"), HasSubstr("before from"));
  EXPECT_THAT(message("date = \"31-12\"\n"), HasSubstr("is not a date"));
}

TEST(DayHours, Notations) {
  EXPECT_EQ(parse_day_hours("08:00-12:00, 13:00-17:30"), (knowledge::DayHours{{480, 720}, {780, 1050}}));
  EXPECT_EQ(parse_day_hours("closed"), knowledge::DayHours{});
  EXPECT_EQ(parse_day_hours("24 hours"), (knowledge::DayHours{{0, 1440}}));
  EXPECT_EQ(parse_day_hours("22:00-02:00"), (knowledge::DayHours{{1320, 1560}}));
  EXPECT_EQ(parse_day_hours("0:00-24:00"), (knowledge::DayHours{{0, 1440}}));
  for (const char* wrong : {"", "8", "8-8", "25-26", "08:60-09:00", "10-12, 11-13", "nine to five", "8-12,"}) {
    EXPECT_EQ(parse_day_hours(wrong), std::nullopt) << wrong;
  }
}

TEST(Price, Notations) {
  EXPECT_EQ(parse_price("65"), (Price{Price::Kind::exact, 65'000'000, 0}));
  EXPECT_EQ(parse_price("12.5"), (Price{Price::Kind::exact, 12'500'000, 0}));
  EXPECT_EQ(parse_price("45-90"), (Price{Price::Kind::range, 45'000'000, 90'000'000}));
  EXPECT_EQ(parse_price("From 320"), (Price{Price::Kind::from, 320'000'000, 0}));
  EXPECT_EQ(parse_price("free"), (Price{Price::Kind::free, 0, 0}));
  for (const char* wrong : {"", "£65", "90-45", "1.234", "-5", "from"})
    EXPECT_EQ(parse_price(wrong), std::nullopt) << wrong;
}

TEST(AddressRange, Contains) {
  const auto range = parse_range("192.0.2.0/25");
  ASSERT_TRUE(range.has_value());
  EXPECT_TRUE(range->contains(*base::parse_address("192.0.2.127", 5060)));
  EXPECT_FALSE(range->contains(*base::parse_address("192.0.2.128")));
  EXPECT_FALSE(range->contains(*base::parse_address("::1")));
  EXPECT_TRUE(parse_range("2001:db8::/32")->contains(*base::parse_address("2001:db8:1::1")));
  EXPECT_TRUE(parse_range("0.0.0.0/0")->contains(*base::parse_address("8.8.8.8")));
  for (const char* wrong : {"", "192.0.2.0/33", "192.0.2.0/", "host", "192.0.2.0/-1"})
    EXPECT_FALSE(parse_range(wrong)) << wrong;
}

TEST(TimeZone, NamesCannotLeaveTheFolder) {
  EXPECT_FALSE(load_time_zone("../../etc/passwd"));
  EXPECT_FALSE(load_time_zone("/etc/passwd"));
  EXPECT_FALSE(load_time_zone(""));
  EXPECT_TRUE(load_time_zone("America/New_York").has_value());
}

TEST(Config, AProviderFillsWhatTheFileLeavesOut) {
  const auto config = parse_config(std::string(kMinimal) + R"(
[[trunk]]
provider = "switchboard-free"
username = "u"
password = "p"
[[trunk]]
name = "us"
provider = "twilio"
domain = "mine.pstn.twilio.com"
[[trunk]]
provider = "telnyx"
transport = "tls"
username = "u"
password = "p"
allowed_from = ["201", "0333*"]
)",
                                   "frontdesk.toml", {});
  ASSERT_TRUE(config);
  const auto& free = config->all_trunks[0];
  EXPECT_EQ(free.name, "switchboard-free");
  EXPECT_EQ(free.domain, "reg5.switchboardfree.co.uk");
  EXPECT_EQ(free.port, 5065);
  EXPECT_EQ(free.transport, Transport::tcp);
  EXPECT_TRUE(free.registers);
  const auto& twilio = config->all_trunks[1];
  EXPECT_EQ(twilio.name, "us");
  EXPECT_EQ(twilio.port, 5060);
  EXPECT_EQ(twilio.transport, Transport::udp);
  EXPECT_FALSE(twilio.registers) << "it knows us by our address";
  EXPECT_EQ(config->all_trunks[2].port, 5061) << "the usual port of TLS";
}

TEST(Config, AProviderWithoutASharedServerNeedsOne) {
  const auto problems =
      problems_of(std::string(kMinimal) + "[[trunk]]\nprovider = \"twilio\"\n[[trunk]]\n" +
                  "name=\"x\"\nprovider=\"twillio\"\ndomain=\"a.b\"\nusername=\"u\"\npassword=\"p\"\n" +
                  "allowed_from = [\"12x\"]\n");
  EXPECT_THAT(problem_at(problems, "trunk[1].domain").message, HasSubstr("<trunk>.pstn.twilio.com"));
  EXPECT_THAT(problem_at(problems, "trunk[2].provider").message, HasSubstr("\"twilio\""));
  EXPECT_THAT(problem_at(problems, "trunk[2].allowed_from").message, HasSubstr("12x"));
}

TEST(Config, ATrunkIsAnAccountAndBack) {
  Trunk trunk;
  trunk.name = "line";
  trunk.domain = "sip.example.com";
  trunk.port = 5062;
  trunk.transport = Transport::tls;
  trunk.username = trunk.auth_username = "u";
  trunk.password = base::Secret("p");
  trunk.allowed_from = {"+44333*"};
  const auto account = account_of(trunk, Srtp::required);
  EXPECT_EQ(account.srtp, "required");
  EXPECT_TRUE(account.auth_username.empty());
  const auto back = trunk_of(account, "line");
  EXPECT_EQ(back.port, 5062);
  EXPECT_EQ(back.transport, Transport::tls);
  EXPECT_EQ(back.auth_username, "u");
  EXPECT_EQ(back.password, trunk.password);
  EXPECT_EQ(back.allowed_from, trunk.allowed_from);
}

}  // namespace
TEST(Recording, IsReadWithItsNumbersAndTrunks) {
  const auto read = [](const std::string& text, const Environment& environment = {}) {
    return parse_config(text + "\n[business]\nname = \"Hillside\"\n", "a.toml", environment);
  };
  const auto usual = read("");
  ASSERT_TRUE(usual) << describe(usual.error().front());
  EXPECT_EQ(usual->recording.policy, RecordingPolicy::announce);
  EXPECT_TRUE(usual->recording.encrypt);
  const auto config = read(R"(
[recording]
policy = "ask"
question = "May we?"
format = "opus"
encrypt = false
keep_days = 30
pause_on_digits = true
[[recording.numbers]]
number = "+443335550100"
policy = "both_party"
[trunk]
domain = "sip.example.com"
register = false
recording = "off")");
  ASSERT_TRUE(config) << describe(config.error().front());
  EXPECT_EQ(config->recording.policy, RecordingPolicy::ask);
  EXPECT_EQ(config->recording.format, RecordingFormat::opus);
  EXPECT_EQ(config->recording.keep_days, 30);
  EXPECT_FALSE(config->recording.encrypt);
  EXPECT_TRUE(config->recording.pause_on_digits);
  ASSERT_EQ(config->recording.numbers.size(), 1U);
  EXPECT_EQ(config->recording.numbers[0].policy, RecordingPolicy::both_party);
  EXPECT_EQ(config->trunk->recording, RecordingPolicy::off);
  const auto overridden = read("", {{"FRONTDESK_RECORDING_POLICY", "off"}, {"FRONTDESK_MASTER_KEY", "00"}});
  ASSERT_TRUE(overridden) << describe(overridden.error().front());
  EXPECT_EQ(overridden->recording.policy, RecordingPolicy::off);
}

TEST(Recording, NamesEveryMistake) {
  const auto config = parse_config(R"(
[recording]
policy = "always"
question = "We record."
format = "mp3"
keep_days = -1
pause_on_digit = true
[[recording.numbers]]
number = ""
[business]
name = "Hillside"
)",
                                   "a.toml", {});
  ASSERT_FALSE(config);
  std::vector<std::string> keys;
  for (const auto& problem : config.error()) keys.push_back(problem.key);
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(keys, (std::vector<std::string>{"recording.format", "recording.keep_days", "recording.numbers[1].number",
                                            "recording.numbers[1].policy", "recording.pause_on_digit",
                                            "recording.policy", "recording.question"}));
}

}  // namespace frontdesk::config
