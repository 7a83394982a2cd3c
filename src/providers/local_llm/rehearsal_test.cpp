#include "providers/local_llm/rehearsal.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "providers/local_llm/hillside_test.hpp"

namespace frontdesk::local_llm {
namespace {

std::vector<std::string> hillside_replies(base::UtcTime now = testing::kMondayMorning) {
  return foreseeable_replies(*testing::brain(), testing::hillside(), now);
}

bool has(const std::vector<std::string>& replies, std::string_view part) {
  return std::any_of(replies.begin(), replies.end(),
                     [&](const auto& reply) { return reply.find(part) != std::string::npos; });
}

TEST(Rehearsal, ForeseesTheAnswersToCommonQuestions) {
  const auto replies = hillside_replies();
  for (const auto* question :
       {"What time do you open on Saturday?", "How much is a check-up?", "Are you open tomorrow?",
        "Is Doctor Patel in on Thursday?", "Where can I park?", "I'd like to book an appointment.",
        "Who won the football last night?", "Do you have a website?"}) {
    testing::Caller caller;
    const auto reply = caller.says(question).text;
    EXPECT_NE(std::find(replies.begin(), replies.end(), reply), replies.end()) << question << " -> " << reply;
  }
}

TEST(Rehearsal, SaysEachReplyOnceAndNoneIsEmpty) {
  const auto replies = hillside_replies();
  EXPECT_EQ(std::set<std::string>(replies.begin(), replies.end()).size(), replies.size());
  EXPECT_EQ(std::count(replies.begin(), replies.end(), ""), 0);
}

TEST(Rehearsal, KnowsTheDay) {
  const base::UtcTime sunday{testing::kMondayMorning.unix_ms - 24 * 3600 * 1000};
  EXPECT_TRUE(has(hillside_replies(), "today"));
  EXPECT_NE(hillside_replies(), hillside_replies(sunday));
}

TEST(Rehearsal, ABareBusinessIsAskedOnlyWhatEverybodyIsAsked) {
  knowledge::Business bare;
  bare.name = "Bare";
  const auto questions = expected_questions(bare);
  EXPECT_EQ(std::count(questions.begin(), questions.end(), "where can i park"), 0);
  EXPECT_GE(std::count(questions.begin(), questions.end(), "can i leave a message"), 1);
}

}  // namespace
}  // namespace frontdesk::local_llm
