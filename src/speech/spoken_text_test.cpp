#include "speech/spoken_text.hpp"

#include <gtest/gtest.h>

#include "speech/ascii_text.hpp"
#include "speech/number_words.hpp"

namespace frontdesk::speech {
namespace {

TEST(NumberWords, Cardinals) {
  EXPECT_EQ(cardinal_words(0), "zero");
  EXPECT_EQ(cardinal_words(13), "thirteen");
  EXPECT_EQ(cardinal_words(40), "forty");
  EXPECT_EQ(cardinal_words(105), "one hundred and five");
  EXPECT_EQ(cardinal_words(1005), "one thousand and five");
  EXPECT_EQ(cardinal_words(12345), "twelve thousand three hundred and forty five");
  EXPECT_EQ(cardinal_words(2'000'000), "two million");
  EXPECT_EQ(cardinal_words(-7), "minus seven");
  EXPECT_FALSE(cardinal_words(INT64_MIN).empty());
}

TEST(NumberWords, Ordinals) {
  EXPECT_EQ(ordinal_words(1), "first");
  EXPECT_EQ(ordinal_words(12), "twelfth");
  EXPECT_EQ(ordinal_words(20), "twentieth");
  EXPECT_EQ(ordinal_words(23), "twenty third");
  EXPECT_EQ(ordinal_words(101), "one hundred and first");
}

TEST(NumberWords, YearsDigitsDecimals) {
  EXPECT_EQ(year_words(2026), "twenty twenty six");
  EXPECT_EQ(year_words(2005), "two thousand and five");
  EXPECT_EQ(year_words(1905), "nineteen oh five");
  EXPECT_EQ(year_words(1900), "nineteen hundred");
  EXPECT_EQ(digit_words("0100"), "zero one zero zero");
  EXPECT_EQ(decimal_words("1,250"), "one thousand two hundred and fifty");
  EXPECT_EQ(decimal_words("3.05"), "three point zero five");
  EXPECT_EQ(decimal_words("3."), "");
  EXPECT_EQ(decimal_words("x"), "");
  EXPECT_EQ(spelled_words("SW1a"), "S W one A");
}

TEST(AsciiText, PlainCharactersOnly) {
  EXPECT_EQ(ascii_text("Caf\xc3\xa9 \xe2\x80\x9cZo\xc3\xab\xe2\x80\x9d \xe2\x80\x93 it\xe2\x80\x99s \xc2\xa3"
                       "5"),
            "Cafe \"Zoe\" - it's GBP5");
  EXPECT_EQ(ascii_text("a\xff\xfe\xe2\x80z\xf0\x9f\x98\x80!"), "az!");
  EXPECT_EQ(ascii_text("\xe2\x80"), "");
}

struct Case {
  const char* written;
  const char* spoken;
};

class SpokenText : public testing::TestWithParam<Case> {};

TEST_P(SpokenText, IsSaidAs) {
  EXPECT_EQ(spoken_text(GetParam().written), GetParam().spoken);
}

INSTANTIATE_TEST_SUITE_P(Times, SpokenText,
                         testing::Values(Case{"We open at 8:30 am.", "We open at eight thirty A M."},
                                         Case{"8am", "eight A M"},
                                         Case{"from 9 a.m. to 5 p.m. daily", "from nine A M to five P M daily"},
                                         Case{"at 9:05pm", "at nine oh five P M"},
                                         Case{"at 17:30", "at five thirty P M"}, Case{"at 9:00.", "at nine o'clock."},
                                         Case{"at 00:15", "at twelve fifteen A M"},
                                         Case{"9:00-17:30", "nine o'clock to five thirty P M"},
                                         Case{"9am-5pm, Mon-Fri", "nine A M to five P M, Monday to Friday"},
                                         Case{"9-5 pm", "nine to five P M"}, Case{"I am here", "I am here"},
                                         Case{"We close at 5 p.m. Thank you.", "We close at five P M. Thank you."}));

INSTANTIATE_TEST_SUITE_P(Money, SpokenText,
                         testing::Values(Case{"It costs $65.", "It costs sixty five dollars."},
                                         Case{"\xc2\xa3"
                                              "65",
                                              "sixty five pounds"},
                                         Case{"\xc2\xa3"
                                              "1",
                                              "one pound"},
                                         Case{"$5.50", "five dollars and fifty cents"},
                                         Case{"\xe2\x82\xac"
                                              "1,200.01",
                                              "one thousand two hundred euros and one cent"},
                                         Case{"$2.5 million", "two point five million dollars"},
                                         Case{"\xc2\xa3"
                                              "50-\xc2\xa3"
                                              "60",
                                              "fifty pounds to sixty pounds"},
                                         Case{"20% off", "twenty percent off"}));

INSTANTIATE_TEST_SUITE_P(
    Numbers, SpokenText,
    testing::Values(Case{"Call 020 7946 0018.", "Call zero two zero, seven nine four six, zero zero one eight."},
                    Case{"+1 (555) 010-0199", "plus one, five five five, zero one zero, zero one nine nine"},
                    Case{"555-0100, please", "five five five, zero one zero zero, please"},
                    Case{"5550100", "five five five zero one zero zero"},
                    Case{"on 22nd November 2026", "on twenty second November twenty twenty six"},
                    Case{"2026-11-22", "November twenty second, twenty twenty six"},
                    Case{"3 rooms, 12 people", "three rooms, twelve people"}, Case{"room 007", "room zero zero seven"},
                    Case{"1,250 miles", "one thousand two hundred and fifty miles"}, Case{"#5", "number five"},
                    Case{"No. 5", "number five"}, Case{"No. Thank you.", "No. Thank you."},
                    Case{"open 24/7", "open twenty four seven"}));

INSTANTIATE_TEST_SUITE_P(
    Abbreviations, SpokenText,
    testing::Values(Case{"Dr. Lee will see you.", "doctor Lee will see you."},
                    Case{"Mrs. Smith and Mr Jones", "missis Smith and mister Jones"},
                    Case{"12 High St.", "twelve High street."}, Case{"St. Mary's Hospital", "saint Mary's Hospital"},
                    Case{"Oak Dr. is near", "Oak drive is near"}, Case{"Sat and Sun", "Saturday and Sunday"},
                    Case{"he sat in the sun", "he sat in the sun"},
                    Case{"approx. 10 mins.", "approximately ten minutes."}, Case{"Jan. 5th", "January fifth"},
                    Case{"the NHS", "the N H S"}, Case{"SW1A 1AA", "S W one A one A A"},
                    Case{"unit A12", "unit A twelve"}, Case{"Smith & Sons", "Smith and Sons"}));

INSTANTIATE_TEST_SUITE_P(
    Rest, SpokenText,
    testing::Values(Case{"", ""}, Case{"   ", ""}, Case{"...", ""}, Case{"Hello!", "Hello!"},
                    Case{"info@example.com", "info at example dot com"},
                    Case{"Visit www.example.com/help.", "Visit W W W dot example dot com slash help."},
                    Case{"a well-known name", "a well known name"}, Case{"yes - no", "yes, no"},
                    Case{"and/or", "and or"}, Case{"(by the way) it's fine", "by the way, it's fine"},
                    Case{"\"Quoted,\" she said.", "Quoted, she said."}));

TEST(SpokenTextLimits, AnythingGoesInAndOnlyPlainCharactersComeOut) {
  std::uint64_t seed = 1;
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (int i = 0; i < 30; ++i) {
      seed = seed * 6364136223846793005U + 1442695040888963407U;
      constexpr std::string_view kAlphabet = "  019.:-,$%+()#@/&'aAmMpPst\xc2\xa3\xe2\x80\x93";
      text += kAlphabet[(seed >> 33) % kAlphabet.size()];
    }
    for (const char c : spoken_text(text)) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                         std::string_view(" .,;:!?'").find(c) != std::string_view::npos;
      ASSERT_TRUE(plain) << text << " -> " << spoken_text(text);
    }
  }
}

}  // namespace
}  // namespace frontdesk::speech
