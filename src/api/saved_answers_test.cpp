#include "api/saved_answers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "accounts/desk.hpp"
#include "base/clock.hpp"
#include "store/test_databases/test_databases.hpp"

namespace frontdesk::api {
namespace {

using protocol::Claim;
using test_databases::Kind;
using testing::HasSubstr;
using testing::Not;

class SavedAnswersTest : public ::testing::TestWithParam<Kind> {
 protected:
  std::unique_ptr<accounts::Desk> open() {
    auto desk = accounts::Desk::open(database.location(), "", {}, mailer, base::wall_now());
    EXPECT_TRUE(desk) << desk.error().message;
    return std::move(*desk);
  }
  test_databases::TestDatabase database{GetParam()};
  notify::NoMailer mailer;
  const std::string key = "org_local\nuser_1\none";
};

INSTANTIATE_TEST_SUITE_P(On, SavedAnswersTest, ::testing::Values(Kind::sqlite, Kind::postgres),
                         test_databases::KindName());

}  // namespace

TEST_P(SavedAnswersTest, AnAnswerIsGivenAgainAfterARestartAndIsSealed) {
  const std::string body = R"({"secret":"whsec_planted"})" + std::string(100'000, 'x') + std::string(1, '\0') + "\xff";
  {
    const auto desk = open();
    SavedAnswers answers(desk->office());
    EXPECT_EQ(answers.claim(key, "a").kind, Claim::Kind::fresh);
    EXPECT_EQ(answers.claim(key, "a").kind, Claim::Kind::under_way);
    answers.keep(key, {201, "application/json", "/api/webhooks/hook_1", "\"1\"", body});
  }
  const auto desk = open();
  SavedAnswers answers(desk->office());
  const auto again = answers.claim(key, "a");
  ASSERT_EQ(again.kind, Claim::Kind::kept);
  EXPECT_EQ(again.answer.status, 201);
  EXPECT_EQ(again.answer.location, "/api/webhooks/hook_1");
  EXPECT_EQ(again.answer.entity_tag, "\"1\"");
  EXPECT_EQ(again.answer.body, body);
  EXPECT_EQ(answers.claim(key, "b").kind, Claim::Kind::other_body);
  const auto rows = database.open()->run("SELECT answer FROM idempotency_keys");
  const auto bytes = rows->front().bytes(0);
  EXPECT_THAT(std::string(bytes.begin(), bytes.end()), Not(HasSubstr("planted")));
}

TEST_P(SavedAnswersTest, WhatCameToNothingMayBeTriedAgainAndPeopleDoNotShareKeys) {
  const auto desk = open();
  SavedAnswers answers(desk->office());
  EXPECT_EQ(answers.claim(key, "a").kind, Claim::Kind::fresh);
  answers.release(key);
  EXPECT_EQ(answers.claim(key, "b").kind, Claim::Kind::fresh);
  EXPECT_EQ(answers.claim("org_local\nuser_2\none", "c").kind, Claim::Kind::fresh);
  EXPECT_EQ(answers.claim("\n\none", "d").kind, Claim::Kind::fresh);
  EXPECT_EQ(answers.claim("\n\none", "d").kind, Claim::Kind::under_way);
}

}  // namespace frontdesk::api
