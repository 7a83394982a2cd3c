#include <gtest/gtest.h>

#include "json/iso_time.hpp"
#include "json/utf8.hpp"

namespace frontdesk::json {

TEST(IsoTime, WritesMillisecondsInUtc) {
  EXPECT_EQ(iso_time({0}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(iso_time({1'795'359'125'678}), "2026-11-22T14:52:05.678Z");
  EXPECT_EQ(iso_time({-1}), "1969-12-31T23:59:59.999Z");
}

TEST(IsoTime, ReadsWhatItWritesAndOtherZones) {
  const auto ms = [](std::string_view text) { return parse_iso_time(text).value_or(base::UtcTime{-1}).unix_ms; };
  EXPECT_EQ(ms("2026-11-22T14:52:05.678Z"), 1'795'359'125'678);
  EXPECT_EQ(ms("2026-11-22T14:52:05.678901Z"), 1'795'359'125'678);
  EXPECT_EQ(ms("2026-11-22T14:52:05.6Z"), 1'795'359'125'600);
  EXPECT_EQ(ms("2026-11-22T15:52:05+01:00"), 1'795'359'125'000);
  EXPECT_EQ(ms("2026-11-22T15:52:05 01:00"), 1'795'359'125'000);
  EXPECT_EQ(ms("2026-11-22t09:22z"), ms("2026-11-22T14:52+05:30"));
  EXPECT_EQ(ms("2026-11-22"), ms("2026-11-22T00:00Z"));
  EXPECT_EQ(ms("2028-02-29"), ms("2028-02-28") + 86'400'000);
}

TEST(IsoTime, RefusesEverythingElse) {
  for (const auto* bad : {"",
                          "2026",
                          "2026-13-01",
                          "2026-02-29",
                          "2026-00-10",
                          "1969-12-31",
                          "2026-1-1",
                          "2026-11-22T",
                          "2026-11-22Z",
                          "2026-11-22T14:52:05",
                          "2026-11-22T24:00:00Z",
                          "2026-11-22T14:60Z",
                          "2026-11-22T14:52:05.Z",
                          "2026-11-22T14:52:05.1234567890Z",
                          "2026-11-22T14:52Zx",
                          "2026-11-22T14:52+0100",
                          "+026-11-22",
                          "20261122",
                          "2026-11-22T14:52:05+24:00",
                          " 2026-11-22"})
    EXPECT_FALSE(parse_iso_time(bad)) << bad;
}

TEST(Utf8, KeepsWhatIsWellFormed) {
  for (const std::string_view good : {"", "abc", "\u00E9\u20AC", "\U0001F600", "\uD7FF\uE000", "\U0010FFFF"})
    EXPECT_EQ(valid_utf8(good), good);
  EXPECT_EQ(valid_utf8(std::string_view("a\0b", 3)), std::string_view("a\0b", 3));
}

TEST(Utf8, ReplacesEachBadByte) {
  const std::string r = "\uFFFD";
  EXPECT_EQ(valid_utf8("a\xFFz"), "a" + r + "z");
  EXPECT_EQ(valid_utf8("\xC3"), r) << "cut off";
  EXPECT_EQ(valid_utf8("\xE2\x82"), r + r) << "cut off";
  EXPECT_EQ(valid_utf8("\xC0\xAF"), r + r) << "overlong";
  EXPECT_EQ(valid_utf8("\xE0\x80\xAF"), r + r + r) << "overlong";
  EXPECT_EQ(valid_utf8("\xF0\x80\x80\xAF"), r + r + r + r) << "overlong";
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), r + r + r) << "surrogate";
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80"), r + r + r + r) << "above U+10FFFF";
  EXPECT_EQ(valid_utf8("\xE2\x28\xA1"), r + "(" + r);
}

}  // namespace frontdesk::json
