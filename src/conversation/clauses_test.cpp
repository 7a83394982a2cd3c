#include "conversation/clauses.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.hpp"

namespace frontdesk::conversation {
namespace {

using testing::ElementsAre;
using Pieces = std::vector<std::string>;

/// Fed in deltas of the given sizes, over and over.
Pieces split(std::string_view text, std::vector<std::size_t> sizes = {100000}) {
  ClauseSplitter splitter;
  Pieces pieces;
  for (std::size_t i = 0; !text.empty(); ++i) {
    const auto size = std::min(sizes[i % sizes.size()], text.size());
    for (auto& piece : splitter.feed(text.substr(0, size))) pieces.push_back(std::move(piece));
    text.remove_prefix(size);
  }
  for (auto& piece : splitter.finish()) pieces.push_back(std::move(piece));
  return pieces;
}

std::string joined(const Pieces& pieces) {
  std::string text;
  for (const auto& piece : pieces) text += (text.empty() ? "" : " ") + piece;
  return text;
}

}  // namespace

TEST(ClauseSplitter, CutsSentencesAndALongFirstClause) {
  EXPECT_THAT(
      split("We open at half past eight, Monday to Friday, and at ten, on Saturday. Anything else?"),
      ElementsAre("We open at half past eight,", "Monday to Friday, and at ten, on Saturday.", "Anything else?"));
  EXPECT_THAT(split("Yes, of course. Thanks!"), ElementsAre("Yes, of course.", "Thanks!"));
}

TEST(ClauseSplitter, KeepsAbbreviationsTimesPricesAndInitialsWhole) {
  EXPECT_THAT(split("Dr. Smith is in. Mr. J. Brown is not."), ElementsAre("Dr. Smith is in.", "Mr. J. Brown is not."));
  EXPECT_THAT(split("It opens at 8.30 and costs 3,500.50 pounds. Fine?"),
              ElementsAre("It opens at 8.30 and costs 3,500.50 pounds.", "Fine?"));
  EXPECT_THAT(split("From 8 a.m. to 5 p.m. on weekdays. We close at 5 p.m. Please come early."),
              ElementsAre("From 8 a.m. to 5 p.m. on weekdays.", "We close at 5 p.m.", "Please come early."));
  EXPECT_THAT(split("No. We are at No. 5."), ElementsAre("No.", "We are at No. 5."));
  EXPECT_THAT(split("Bring fruit, e.g. apples. So did I. And you?"),
              ElementsAre("Bring fruit,", "e.g. apples.", "So did I.", "And you?"));
}

TEST(ClauseSplitter, LeavesOutWhatCannotBeSpoken) {
  EXPECT_THAT(split("We are\topen\x1b[31m today.\x01\x7f"), ElementsAre("We are open[31m today."));
  EXPECT_THAT(split("... ?! Yes. -- * # Done."), ElementsAre("Yes.", "-- * # Done."));
  EXPECT_THAT(split("... ?!"), ElementsAre());
  EXPECT_THAT(split("\xc3\x89t\xc3\xa9. \xe2\x82\xac"), ElementsAre("\xc3\x89t\xc3\xa9.", "\xe2\x82\xac"));
}

TEST(ClauseSplitter, CutsAfterClosingQuotesAndAtLineEnds) {
  EXPECT_THAT(split("She said \"Yes.\" Then she left."), ElementsAre("She said \"Yes.\"", "Then she left."));
  EXPECT_THAT(split("One thing\nAnother thing\n\n"), ElementsAre("One thing", "Another thing"));
}

TEST(ClauseSplitter, WaitsForWhatFollowsAMark) {
  ClauseSplitter splitter;
  EXPECT_TRUE(splitter.feed("It costs 3.").empty());
  EXPECT_TRUE(splitter.feed("50 today.").empty());
  EXPECT_THAT(splitter.feed(" "), ElementsAre("It costs 3.50 today."));
  EXPECT_TRUE(splitter.feed("We close at 5 p.m. ").empty());
  EXPECT_THAT(splitter.feed("T"), ElementsAre("We close at 5 p.m."));
  EXPECT_THAT(splitter.finish(), ElementsAre("T"));
  EXPECT_TRUE(splitter.finish().empty());
}

TEST(ClauseSplitter, NothingComesOfNothing) {
  EXPECT_TRUE(split("").empty());
  EXPECT_TRUE(split(" \n\t  \n").empty());
}

TEST(ClauseSplitter, BoundsEveryPieceAndBreaksNoWordOrCharacter) {
  std::string sentence;
  for (int i = 0; i < 200; ++i) sentence += "word ";
  for (const auto& piece : split(sentence + "end.")) {
    EXPECT_LE(piece.size(), kLongestPiece);
    EXPECT_TRUE(piece.ends_with("word") || piece.ends_with("end.")) << piece;
  }
  std::string endless;
  for (int i = 0; i < 400; ++i) endless += "\xC3\xA9";  // e acute, without a space
  for (const auto& piece : split("x" + endless)) {
    EXPECT_LE(piece.size(), kLongestPiece);
    EXPECT_NE(static_cast<unsigned char>(piece.front()), 0xA9) << "cut inside a character";
  }
  EXPECT_FALSE(split(std::string(1000, '\xA9')).empty());  // not UTF-8 at all: still no loop
}

TEST(ClauseSplitter, ThePiecesDoNotDependOnTheDeltas) {
  const std::vector<std::string> texts = {
      "We open at 8.30 a.m. and close at 5 p.m. On Sundays, by the way, we are closed! Is that all? No. 7 is next "
      "door.",
      "A rather long first clause without a comma, then one with it. Dr. Who said \"Hm...\" and left.",
      std::string(290, 'a') + ". " + std::string(400, 'b') + " c. d"};
  for (const auto& text : texts) {
    const auto whole = split(text);
    EXPECT_EQ(split(text, {1}), whole);
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
      base::Random random(seed);
      std::vector<std::size_t> sizes(7);
      for (auto& size : sizes) size = 1 + random.below(12);
      EXPECT_EQ(split(text, sizes), whole);
    }
  }
  EXPECT_EQ(joined(split(texts[0])), texts[0]);
}

}  // namespace frontdesk::conversation
