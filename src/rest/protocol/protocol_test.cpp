#include <gtest/gtest.h>

#include "rest/protocol/answer_memory.hpp"
#include "rest/protocol/cursor.hpp"
#include "rest/protocol/entity_tag.hpp"
#include "rest/protocol/token_buckets.hpp"

namespace frontdesk::protocol {
namespace {

base::Instant at(double seconds) {
  return {std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(seconds))};
}

}  // namespace

TEST(EntityTag, TellsVersionsApart) {
  EXPECT_NE(entity_tag("1"), entity_tag("2"));
  EXPECT_EQ(entity_tag("1").size(), 18U);
  EXPECT_EQ(entity_tag("1").front(), '"');
}

TEST(EntityTag, MatchesAsDemanded) {
  EXPECT_TRUE(strongly_matches("\"a\"", "\"a\""));
  EXPECT_TRUE(strongly_matches(" \"b\" , \"a\"", "\"a\""));
  EXPECT_TRUE(strongly_matches("\"x,y\", \"a\"", "\"a\"")) << "a comma within a tag";
  EXPECT_TRUE(strongly_matches("*", "\"a\""));
  EXPECT_FALSE(strongly_matches("*", ""));
  EXPECT_FALSE(strongly_matches("W/\"a\"", "\"a\""));
  EXPECT_FALSE(strongly_matches("\"a\"", "W/\"a\""));
  EXPECT_FALSE(strongly_matches("a", "\"a\""));
  EXPECT_FALSE(strongly_matches("", "\"a\""));
  EXPECT_FALSE(strongly_matches("\"a\"b", "\"a\""));
  EXPECT_TRUE(weakly_matches("W/\"a\"", "\"a\""));
  EXPECT_TRUE(weakly_matches("\"a\"", "W/\"a\""));
  EXPECT_FALSE(weakly_matches("W/\"b\"", "\"a\""));
}

TEST(Cursor, ComesBackAsItWas) {
  const std::vector<std::string> fields{"1795359120000", "call_1", ""};
  const auto cursor = write_cursor(fields, "calls?status=missed");
  EXPECT_EQ(cursor.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
  EXPECT_EQ(read_cursor(cursor, "calls?status=missed", 3), fields);
}

TEST(Cursor, IsRefusedUnlessWhole) {
  const auto cursor = write_cursor({"a", "b"}, "list");
  EXPECT_FALSE(read_cursor(cursor, "other", 2)) << "of another list";
  EXPECT_FALSE(read_cursor(cursor, "list", 3));
  for (std::size_t length = 0; length < cursor.size(); ++length)
    EXPECT_FALSE(read_cursor(cursor.substr(0, length), "list", 2)) << length;
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    auto changed = cursor;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(read_cursor(changed, "list", 2)) << i;
  }
  for (const auto* bad : {"", "=", "nonsense", "1", "\xFF", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    EXPECT_FALSE(read_cursor(bad, "list", 2)) << bad;
  EXPECT_FALSE(read_cursor(cursor + "=", "list", 2));
  EXPECT_FALSE(read_cursor(std::string(100'000, 'A'), "list", 2));
}

TEST(TokenBuckets, LetABurstThroughAndThenTheRate) {
  TokenBuckets buckets({.per_second = 2, .burst = 4}, 10);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(buckets.take("a", at(0)).remaining, 3 - i);
  const auto refused = buckets.take("a", at(0));
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.wait, base::milliseconds(500));
  EXPECT_EQ(refused.reset, base::seconds(2));
  EXPECT_FALSE(buckets.take("a", at(0.4)).allowed);
  EXPECT_TRUE(buckets.take("a", at(0.5)).allowed) << "refusals cost nothing";
  EXPECT_FALSE(buckets.take("a", at(0.5)).allowed);
  EXPECT_EQ(buckets.take("a", at(100)).remaining, 3) << "no more than the burst";
  EXPECT_TRUE(buckets.take("b", at(0.5)).allowed) << "each has its own";
}

TEST(TokenBuckets, AreBounded) {
  TokenBuckets buckets({.per_second = 1, .burst = 1}, 100);
  EXPECT_TRUE(buckets.take("asks all the time", at(0)).allowed);
  for (int i = 0; i < 10'000; ++i) {
    buckets.take("client " + std::to_string(i), at(i * 1e-5));
    EXPECT_FALSE(buckets.take("asks all the time", at(i * 1e-5)).allowed) << "who asks is not forgotten";
  }
  EXPECT_EQ(buckets.clients(), 100U);
}

TEST(AnswerMemory, GivesTheAnswerAgain) {
  AnswerMemory memory({});
  EXPECT_EQ(memory.claim("k", "f", at(0)).kind, Claim::Kind::fresh);
  EXPECT_EQ(memory.claim("k", "f", at(1)).kind, Claim::Kind::under_way);
  EXPECT_EQ(memory.claim("k", "g", at(1)).kind, Claim::Kind::other_body);
  memory.keep("k", {201, "application/json", "/x", "", "{}"}, at(2));
  const auto claim = memory.claim("k", "f", at(3));
  EXPECT_EQ(claim.kind, Claim::Kind::kept);
  EXPECT_EQ(claim.answer.location, "/x");
  EXPECT_EQ(memory.claim("k", "g", at(3)).kind, Claim::Kind::other_body);
  EXPECT_EQ(memory.claim("k", "f", at(2 + 24 * 3600)).kind, Claim::Kind::fresh) << "a day later";
}

TEST(AnswerMemory, ForgetsWhatCameToNothing) {
  AnswerMemory memory({.work = base::seconds(10)});
  EXPECT_EQ(memory.claim("k", "f", at(0)).kind, Claim::Kind::fresh);
  memory.release("k");
  EXPECT_EQ(memory.claim("k", "g", at(0)).kind, Claim::Kind::fresh);
  EXPECT_EQ(memory.claim("k", "g", at(9)).kind, Claim::Kind::under_way);
  EXPECT_EQ(memory.claim("k", "g", at(10)).kind, Claim::Kind::fresh) << "whoever worked on it is gone";
  memory.release("none");
  memory.keep("none", {}, at(10));
  EXPECT_EQ(memory.size(), 1U);
}

TEST(AnswerMemory, IsBounded) {
  AnswerMemory memory({.answers = 3, .bytes = 1000});
  for (const auto* key : {"a", "b", "c"}) EXPECT_EQ(memory.claim(key, "f", at(0)).kind, Claim::Kind::fresh);
  EXPECT_EQ(memory.claim("d", "f", at(0)).kind, Claim::Kind::full) << "all are being worked on";
  memory.keep("b", {200, "", "", "", std::string(200, 'x')}, at(1));
  EXPECT_EQ(memory.claim("d", "f", at(1)).kind, Claim::Kind::fresh) << "the only answer made room";
  EXPECT_EQ(memory.bytes(), 0U);
  memory.keep("a", {200, "", "", "", std::string(251, 'x')}, at(1));
  EXPECT_EQ(memory.claim("a", "f", at(1)).kind, Claim::Kind::fresh) << "too large to keep";
  for (int i = 0; i < 1000; ++i) {
    const auto key = std::to_string(i);
    memory.release("a");
    if (memory.claim(key, "f", at(2)).kind == Claim::Kind::fresh)
      memory.keep(key, {200, "", "", "", std::string(250, 'x')}, at(2));
    EXPECT_LE(memory.bytes(), 1000U);
    EXPECT_LE(memory.size(), 3U);
  }
}

}  // namespace frontdesk::protocol
