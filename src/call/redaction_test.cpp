#include "call/redaction.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.hpp"

namespace frontdesk::call {
namespace {

bool holds_a_digit(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

TEST(Redaction, TakesOutCardNumbersHoweverTheyAreSaid) {
  const std::string gone = "[card number]";
  EXPECT_EQ(without_card_numbers("it's 4111111111111111."), "it's " + gone + ".");
  EXPECT_EQ(without_card_numbers("4111 1111 1111 1111, thanks"), gone + ", thanks");
  EXPECT_EQ(without_card_numbers("5500-0000-0000-0004"), gone);
  EXPECT_EQ(without_card_numbers("378282246310005"), gone);
  EXPECT_EQ(without_card_numbers("four one one one, one one one one, one one one one, one one one one."), gone + ".");
  EXPECT_EQ(without_card_numbers("Double four double four, 4444 4444 four four four eight"), gone);
  EXPECT_EQ(without_card_numbers("forty-one eleven, eleven eleven, eleven eleven, eleven eleven"), gone);
  EXPECT_EQ(without_card_numbers("five five oh oh, oh oh oh oh, 0000 0004"), gone);
  EXPECT_EQ(without_card_numbers("4111111111111111 and 5500000000000004"), gone + " and " + gone);
  EXPECT_EQ(without_card_numbers("ref 7 4111 1111 1111 1111"), "ref 7 " + gone);
}

TEST(Redaction, LeavesOtherNumbersAlone) {
  for (const std::string text :
       {"my number is 020 7946 0000", "4111 1111 1111 1112", "at 10:30 on the 4th", "oh, two of us at five", "",
        "call +44 333 555 0100 or 0333 555 0199 after 5", "double room"})
    EXPECT_EQ(without_card_numbers(text), text);
}

TEST(Redaction, WhilePausedNoNumberIsLeft) {
  EXPECT_EQ(without_numbers("it's 12 34, then five double six"), "it's [number], then [number]");
  EXPECT_EQ(without_numbers("expires oh nine twenty six"), "expires [number]");
  EXPECT_EQ(without_numbers("oh, I see. Double check it"), "oh, I see. Double check it");
  EXPECT_EQ(without_numbers("twenty-first of May 2027: 4th"), "[number]-first of May [number]: [number]");
}

TEST(Redaction, NoneOfAThousandDigitsIsFound) {
  static constexpr std::array kWords = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"};
  base::Random random(39);
  int digits = 0;
  int found = 0;
  for (; digits < 1000; digits += 4) {
    std::string text = "yes it is ";
    for (int i = 0; i < 4; ++i) {
      const auto digit = static_cast<std::size_t>(random.between(0, 9));
      text += random.chance(0.5) ? std::to_string(digit) : std::string(kWords[digit]);
      text += random.chance(0.3) ? "-" : " ";
    }
    const auto told =
        std::get<FinalTranscript>(discreet(FinalTranscript{1, base::Pii<std::string>(text), 1, {}}, {.numbers = true}));
    const auto left = " " + told.text.expose() + " ";
    found += holds_a_digit(left) ? 1 : 0;
    for (const std::string word : kWords) found += left.find(word) != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(found, 0);
  for (const char key : std::string("0123456789*#")) {
    EXPECT_EQ(std::get<DigitPressed>(discreet(DigitPressed{key}, {.keys = true})).digit, kHiddenKey);
    EXPECT_EQ(std::get<DigitPressed>(discreet(DigitPressed{key}, {.numbers = true})).digit, kHiddenKey);
    EXPECT_EQ(std::get<DigitPressed>(discreet(DigitPressed{key}, {})).digit, key);
  }
}

}  // namespace frontdesk::call
