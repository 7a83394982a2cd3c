#include "conversation/history.hpp"

#include <gtest/gtest.h>

namespace frontdesk::conversation {
namespace {

using llm::Role;

llm::ChatOutcome with_tools(std::vector<std::string> ids) {
  llm::ChatOutcome outcome;
  outcome.provider_state = "state";
  for (auto& id : ids) outcome.tool_calls.push_back({std::move(id), "take_message", "{}"});
  return outcome;
}

}  // namespace

TEST(History, KeepsWhatWasSaidAndHeard) {
  History history;
  history.caller_said("Hello?");
  history.receptionist_said("Hi.", with_tools({}), true);
  ASSERT_EQ(history.messages().size(), 2U);
  EXPECT_EQ(history.messages()[0].role, Role::user);
  EXPECT_EQ(history.messages()[1].text, "Hi.");
  EXPECT_EQ(history.messages()[1].provider_state, "state");
}

TEST(History, WhatDidNotGetAcrossKeepsNoStateAndNoTools) {
  History history;
  history.receptionist_said("I will", with_tools({"t1"}), false);
  ASSERT_EQ(history.messages().size(), 1U);
  EXPECT_TRUE(history.messages()[0].provider_state.empty());
  EXPECT_TRUE(history.messages()[0].tool_calls.empty());
}

TEST(History, TakesNoEmptyMessage) {
  History history;
  history.receptionist_said("", with_tools({}), true);
  history.receptionist_said("", with_tools({"t1"}), false);
  EXPECT_TRUE(history.messages().empty());
}

TEST(History, EveryToolCallHasAResultAtOnce) {
  History history;
  history.caller_said("Tell him.");
  history.receptionist_said("", with_tools({"t1", "t2"}), true);
  ASSERT_EQ(history.messages().size(), 4U);
  EXPECT_FALSE(history.messages()[2].text.empty());
  // Results find their place even after the talk went on.
  history.caller_said("Well?");
  history.tool_answered("t2", "second");
  history.tool_answered("t1", "first");
  ASSERT_EQ(history.messages().size(), 5U);
  EXPECT_EQ(history.messages()[2].text, "first");
  EXPECT_EQ(history.messages()[3].text, "second");
}

TEST(History, IgnoresResultsNobodyAskedFor) {
  History history;
  history.tool_answered("ghost", "boo");
  EXPECT_TRUE(history.messages().empty());
}

TEST(History, RetractsOnlyTheCallersLastWords) {
  History history;
  EXPECT_FALSE(history.retract_caller());
  history.caller_said("One");
  EXPECT_TRUE(history.retract_caller());
  EXPECT_TRUE(history.messages().empty());
  history.caller_said("Two");
  history.receptionist_said("", with_tools({"t1"}), true);
  EXPECT_FALSE(history.retract_caller());
  EXPECT_EQ(history.messages().size(), 3U);
}

TEST(History, KnowsWhetherAnAnswerIsAwaited) {
  History history;
  EXPECT_FALSE(history.awaits_answer());
  history.receptionist_said("Hello.", {}, true);
  EXPECT_FALSE(history.awaits_answer());
  history.caller_said("Is Ann in?");
  EXPECT_TRUE(history.awaits_answer());
  history.receptionist_said("", with_tools({"t1"}), true);
  EXPECT_TRUE(history.awaits_answer());
  history.receptionist_said("I told her.", with_tools({"t2"}), true);
  EXPECT_FALSE(history.awaits_answer());
}

TEST(History, ForgetsTheOldestAndNeverLeavesAResultWithoutItsCall) {
  History history;
  for (int i = 0; i < 40; ++i) {
    history.caller_said("q" + std::to_string(i));
    history.receptionist_said("", with_tools({"a" + std::to_string(i), "b" + std::to_string(i)}), true);
    EXPECT_LE(history.messages().size(), kHistoryMessages);
    EXPECT_NE(history.messages().front().role, Role::tool);
  }
  EXPECT_EQ(history.messages()[history.messages().size() - 4].text, "q39");
}

TEST(History, SumsUpWhatIsOlderThanTenExchanges) {
  History history;
  EXPECT_EQ(history.summary(), "");
  for (int i = 0; i < 10; ++i) {
    history.caller_said("Question " + std::to_string(i) + "?");
    history.receptionist_said("Answer.", {}, true);
  }
  EXPECT_EQ(history.summary(), "");
  history.caller_said("The eleventh?");
  EXPECT_EQ(history.summary(), "Earlier in this call:\nThe caller said: Question 0?");
  history.receptionist_said("Yes.", {}, true);
  history.caller_said("The twelfth?");
  EXPECT_EQ(history.summary(),
            "Earlier in this call:\nThe caller said: Question 0?\nYou said: Answer.\nThe caller said: Question 1?");
}

TEST(History, TheSummaryIsBoundedAndKeepsNumbersLongest) {
  History history;
  history.caller_said("My number is 020 7946 0123.");
  for (int i = 0; i < 200; ++i) {
    history.receptionist_said(std::string(500, 'a'), {}, true);
    history.caller_said("Tell me more about the \xc3\xa9 of it all.");
  }
  EXPECT_LE(history.summary().size(), kSummaryBytes + 100);
  EXPECT_NE(history.summary().find("020 7946 0123"), std::string::npos);
  EXPECT_NE(history.summary().find("aaaa"), std::string::npos);
}

}  // namespace frontdesk::conversation
