#include "sip/dialog_state.hpp"

#include <gtest/gtest.h>

#include "sip/rate_limit.hpp"
#include "sip/session_timer.hpp"

namespace frontdesk::sip {
namespace {

TEST(DialogState, HeadersOfARequest) {
  DialogState dialog;
  dialog.call_id = "c1";
  dialog.local_tag = "l";
  dialog.remote_tag = "r";
  dialog.local_party = "<sip:us@x>";
  dialog.remote_party = "\"Ann\" <sip:ann@y>";
  dialog.route_set = {"<sip:p1;lr>", "<sip:p2;lr>"};
  EXPECT_EQ(request_headers(dialog, "BYE", 9),
            "Route: <sip:p1;lr>\r\nRoute: <sip:p2;lr>\r\nMax-Forwards: 70\r\nTo: \"Ann\" <sip:ann@y>;tag=r\r\n"
            "From: <sip:us@x>;tag=l\r\nCall-ID: c1\r\nCSeq: 9 BYE\r\n");
  EXPECT_TRUE(dialog.matches("c1", "l", "r"));
  EXPECT_FALSE(dialog.matches("c1", "r", "l"));
}

TEST(DialogState, TakesTheTagOff) {
  EXPECT_EQ(without_tag("\"A;tag=no\" <sip:a@b;x=1>;tag=abc"), "\"A;tag=no\" <sip:a@b;x=1>");
  EXPECT_EQ(without_tag("<sip:a@b>;isup-oli=0;tag=abc;x"), "<sip:a@b>;isup-oli=0;x");
  EXPECT_EQ(without_tag("sip:a@b;tag=abc"), "sip:a@b");
  EXPECT_EQ(without_tag("<sip:a@b>"), "<sip:a@b>");
}

TEST(DialogState, NextHop) {
  const auto at = [](const char* text, Transport transport = Transport::udp) {
    return Hop{*base::parse_endpoint(text), transport};
  };
  DialogState dialog;
  const Hop seen = at("203.0.113.7:33333");
  const auto to = [&](const char* target) {
    dialog.remote_target = target;
    return next_hop(dialog, seen);
  };
  EXPECT_EQ(to("sip:a@198.51.100.1:5070"), at("198.51.100.1:5070"));
  EXPECT_EQ(to("sip:a@198.51.100.1;transport=tcp"), at("198.51.100.1:5060", Transport::tcp));
  EXPECT_EQ(to("sip:a@carrier.example.com"), seen) << "a name: back to where it came from";
  EXPECT_EQ(to("sip:a@192.168.1.20:5060"), seen) << "a private address behind NAT";
  EXPECT_EQ(to("sip:a@127.0.0.1"), seen);
  EXPECT_EQ(to("sip:a@[2001:db8::1]"), seen) << "the other family";
  EXPECT_EQ(to("nonsense"), seen);
  EXPECT_EQ(to("sip:a@203.0.113.7:5060"), at("203.0.113.7:5060"));
  const Hop tcp = at("203.0.113.7:33333", Transport::tcp);
  EXPECT_EQ(next_hop(dialog, tcp), tcp) << "the connection that the peer opened";
  dialog.route_set = {"<sip:198.51.100.9:5080;lr>"};
  EXPECT_EQ(to("sip:a@198.51.100.1"), at("198.51.100.9:5080"));
}

TEST(DialogState, DirectHopIgnoresWhereThePeerWasSeen) {
  DialogState dialog;
  dialog.remote_target = "sip:a@192.168.1.20:5062;transport=TCP";
  EXPECT_EQ(direct_hop(dialog), (Hop{*base::parse_endpoint("192.168.1.20:5062"), Transport::tcp}));
  dialog.remote_target = "sip:a@host";
  EXPECT_EQ(direct_hop(dialog), std::nullopt);
}

TEST(DialogState, FreshHopIsWhereAConnectionOfOursReachesThePeer) {
  struct Case {
    Transport seen;
    std::uint16_t link;
    const char* target;
    const char* to;  ///< empty: nowhere
    Transport by;
    const char* name = "";
  };
  const Case cases[] = {
      {Transport::udp, 0, "sip:ann@203.0.113.7", "", Transport::udp},
      {Transport::tcp, 0, "sip:ann@203.0.113.7;transport=tcp", "203.0.113.7:5060", Transport::tcp, "203.0.113.7"},
      {Transport::tcp, 0, "sip:ann@203.0.113.7:5070", "203.0.113.7:5070", Transport::udp, "203.0.113.7"},
      {Transport::tcp, 0, "sip:ann@203.0.113.9:5070;transport=tcp", "203.0.113.9:5070", Transport::tcp, "203.0.113.9"},
      // What cannot be meant from here, or needs a name server: the address is known.
      {Transport::tcp, 0, "sip:ann@192.168.1.2:5070;transport=tcp", "203.0.113.7:5070", Transport::tcp, "192.168.1.2"},
      {Transport::tcp, 0, "sip:ann@pbx.example.com;transport=tcp", "203.0.113.7:5060", Transport::tcp,
       "pbx.example.com"},
      {Transport::tcp, 0, "sip:ann@203.0.113.7:49152;transport=tcp", "", Transport::tcp},
      {Transport::tls, 0, "sip:ann@pbx.example.com", "203.0.113.7:5061", Transport::tls, "pbx.example.com"},
      {Transport::tls, 0, "sip:ann@203.0.113.9:5081;transport=tls", "203.0.113.9:5081", Transport::tls, "203.0.113.9"},
      {Transport::tls, 1, "sip:ann@pbx.example.com", "", Transport::tls},
      {Transport::tcp, 0, "bad", "", Transport::tcp},
  };
  for (const auto& c : cases) {
    DialogState dialog;
    dialog.remote_target = c.target;
    const auto fresh = fresh_hop(dialog, {*base::parse_endpoint("203.0.113.7:49152"), c.seen, c.link});
    ASSERT_EQ(fresh.has_value(), *c.to != 0) << c.target;
    if (!fresh) continue;
    EXPECT_EQ(base::to_string(fresh->hop.to), c.to) << c.target;
    EXPECT_EQ(fresh->hop.transport, c.by) << c.target;
    EXPECT_EQ(fresh->name, c.name);
  }
  DialogState dialog;
  dialog.remote_target = "sip:ann@203.0.113.9";
  dialog.route_set = {"<sip:203.0.113.8;transport=tcp;lr>"};
  const auto fresh = fresh_hop(dialog, {*base::parse_endpoint("203.0.113.7:49152"), Transport::tcp});
  ASSERT_TRUE(fresh);
  EXPECT_EQ(base::to_string(fresh->hop.to), "203.0.113.8:5060");
}

TEST(SessionTimer, ReadsAndAnswers) {
  const auto asked = parse_session_expires("90;refresher=uac");
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->interval_s, 90U);
  const auto timer = accept_session_timer(*asked, 90);
  EXPECT_FALSE(timer.we_refresh);
  EXPECT_EQ(timer.give_up_after(), base::seconds(60));
  EXPECT_EQ((SessionTimer{91, true}.refresh_after()), base::milliseconds(45'500));
  EXPECT_EQ(session_timer_headers(timer, true), "Session-Expires: 90;refresher=uac\r\nRequire: timer\r\n");
  EXPECT_TRUE(accept_session_timer(*parse_session_expires("1800 ; refresher=UAS"), 90).we_refresh);
  EXPECT_EQ(accept_session_timer({1800, ""}, 90).give_up_after(), base::seconds(1768));
  EXPECT_FALSE(parse_session_expires("soon"));
  EXPECT_FALSE(parse_session_expires("99999999999"));
}

TEST(SourceRateLimit, RefillsPerSourceAndStaysBounded) {
  SourceRateLimit limit(10, 5);
  const auto a = *base::parse_address("192.0.2.1", 1);
  auto same = a;
  same.port = 2;
  base::Instant now{base::seconds(1)};
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(limit.admit(i % 2 ? a : same, now));
  EXPECT_FALSE(limit.admit(a, now));
  EXPECT_TRUE(limit.admit(*base::parse_address("192.0.2.2"), now));
  now = now + base::milliseconds(100);
  EXPECT_TRUE(limit.admit(a, now));
  EXPECT_FALSE(limit.admit(a, now));
  for (std::uint32_t i = 0; i < 3 * SourceRateLimit::kMaxSources; ++i) {
    base::Endpoint source;
    source.address = {10, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8),
                      static_cast<std::uint8_t>(i)};
    (void)limit.admit(source, now);
  }
  EXPECT_LE(limit.sources(), SourceRateLimit::kMaxSources);
}

base::Endpoint spoofed(std::uint32_t i) {
  base::Endpoint source;
  source.address = {10, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8),
                    static_cast<std::uint8_t>(i)};
  return source;
}

TEST(MessageGuard, AFloodOfSpoofedStrangersCostsTheOthersNothing) {
  const base::Instant start{base::seconds(1)};
  MessageGuard guard(2000, 4000, start);
  const auto trunk = *base::parse_address("192.0.2.1");
  const auto served = *base::parse_address("192.0.2.2");
  int strangers = 0;
  for (std::uint32_t i = 0; i < 200'000; ++i) {  // 20,000 a second for 10 s
    const auto now = start + base::microseconds(50) * static_cast<std::int64_t>(i);
    strangers += guard.admit(Standing::stranger, spoofed(i), now);
    if (i % 100 != 0) continue;
    EXPECT_TRUE(guard.admit(Standing::trunk, trunk, now));
    EXPECT_TRUE(guard.admit(Standing::served, served, now));
  }
  EXPECT_LE(strangers, MessageGuard::kStrangersBurst + 10 * MessageGuard::kStrangersPerSecond + 1);
  EXPECT_GE(strangers, 10 * MessageGuard::kStrangersPerSecond) << "and yet some are answered";
}

TEST(MessageGuard, ServedSourcesTogetherAreLimitedTooAndTheTrunkNever) {
  const base::Instant now{base::seconds(1)};
  MessageGuard guard(10, 20, now);
  int admitted = 0;
  for (std::uint32_t i = 0; i < 1000; ++i) admitted += guard.admit(Standing::served, spoofed(i), now);
  EXPECT_EQ(admitted, 40);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(guard.admit(Standing::trunk, spoofed(1), now));
  // One that has used up its own share takes nothing from the others.
  admitted = 0;
  const auto later = now + base::seconds(2);
  for (int i = 0; i < 1000; ++i) admitted += guard.admit(Standing::served, spoofed(5000), later);
  EXPECT_EQ(admitted, 20);
  EXPECT_TRUE(guard.admit(Standing::served, spoofed(5001), later));
}

}  // namespace
}  // namespace frontdesk::sip
