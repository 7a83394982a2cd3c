#include "reception/knowledge/passages.hpp"

#include <gtest/gtest.h>

namespace frontdesk::knowledge {
namespace {

TEST(Passages, HeadingsAndParagraphsPartThem) {
  const auto all = passages(
      "# Wheelchairs\r\nThere is a ramp at the\nback door. Ring the bell.\n\n## Dogs\n\nNo dogs.\n\n"
      "Do you have a lift?\nYes, to every floor.");
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].heading, "Wheelchairs");
  EXPECT_EQ(all[0].text, "There is a ramp at the back door. Ring the bell.");
  EXPECT_EQ(all[1].heading, "Dogs");
  EXPECT_EQ(all[1].text, "No dogs.");
  EXPECT_EQ(all[2].heading, "Do you have a lift?");
  EXPECT_EQ(all[2].text, "Yes, to every floor.");
}

TEST(Passages, NoneIsLongerThanAnybodyListensTo) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "This is sentence number " + std::to_string(i) + " of many. ";
  text += std::string(5000, 'x') + " " + std::string(700, 'y');
  for (int i = 0; i < 900; ++i) text += "\xc3\xa9";
  std::size_t sentences = 0;
  for (const auto& each : passages(text)) {
    EXPECT_LE(each.text.size(), kLongestSentence);
    EXPECT_NE(static_cast<unsigned char>(each.text.front()) & 0xc0U, 0x80U) << "not cut inside a character";
    sentences += each.text.find("sentence number") != std::string::npos;
  }
  EXPECT_GT(sentences, 3U);
}

TEST(Passages, OfNothingThereAreNone) {
  EXPECT_TRUE(passages("").empty());
  EXPECT_TRUE(passages("# \n\n  \n###").empty());
}

TEST(Passages, OneIsFoundByItsHeadingAndItsSentences) {
  const auto policy = policy_of({"Dogs", "No dogs. Guide dogs may come in."}, "doc_1", 4);
  EXPECT_EQ(policy.id, "doc_1.4");
  EXPECT_EQ(policy.topic, "Dogs");
  EXPECT_EQ(policy.questions, (std::vector<std::string>{"No dogs.", "Guide dogs may come in."}));
  EXPECT_EQ(policy_of({"", "No dogs."}, "doc_1", 0).topic, "No dogs.");
}

}  // namespace
}  // namespace frontdesk::knowledge
