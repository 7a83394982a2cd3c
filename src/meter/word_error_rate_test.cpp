#include "meter/word_error_rate.hpp"

#include <gtest/gtest.h>

namespace frontdesk::meter {
namespace {

std::string normal(std::string_view text) {
  std::string joined;
  for (const auto& word : normalise_words(text)) joined += (joined.empty() ? "" : " ") + word;
  return joined;
}

}  // namespace

TEST(NormaliseWords, TheSameThingWrittenTwoWays) {
  const std::vector<std::pair<const char*, const char*>> pairs = {
      {"Hello, World!", "hello world"},
      {"I'm sure it's fine - don't worry", "i am sure it is fine do not worry"},
      {"I can\u2019t, and we won't", "i can not and we will not"},
      {"John's appointment", "johns appointment"},
      {"twenty one", "21"},
      {"twenty-one", "21"},
      {"one hundred and five", "105"},
      {"a hundred", "100"},
      {"five thousand", "5,000"},
      {"two thousand three hundred and forty five", "2345"},
      {"nineteen hundred", "1900"},
      {"12 thousand", "12000"},
      {"nine thirty", "9:30"},
      {"half past nine", "9:30"},
      {"quarter to ten", "9:45"},
      {"a quarter past one", "1:15"},
      {"nine a.m.", "9am"},
      {"nine a m", "9 AM"},
      {"nine o'clock", "9:00"},
      {"nine o\u2019clock", "9"},
      {"five pounds fifty", "\u00a35.50"},
      {"five pounds and fifty pence", "\u00a35.50"},
      {"one pound", "\u00a31"},
      {"fifty pence", "50p"},
      {"twenty dollars", "$20.00"},
      {"fifty per cent", "50%"},
      {"three point five", "3.5"},
      {"the twenty first of May", "the 21st of may"},
      {"the third", "the 3rd"},
      {"oh two oh seven nine four six", "0207 946"},
      {"double five triple oh", "55000"},
      {"five five five zero one hundred", "555 0100"},
      {"bed & breakfast", "bed and breakfast"},
      {"Okay, Doctor Smith", "ok dr. smith"},
      {"nineteen eighty four", "1984"},
  };
  for (const auto& [one, other] : pairs) {
    EXPECT_EQ(normal(one), normal(other)) << one << " / " << other;
  }
}

TEST(NormaliseWords, KeepsDifferentThingsDifferent) {
  EXPECT_EQ(normal("nine to five"), "9 to 5");
  EXPECT_NE(normal("fifteen"), normal("fifty"));
  EXPECT_EQ(normal("three hundred and something"), "3 0 0 and something");
  EXPECT_EQ(normal("you and I"), "you and i");
  EXPECT_EQ(normal("oh I see"), "oh i see");
  EXPECT_EQ(normal("Is that a.m. or p.m.?"), "is that am or pm");
  EXPECT_EQ(normal("caf\u00e9"), "caf\u00e9");
  EXPECT_EQ(normal("... ' - !"), "");
  EXPECT_EQ(normal("123456789012345678901234567890 thousand"),
            "1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 thousand");
}

TEST(WordErrors, CountsEachKind) {
  const auto errors = word_errors("what time do you open today", "what time you opened today please");
  EXPECT_EQ(errors.reference_words, 6U);
  EXPECT_EQ(errors.matches, 4U);
  EXPECT_EQ(errors.substitutions, 1U);
  EXPECT_EQ(errors.deletions, 1U);
  EXPECT_EQ(errors.insertions, 1U);
  EXPECT_DOUBLE_EQ(errors.rate(), 0.5);
}

TEST(WordErrors, Edges) {
  EXPECT_EQ(word_errors("", "").rate(), 0);
  EXPECT_EQ(word_errors("", "hello").rate(), 1);
  EXPECT_EQ(word_errors("hello there", "").deletions, 2U);
  EXPECT_EQ(
      word_errors("My number is 020 7946 0958", "my number is oh two oh seven nine four six oh nine five eight").rate(),
      0);
  WordErrors total = word_errors("a b", "a c");
  total += word_errors("d e f g h i", "d e f g h i");
  EXPECT_DOUBLE_EQ(total.rate(), 1.0 / 8);
}

}  // namespace frontdesk::meter
