#include "sip/session_timer.hpp"

#include <gtest/gtest.h>

namespace frontdesk::sip {
namespace {

using Due = SessionClock::Due;

base::Instant at(std::int64_t seconds) {
  return base::Instant{base::seconds(seconds)};
}

TEST(SessionClock, ACarrierRefreshesEvery900SecondsForFourHours) {
  for (const char* header : {"1800;refresher=uac", "1800", "900;refresher=uac"}) {
    SessionClock clock(1800, 90);
    EXPECT_FALSE(clock.accept(parse_session_expires(header), true, at(0)).empty());
    // Every second, so that nothing falls due between refreshes unseen.
    const std::int64_t refresh_every = std::string_view(header).starts_with("900") ? 450 : 900;
    for (std::int64_t now = 1; now <= 4 * 3600; ++now) {
      ASSERT_EQ(clock.due(at(now)), Due::nothing) << header << " at " << now;
      if (now % refresh_every != 0) continue;
      const auto granted = clock.accept(parse_session_expires(header), true, at(now));
      EXPECT_NE(granted.find(";refresher=uac\r\nRequire: timer\r\n"), std::string::npos);
    }
  }
}

TEST(SessionClock, WithoutRefreshesTheSessionExpiresOnce) {
  SessionClock clock(1800, 90);
  (void)clock.accept(parse_session_expires("1800;refresher=uac"), true, at(0));
  EXPECT_EQ(clock.next_wakeup(), at(1768));
  EXPECT_EQ(clock.due(at(1767)), Due::nothing);
  EXPECT_EQ(clock.due(at(1768)), Due::expired);
  EXPECT_EQ(clock.due(at(1769)), Due::nothing);
  EXPECT_EQ(clock.next_wakeup(), std::nullopt);
}

TEST(SessionClock, WeRefreshForFourHours) {
  for (const bool as_uac : {true, false}) {
    SessionClock clock(1800, 90);
    if (as_uac) {
      EXPECT_EQ(clock.request_headers(), "Session-Expires: 1800\r\nMin-SE: 90\r\n") << "either may refresh";
      clock.granted(parse_session_expires("1800;refresher=uac"), at(0));
    } else {
      (void)clock.accept(parse_session_expires("1800;refresher=uas"), true, at(0));
    }
    int refreshes = 0;
    for (std::int64_t now = 1; now <= 4 * 3600; ++now) {
      const Due due = clock.due(at(now));
      ASSERT_NE(due, Due::expired) << now;
      if (due != Due::refresh) continue;
      ++refreshes;
      EXPECT_EQ(clock.request_headers(), "Session-Expires: 1800;refresher=uac\r\nMin-SE: 90\r\n");
      clock.granted(parse_session_expires("1800;refresher=uac"), at(now));
    }
    EXPECT_EQ(refreshes, 16);
  }
}

TEST(SessionClock, WhoRefreshesStaysSoInRequestsOfTheOther) {
  SessionClock clock(1800, 90);
  (void)clock.accept(parse_session_expires("600;refresher=uac"), true, at(0));
  EXPECT_EQ(clock.request_headers(), "Session-Expires: 600;refresher=uas\r\nMin-SE: 90\r\n");
  clock.granted(parse_session_expires("600;refresher=uas"), at(5));
  EXPECT_FALSE(clock.we_refresh());
}

TEST(SessionClock, ARefusedRefreshIsTriedAgainAndTheDeadlineStands) {
  SessionClock clock(0, 1);
  (void)clock.accept(parse_session_expires("100;refresher=uas"), true, at(0));
  EXPECT_EQ(clock.due(at(50)), Due::refresh);
  EXPECT_EQ(clock.due(at(51)), Due::nothing) << "the first one is under way";
  clock.postpone(base::seconds(4), at(51));
  EXPECT_EQ(clock.due(at(55)), Due::refresh);
  clock.postpone(base::seconds(40), at(55));
  EXPECT_EQ(clock.next_wakeup(), at(68));
  EXPECT_EQ(clock.due(at(68)), Due::expired);
}

TEST(SessionClock, A422LengthensTheIntervalButNotWithoutBoundsOrEnd) {
  SessionClock clock(1800, 90);
  EXPECT_FALSE(clock.lengthen(std::nullopt));
  EXPECT_FALSE(clock.lengthen(1800));
  EXPECT_FALSE(clock.lengthen(4'000'000'000U));
  EXPECT_TRUE(clock.lengthen(3600));
  EXPECT_FALSE(clock.lengthen(3600));
  for (const std::uint32_t more : {3601U, 3602U, 3603U}) EXPECT_TRUE(clock.lengthen(more));
  EXPECT_FALSE(clock.lengthen(3604)) << "a peer that always asks for more";
  EXPECT_EQ(clock.request_headers(), "Session-Expires: 3603\r\nMin-SE: 90\r\n");
}

TEST(SessionClock, NothingAskedOrGrantedMeansNoTimer) {
  SessionClock clock(0, 90);
  EXPECT_EQ(clock.request_headers(), "");
  EXPECT_EQ(clock.accept(std::nullopt, true, at(0)), "");
  clock.granted(std::nullopt, at(0));
  EXPECT_EQ(clock.next_wakeup(), std::nullopt);
  EXPECT_EQ(clock.due(at(100'000)), Due::nothing);
  // A refresh without the header ends an earlier timer (RFC 4028, section 9).
  (void)clock.accept(parse_session_expires("90"), true, at(0));
  (void)clock.accept(std::nullopt, true, at(1));
  EXPECT_EQ(clock.due(at(100'000)), Due::nothing);
}

TEST(SessionClock, APeerWithoutTimersLeavesTheRefreshToUs) {
  SessionClock clock(0, 90);
  EXPECT_EQ(clock.accept(parse_session_expires("1800;refresher=uac"), false, at(0)),
            "Session-Expires: 1800;refresher=uas\r\n");
  EXPECT_TRUE(clock.we_refresh());
}

}  // namespace
}  // namespace frontdesk::sip
