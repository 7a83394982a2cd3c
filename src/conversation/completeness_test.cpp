#include "conversation/completeness.hpp"

#include <gtest/gtest.h>

namespace frontdesk::conversation {
namespace {

Completeness kind(std::string_view text) {
  return judge_completeness(text).kind;
}

}  // namespace

TEST(Completeness, QuestionsWithAVerbAreWhole) {
  for (const char* text :
       {"What time do you open?", "what time do you close on Friday", "Hi, um, so how much is a check-up?",
        "Do you have a car park?", "Is there wheelchair access?", "Where are you located",
        "Can I book an appointment for Tuesday?", "Could somebody call me about my bill?", "Can I pay by card?",
        "When can I come?", "Are you open on Saturdays?", "Who is it for?", "And on Sundays?", "You see children?",
        "Which bus stops outside.", "Hi there, you taking on new patients.", "Is that why you brought me here?",
        "What about children?", "Could you tell me the price of a filling?"})
    EXPECT_EQ(kind(text), Completeness::question) << text;
}

TEST(Completeness, RequestsLeaveTheirParticularsOpen) {
  for (const char* text : {"Can I book an appointment?", "Hello, could someone call me back?",
                           "Can we reserve a table?", "Is it possible to move my appointment?"})
    EXPECT_EQ(kind(text), Completeness::request) << text;
}

TEST(Completeness, QuestionsOnlyBegunAreOpen) {
  for (const char* text : {"What time do", "How much is", "Can I book", "Do you", "What", "Is there a",
                           "Could you tell", "Do you have", "What time", "I'd like to book", "Can you send"})
    EXPECT_NE(kind(text), Completeness::question) << text;
  for (const char* text : {"How much is", "Can I book", "I'd like to", "Do you have", "What", "Is there a"})
    EXPECT_EQ(kind(text), Completeness::open) << text;
}

TEST(Completeness, Statements) {
  for (const char* text :
       {"I'd like to book a table.", "Leave me alone!", "My tooth is hurting.", "I need an appointment."})
    EXPECT_EQ(kind(text), Completeness::statement) << text;
}

TEST(Completeness, OpenEndings) {
  for (const char* text :
       {"I would like to", "and the", "my", "Well um", "I want that, ", "so...", "It is for", "I'm", "My address is,",
        "My number is.", "If I come on Tuesday.", "I want.", "My name is", "I'd like to see doctor"})
    EXPECT_EQ(kind(text), Completeness::open) << text;
}

TEST(Completeness, NumbersAndSpelling) {
  for (const char* text : {"oh two oh seven", "It's 0207", "double", "four six.", "my number is 5"})
    EXPECT_EQ(kind(text), Completeness::number) << text;
  for (const char* text :
       {"My number is zero two zero, seven nine four six, zero one two three.", "It's 020 7946 0123"})
    EXPECT_EQ(kind(text), Completeness::whole_number) << text;
  EXPECT_EQ(kind("at 10 past 9, 2 of us, call 5550100"), Completeness::number);
  for (const char* text : {"S M I T", "It's P A.", "That's J O N"})
    EXPECT_EQ(kind(text), Completeness::spelling) << text;
}

TEST(Completeness, WholeAnswersNeedNoVerb) {
  for (const char* text : {"yes", "Okay", "That's it.", "No."}) EXPECT_EQ(kind(text), Completeness::answer) << text;
  for (const char* text : {"hello", "Yeah, hi."}) EXPECT_EQ(kind(text), Completeness::statement) << text;
}

TEST(Completeness, WhoClosesIsDone) {
  for (const char* text : {"No thanks", "Yes, please.", "Thank you.", "That is all, thank you very much, good-bye.",
                           "A table for two at eight, please."})
    EXPECT_EQ(kind(text), Completeness::closing) << text;
}

TEST(Completeness, AnAuxiliaryInMidSentenceAsksNothing) {
  for (const char* text : {"The cable should bear my weight.", "Evil had come to the gap.", "My son will be late."})
    EXPECT_EQ(kind(text), Completeness::statement) << text;
}

TEST(Completeness, AQuestionWithinTheQuestionNeedsItsVerb) {
  EXPECT_NE(kind("Could you tell me when the hygienist?"), Completeness::question);
  EXPECT_EQ(kind("Could you tell me when the hygienist is in?"), Completeness::open) << "ends in a preposition";
  EXPECT_EQ(kind("Could you tell me when the hygienist is there?"), Completeness::question);
  EXPECT_EQ(kind("Is it possible to?"), Completeness::open);
}

TEST(Completeness, FragmentsAreUnsure) {
  for (const char* text : {"a table for Friday", "Next Tuesday.", "The parking?"})
    EXPECT_EQ(kind(text), Completeness::unsure) << text;
  for (const char* text : {"", "   ", "..."}) EXPECT_EQ(kind(text), Completeness::nothing) << text;
}

TEST(Completeness, SameWordsWhateverTheMarks) {
  EXPECT_TRUE(same_words("What time do you open?", "what time, do you open"));
  EXPECT_FALSE(same_words("What time do you open?", "what time do you open on Sunday"));
  EXPECT_TRUE(same_words("", "..."));
}

}  // namespace frontdesk::conversation
