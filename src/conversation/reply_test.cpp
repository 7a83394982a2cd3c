#include "conversation/reply.hpp"

#include <gtest/gtest.h>

namespace frontdesk::conversation {
namespace {

using base::milliseconds;
using base::seconds;
using State = Piece::State;

Piece piece(std::string text, State state, base::Duration length = {}, base::Duration heard = {}) {
  Piece p;
  p.text = std::move(text);
  p.state = state;
  p.length = length;
  p.heard = heard;
  return p;
}

/// The part of "We open at half past eight." (27 characters, 2.7 s) heard in a time.
std::string heard(base::Duration time, base::Duration length = milliseconds(2700)) {
  Reply reply;
  reply.pieces = {piece("We open at half past eight.", State::cut, length, time)};
  return reply.heard_text();
}

}  // namespace

TEST(Reply, CountsWholeWordsOfACutPieceByItsPace) {
  EXPECT_EQ(heard(seconds(0)), "");
  EXPECT_EQ(heard(milliseconds(100)), "");
  EXPECT_EQ(heard(milliseconds(200)), "We");
  EXPECT_EQ(heard(milliseconds(690)), "We");
  EXPECT_EQ(heard(milliseconds(1200)), "We open at");
  EXPECT_EQ(heard(milliseconds(2699)), "We open at half past");
  EXPECT_EQ(heard(milliseconds(2700)), "We open at half past eight.");
  EXPECT_EQ(heard(seconds(60)), "We open at half past eight.");
}

TEST(Reply, AssumesAnOrdinaryPaceWhereTheLengthIsNotKnown) {
  EXPECT_EQ(heard(seconds(1), {}), "We open at half");  // 15 characters
}

TEST(Reply, AddsUpItsPieces) {
  Reply reply;
  reply.pieces = {piece("One two.", State::heard), piece("Lost.", State::failed),
                  piece("Three four.", State::cut, seconds(1), milliseconds(500)), piece("Five.", State::cut)};
  EXPECT_EQ(reply.full_text(), "One two. Lost. Three four. Five.");
  EXPECT_EQ(reply.heard_text(), "One two. Three");
  EXPECT_TRUE(reply.all_pieces_settled());
  EXPECT_FALSE(reply.complete());
  reply.text_complete = true;
  EXPECT_TRUE(reply.complete());
}

TEST(Reply, NearlySaidWhenThreeQuartersOfTheWholeTextWereHeard) {
  Reply reply;
  EXPECT_FALSE(reply.nearly_said());
  reply.pieces = {piece("One two three four five six.", State::heard),
                  piece("Shall I?", State::cut, seconds(1), milliseconds(300))};
  EXPECT_FALSE(reply.nearly_said()) << "there may be more to come";
  reply.text_complete = true;
  EXPECT_TRUE(reply.nearly_said());
  reply.pieces.push_back(piece("And one more thing, before you answer.", State::waiting));
  EXPECT_FALSE(reply.nearly_said());
}

TEST(Reply, NothingToPlayWhenAllPiecesFailed) {
  Reply reply;
  EXPECT_TRUE(reply.nothing_to_play());
  reply.pieces = {piece("Lost.", State::failed)};
  EXPECT_TRUE(reply.nothing_to_play());
  reply.pieces.push_back(piece("Two.", State::waiting));
  EXPECT_FALSE(reply.nothing_to_play());
}

TEST(Reply, GotAcrossWhenHalfWasHeard) {
  Reply reply;
  EXPECT_FALSE(reply.got_across());
  reply.pieces = {piece("aaaa bbbb", State::cut, seconds(1), milliseconds(300))};
  EXPECT_FALSE(reply.got_across());
  reply.pieces = {piece("aaaaa bbb", State::cut, seconds(1), milliseconds(700))};
  EXPECT_TRUE(reply.got_across());
}

TEST(Reply, CurrentIsTheFirstPieceNotDoneWith) {
  Reply reply;
  EXPECT_EQ(reply.current(), nullptr);
  reply.pieces = {piece("a", State::heard), piece("b", State::failed), piece("c", State::ready),
                  piece("d", State::waiting)};
  EXPECT_EQ(reply.current(), &reply.pieces[2]);
  EXPECT_FALSE(reply.all_pieces_settled());
}

}  // namespace frontdesk::conversation
