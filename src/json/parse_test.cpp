// What is JSON and what is not, after the kinds of cases of https://github.com/nst/JSONTestSuite: y_ must be taken, n_
// must be refused, i_ is ours to decide and decided here.
#include "json/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <string>

namespace frontdesk::json {
namespace {

using testing::HasSubstr;
using namespace std::string_literals;

const std::vector<std::string> kAccepted{
    "[]",
    "{}",
    " [ ] \n",
    "\t{\r\n}",
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-1",
    "\"\"",
    "\" \"",
    "42",
    "[null]",
    "[1,null,null,null,2]",
    "[[]   ]",
    "[\"\"]",
    "[123e65]",
    "[0e+1]",
    "[0e1]",
    "[ 4]",
    "[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]",
    "[20e1]",
    "[-123]",
    "[1E22]",
    "[1E-2]",
    "[1E+2]",
    "[123e45]",
    "[123.456e78]",
    "[1e-2]",
    "[1e+2]",
    "[123.456789]",
    R"({"asd":"sdf","dfg":"fgh"})",
    R"({"":0})",
    R"({"foo\u0000bar":42})",
    R"({"min":-1.0e+28,"max":1.0e+28})",
    R"({"a":[]})",
    R"({"title":"\u041f\u043e"})",
    R"(["\u0060\u012a\u12AB"])",
    R"(["\uD801\udc37"])",
    R"(["\"\\\/\b\f\n\r\t"])",
    R"(["\\u0000"])",
    R"(["\u0000"])",
    "[\"\x7F\"]",
    "[\"a/*b*/c/*d//e\"]",
    "[\"\xF4\x8F\xBF\xBF\"]",
    "[\"\xE2\x80\xA8\"]",
    "[\"\xEF\xBF\xBF\"]",
    R"(["\uDBFF\uDFFE"])",
    R"(["\uFDD0"])",
    R"(["\u200B"])",
    "[\"\xE2\x82\xAC\xF0\x9D\x84\x9E\"]",
    "[1.0,2.5e0]",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]"};

