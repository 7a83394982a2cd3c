#include "reception/messages/message.hpp"

#include <gtest/gtest.h>

#include "reception/messages/spoken_words.hpp"

namespace frontdesk::messages {
namespace {

TEST(WordsOf, KeepsApostrophesAndWrittenNumbers) {
  EXPECT_EQ(words_of("It\u2019s 5:30, isn't it? +44 7700-900."),
            (std::vector<std::string>{"it's", "5:30", "isn't", "it", "+44", "7700-900"}));
  EXPECT_TRUE(words_of(" ... - ' ").empty());
}

struct Digits {
  const char* said;
  const char* digits;
};

TEST(SpokenDigits, ReadsWhatCallersSay) {
  static constexpr Digits kCases[] = {
      {"oh double seven double oh nine hundred one two three", "07700900123"},
      {"07700 900 123", "07700900123"},
      {"it's 0770, 0900 123.", "07700900123"},
      {"zero seven seven zero zero, nine zero zero, one two three", "07700900123"},
      {"plus four four seven seven double oh nine hundred one two three", "+447700900123"},
      {"+44 7700 900123", "+447700900123"},
      {"naught one six one four nine six oh triple one", "01614960111"},
      {"treble three", "333"},
      {"oh one two one forty two thirty", "01214230"},
      {"four one five five five five oh one three two", "4155550132"},
      {"five fifteen twenty oh", "515200"},
      {"one for two", "142"},
      {"it's for you", ""},
      {"double trouble", ""},
      {"on the 3rd at 5:30", ""},
      {"O7700", ""},
      {"", ""},
  };
  for (const auto& [said, digits] : kCases) EXPECT_EQ(spoken_digits(said), digits) << said;
}

TEST(NumberDictation, InPieces) {
  NumberDictation number("GB");
  EXPECT_EQ(number.hear("yes it's"), NumberProgress::nothing);
  EXPECT_EQ(number.hear("oh double seven double oh"), NumberProgress::partial);
  EXPECT_EQ(number.hear("nine hundred"), NumberProgress::partial);
  EXPECT_EQ(number.hear("one two three"), NumberProgress::complete);
  EXPECT_EQ(number.digits(), "07700900123");
}

TEST(NumberDictation, SelfCorrectionReplacesTheTail) {
  NumberDictation number("GB");
  EXPECT_EQ(number.hear("07700 900 132 sorry 123"), NumberProgress::complete);
  EXPECT_EQ(number.digits(), "07700900123");
  EXPECT_EQ(number.hear("no sorry 0161 496 0000"), NumberProgress::complete);
  EXPECT_EQ(number.digits(), "01614960000");
}

TEST(NumberDictation, RejectedReadBack) {
  NumberDictation number("GB", "07700900132");
  EXPECT_EQ(number.correct("no it ends one two three"), NumberProgress::complete);
  EXPECT_EQ(number.digits(), "07700900123");
  EXPECT_EQ(number.correct("no it's nine hundred one two four not nine hundred one two three"),
            NumberProgress::complete);
  EXPECT_EQ(number.digits(), "07700900124");
  EXPECT_EQ(number.correct("no it starts 07800"), NumberProgress::complete);
  EXPECT_EQ(number.digits(), "07800900124");
  EXPECT_EQ(number.correct("no 0161 496 0000"), NumberProgress::complete);
  EXPECT_EQ(number.digits(), "01614960000");
  EXPECT_EQ(number.correct("no that's wrong"), NumberProgress::nothing);
  EXPECT_EQ(number.digits(), "");
}

TEST(NumberDictation, TooLongAndStartAgain) {
  NumberDictation number("GB");
  EXPECT_EQ(number.hear("077009001234"), NumberProgress::too_long);
  EXPECT_EQ(number.hear("start again 07700 900 123"), NumberProgress::complete);
  NumberDictation american("US");
  EXPECT_EQ(american.hear("four one five five five five oh one three two"), NumberProgress::complete);
}

TEST(Numbers, CompleteByCountry) {
  EXPECT_TRUE(is_complete_number("07700900123", "GB"));
  EXPECT_TRUE(is_complete_number("7700900123", "GB"));
  EXPECT_TRUE(is_complete_number("+447700900123", "GB"));
  EXPECT_FALSE(is_complete_number("0770090012", "GB"));
  EXPECT_TRUE(is_complete_number("4155550132", "US"));
  EXPECT_FALSE(is_complete_number("415555", "US"));
  EXPECT_TRUE(is_complete_number("+33142685300", "GB"));
  EXPECT_FALSE(is_complete_number("+1234567890123456", "GB"));
  EXPECT_FALSE(is_complete_number("", "GB"));
}

TEST(Numbers, GroupedAndConverted) {
  EXPECT_EQ(grouped_number("07700900123", "GB"), "07700 900 123");
  EXPECT_EQ(grouped_number("02079460123", "GB"), "020 7946 0123");
  EXPECT_EQ(grouped_number("03335550100", "GB"), "0333 555 0100");
  EXPECT_EQ(grouped_number("+447700900123", "GB"), "+44 7700 900 123");
  EXPECT_EQ(grouped_number("4155550132", "US"), "415 555 0132");
  EXPECT_EQ(grouped_number("+14155550132", "GB"), "+1 415 555 0132");
  EXPECT_EQ(to_e164("07700900123", "GB"), "+447700900123");
  EXPECT_EQ(to_e164("7700900123", "GB"), "+447700900123");
  EXPECT_EQ(to_e164("4155550132", "US"), "+14155550132");
  EXPECT_EQ(to_e164("00353861234567", "GB"), "+353861234567");
  EXPECT_EQ(to_e164("12345", "ZZ"), "12345");
  EXPECT_EQ(to_national("+447700900123", "GB"), "07700900123");
  EXPECT_EQ(to_national("+14155550132", "US"), "4155550132");
  EXPECT_EQ(to_national("+33142685300", "GB"), "+33142685300");
}

TEST(SpokenName, ReadsWhatCallersSay) {
  static constexpr Digits kCases[] = {
      {"my name is sarah connor", "Sarah Connor"},
      {"It's Bob.", "Bob"},
      {"yeah hi it's bob from accounts", "Bob"},
      {"Yes, my name's Sarah Connor and my number is 07700", "Sarah Connor"},
      {"sarah o'brien", "Sarah O'Brien"},
      {"anne smith-jones please", "Anne Smith Jones"},
      {"this is mrs gupta calling", "Mrs Gupta"},
      {"smith s m i t h", "Smith"},
      {"john connor that's c o double n o r", "John Connor"},
      {"Sarah Connor. I'd like to book.", "Sarah Connor"},
      {"J. O. H. N.", "John"},
      {"um josé garcía", "José García"},
  };
  for (const auto& [said, name] : kCases) EXPECT_EQ(spoken_name(said).value_or("-"), name) << said;
}

TEST(SpokenName, RefusesWhatIsNoName) {
  for (const char* said :
       {"", "what time do you open", "no", "yes", "i don't want to say", "07700 900 123", "hold on a moment",
        "it's about the appointment", "four nine six", "one two three four five six seven what"}) {
    EXPECT_EQ(spoken_name(said), std::nullopt) << said;
  }
}

}  // namespace
}  // namespace frontdesk::messages