const std::vector<std::string> kRefused{"",
                                        " ",
                                        "[",
                                        "]",
                                        "{",
                                        "}",
                                        "[1,]",
                                        "[,1]",
                                        "[1,,2]",
                                        "[1 2]",
                                        "[1",
                                        "[1]]",
                                        "[1]x",
                                        "{}{}",
                                        "{} 1",
                                        "[\"a\"",
                                        "['a']",
                                        "[a]",
                                        "{a:1}",
                                        "{\"a\"}",
                                        "{\"a\":}",
                                        "{\"a\":1,}",
                                        "{\"a\" 1}",
                                        "{,\"a\":1}",
                                        "{\"a\":1 \"b\":2}",
                                        "{1:1}",
                                        "{\"a\"::1}",
                                        "{'a':0}",
                                        "{\"a\":\"a\" 123}",
                                        "{\"a\":/*c*/1}",
                                        "[1]//c",
                                        "/**/[]",
                                        "#",
                                        "nul",
                                        "tru",
                                        "NULL",
                                        "True",
                                        "[nan]",
                                        "[NaN]",
                                        "[Infinity]",
                                        "[-Infinity]",
                                        "[inf]",
                                        "[+1]",
                                        "[.5]",
                                        "[-.5]",
                                        "[5.]",
                                        "[1.e1]",
                                        "[0.e1]",
                                        "[1e]",
                                        "[1e+]",
                                        "[1eE2]",
                                        "[012]",
                                        "[-012]",
                                        "[0x42]",
                                        "[- 1]",
                                        "[--1]",
                                        "[1_000]",
                                        "[1e1.5]",
                                        "[-]",
                                        "[\xEF\xBC\x91]",
                                        "[1a]",
                                        "[\"\\x00\"]",
                                        "[\"\\u00A\"]",
                                        "[\"\\uD800\\\"]",
                                        "[\"\\u\"]",
                                        "[\"\\a\"]",
                                        "[\"\\\"]",
                                        "[\"\t\"]",
                                        "[\"\n\"]",
                                        "[\"\x01\"]",
                                        "[\"a\0b\"]"s,
                                        "\0"s,
                                        "[]\0"s,
                                        "\"",
                                        "\"a",
                                        "[\"\\uD800\"]",
                                        "[\"\\uDC00\"]",
                                        "[\"\\uD800\\uD800\"]",
                                        "[\"\\uD800a\"]",
                                        "[\"\\uDd1e\\uD834\"]",
                                        "[\"\xFF\"]",
                                        "[\"\xC0\xAF\"]",
                                        "[\"\xE0\x80\x80\"]",
                                        "[\"\xED\xA0\x80\"]",
                                        "[\"\xF4\xBF\xBF\xBF\"]",
                                        "[\"\x81\"]",
                                        "[\"\xE9\"]",
                                        "[\"\xFC\x83\xBF\xBF\xBF\xBF\"]",
                                        "\xEF\xBB\xBF{}",
                                        "\xFE\xFF\0{\0}"s,
                                        "[\v1]",
                                        "[\f]",
                                        "\xC2\xA0[]",
                                        "[\xE2\x81\xA0]",
                                        "<null>",
                                        "[<null>]",
                                        "*",
                                        "[\"\"],",
                                        "{\"a\":true} \"x\"",
                                        std::string(20'000, '['),
                                        std::string("[").append(20'000, '[').append(20'000, ']')};

}  // namespace

TEST(Parse, AcceptsWhatIsJson) {
  for (const auto& text : kAccepted) {
    const auto value = parse(text);
    EXPECT_TRUE(value) << text << ": " << value.error().detail;
  }
}

TEST(Parse, RefusesWhatIsNot) {
  for (const auto& text : kRefused) EXPECT_FALSE(parse(text)) << text.substr(0, 100);
}

TEST(Parse, WritesBackWhatItAccepts) {
  for (const auto& text : kAccepted) {
    const auto value = parse(text);
    ASSERT_TRUE(value);
    EXPECT_EQ(*parse(boost::json::serialize(*value)), *value) << text;
  }
}

TEST(Parse, RefusesDuplicates) {
  for (const auto* text : {R"({"a":1,"a":1})", R"({"a":1,"\u0061":2})", R"({"a":{},"b":2,"a":[]})"}) {
    const auto value = parse(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().pointer, "/a");
    EXPECT_THAT(value.error().detail, HasSubstr("twice"));
  }
  EXPECT_EQ(parse(R"([0,{"x":{"b":1,"c":[{}],"b":2}}])").error().pointer, "/1/x/b");
  EXPECT_TRUE(parse(R"([{"a":1},{"a":1,"b":{"a":1}}])"));
}

TEST(Parse, KeepsWholeNumbersExact) {
  EXPECT_EQ(parse("9007199254740993")->as_int64(), 9007199254740993);
  EXPECT_EQ(parse("-9223372036854775808")->as_int64(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(parse("18446744073709551615")->as_uint64(), 18446744073709551615U);
  EXPECT_TRUE(parse("18446744073709551616")->is_double()) << "not rounded to a neighbour in silence";
}

TEST(Parse, RefusesNumbersBeyondADouble) {
  for (const auto* text : {"1e400", "[-1e400]", "{\"a\":123123e100000}"}) EXPECT_FALSE(parse(text)) << text;
  EXPECT_EQ(parse("1e-400")->as_double(), 0.0) << "too small is nought";
}

TEST(Parse, BoundsDepthAndSize) {
  EXPECT_TRUE(parse("[[{\"a\":1}]]", {.depth = 3}));
  const auto deep = parse("[[{\"a\":[]}]]", {.depth = 3});
  ASSERT_FALSE(deep);
  EXPECT_THAT(deep.error().detail, HasSubstr("too deep"));
  EXPECT_TRUE(parse("[1234]", {.bytes = 6}));
  EXPECT_THAT(parse("[1234 ]", {.bytes = 6}).error().detail, HasSubstr("longer than 6 bytes"));
}

TEST(Parse, SaysWhere) {
  const auto value = parse(R"({"lines":[{"a":1},{"b":tru}]})");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().pointer, "/lines/1/b");
  EXPECT_THAT(value.error().detail, HasSubstr("near byte 2"));
}

}  // namespace frontdesk::json
