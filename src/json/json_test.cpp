// Reading, writing and describing types. How texts are parsed: parse_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "base/assert.hpp"
#include "json/json_test_types.hpp"
#include "json/parse.hpp"
#include "json/pattern.hpp"

namespace frontdesk::json {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

tl::expected<Door, std::vector<Problem>> door(std::string_view text) {
  const auto value = parse(text);
  EXPECT_TRUE(value) << text;
  return read<Door>(*value);
}

/// Where the problems of a document are.
std::vector<std::string> wrong(std::string_view text) {
  std::vector<std::string> places;
  const auto read = door(text);
  if (!read)
    for (const auto& problem : read.error()) places.push_back(problem.pointer);
  return places;
}

template <class T>
bj::value schema_of(Direction direction) {
  Schemas schemas;
  bj::value reference = Codec<T>::schema(schemas, direction, kPlain);
  schemas.resolve(reference);
  return bj::object{{"schema", reference}, {"components", schemas.components()}};
}

}  // namespace

TEST(Codec, ReadsAllKindsOfMembers) {
  const auto read = door(R"({"name":"a","widthMm":800,"price":9.5,"open":true,"colour":"private","label":"x",
    "hinges":[{"screws":3}],"sizes":{"a":1},"code":"1234","serial":18446744073709551615,
    "made_at":"2026-11-22T15:52:00+01:00","note":null})");
  ASSERT_TRUE(read) << read.error()[0].pointer << read.error()[0].detail;
  EXPECT_EQ(read->width_mm, 800);
  EXPECT_EQ(read->price, 9.5);
  EXPECT_TRUE(read->open);
  EXPECT_EQ(read->colour, Colour::private_);
  EXPECT_EQ(read->label, "x");
  EXPECT_EQ(read->hinges.at(0).screws, 3);
  EXPECT_EQ(read->sizes.at("a"), 1);
  EXPECT_EQ(read->code.expose(), "1234");
  EXPECT_EQ(read->serial, 18446744073709551615U);
  EXPECT_EQ(read->made_at.unix_ms, 1'795'359'120'000);
  ASSERT_TRUE(read->note) << "null is not the same as nothing";
  EXPECT_FALSE(*read->note);
}

TEST(Codec, KeepsTheUsualValueOfWhatIsLeftOut) {
  const auto read = door(R"({"name":"a"})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->width_mm, 900);
  EXPECT_FALSE(read->label);
  EXPECT_FALSE(read->note);
  EXPECT_FALSE(door(R"({"name":"a","label":null})")->label);
}

TEST(Codec, TellsEveryProblemWithItsPlace) {
  EXPECT_THAT(
      wrong(R"({"widthMm":1,"price":-1,"open":1,"colour":"blue","label":"long","hinges":[{"screws":0},{},3],
    "sizes":{"a/~":1.5},"code":12,"serial":-1,"made_at":"2026-11-22","nose":1,"id":"x"})"),
      ElementsAre("/name", "/widthMm", "/price", "/open", "/colour", "/label", "/hinges/0/screws", "/hinges/1/screws",
                  "/hinges/2", "/sizes/a~1~0", "/code", "/serial", "/made_at", "/nose", "/id"));
  const auto read = door(R"({"name":"","widthMm":1})");
  EXPECT_EQ(read.error()[1].detail, "write a whole number from 600 to 2000");
  EXPECT_THAT(door(R"({"name":"a","colour":"Red"})").error()[0].detail, HasSubstr("red, green, private"));
}

TEST(Codec, CountsCharactersAndElements) {
  EXPECT_TRUE(door("{\"name\":\"ééééé\"}"));
  EXPECT_THAT(wrong("{\"name\":\"éééééé\"}"), ElementsAre("/name"));
  EXPECT_THAT(wrong(R"({"name":""})"), ElementsAre("/name"));
  EXPECT_THAT(wrong(R"({"name":"A"})"), ElementsAre("/name")) << "the pattern";
  EXPECT_THAT(wrong(R"({"name":"a","hinges":[{"screws":1},{"screws":1},{"screws":1},{"screws":1}]})"),
              ElementsAre("/hinges"));
  EXPECT_THAT(wrong(R"({"name":"a","sizes":{"a":1,"b":1,"c":1}})"), ElementsAre("/sizes"));
}

TEST(Codec, TakesWholeNumbersOnlyWhenTheyAreExact) {
  for (const auto* number : {"700.0", "7e2", "700.5", "\"700\"", "99999999999999999999", "2147483648", "null", "[]"})
    EXPECT_THAT(wrong(std::string(R"({"name":"a","widthMm":)") + number + "}"), ElementsAre("/widthMm")) << number;
  for (const auto* number : {"18446744073709551616", "1.0", "-1"})
    EXPECT_THAT(wrong(std::string(R"({"name":"a","serial":)") + number + "}"), ElementsAre("/serial")) << number;
  EXPECT_EQ(door(R"({"name":"a","serial":9223372036854775808})")->serial, 9223372036854775808U);
}

TEST(Codec, BoundsTheListOfProblems) {
  bj::object many;
  for (int i = 0; i < 500; ++i) many[std::string(200, 'x') + std::to_string(i)] = 1;
  const auto read = json::read<Door>(many);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().size(), Problems::kMost);
  EXPECT_LE(read.error().back().pointer.size(), 61U);
}

TEST(Codec, RefusesWhatIsNoObject) {
  for (const auto* text : {"[]", "1", "null", "\"x\""}) EXPECT_THAT(wrong(text), ElementsAre("")) << text;
}

TEST(Codec, WritesWithoutSecretsAndRepairsText) {
  Door made;
  made.name = "Zo\xEB";
  made.code = base::Secret("planted-secret");
  made.price = std::numeric_limits<double>::infinity();
  const auto text = bj::serialize(write(made));
  EXPECT_EQ(
      text,
      "{\"name\":\"Zo\xEF\xBF\xBD\",\"widthMm\":900,\"price\":null,\"open\":false,\"colour\":\"red\",\"label\":null,"
      "\"hinges\":[],\"sizes\":{},\"serial\":0,\"made_at\":\"1970-01-01T00:00:00.000Z\",\"id\":\"\"}");
}

TEST(Codec, WritesWhatItReads) {
  const std::string sent =
      R"({"name":"a","widthMm":800,"price":9.5E0,"open":true,"colour":"green","label":"x","hinges":[{"screws":3}],)"
      R"("sizes":{"a":-1,"b":2},"serial":7,"made_at":"2026-11-22T14:52:00.123Z","note":"n"})";
  auto back = write(*door(sent));
  back.as_object().erase("id");
  EXPECT_EQ(back, *parse(sent));
}

TEST(Schema, OfWhatIsSentHoldsItsLimits) {
  const auto all = schema_of<Door>(Direction::input);
  EXPECT_EQ(all.at("schema").at("$ref").as_string(), "#/components/schemas/Door");
  const auto& schema = all.at("components").at("Door").as_object();
  EXPECT_EQ(schema.at("required"), (bj::array{"name"}));
  EXPECT_EQ(schema.at("additionalProperties"), false);
  const auto& members = schema.at("properties").as_object();
  EXPECT_FALSE(members.contains("id")) << "it cannot be sent";
  EXPECT_EQ(
      bj::serialize(members.at("name")),
      "{\"type\":\"string\",\"minLength\":1,\"maxLength\":5,\"pattern\":\"^[a-zé]+$\",\"description\":\"As on the "
      "plan.\",\"examples\":[\"front\"]}");
  EXPECT_EQ(bj::serialize(members.at("widthMm")), R"({"type":"integer","minimum":600,"maximum":2000,"default":900})");
  EXPECT_EQ(bj::serialize(members.at("label")), R"({"type":["string","null"],"maxLength":3})");
  EXPECT_EQ(members.at("code").at("writeOnly"), true);
  EXPECT_FALSE(members.at("code").as_object().contains("default"));
  EXPECT_EQ(bj::serialize(members.at("hinges").at("items")), R"({"$ref":"#/components/schemas/Hinge"})");
  EXPECT_EQ(bj::serialize(members.at("colour")),
            R"({"type":"string","enum":["red","green","private"],"default":"red"})");
}

TEST(Schema, OfWhatComesOutRequiresAllMembers) {
  const auto all = schema_of<Door>(Direction::output);
  const auto& schema = all.at("components").at("Door").as_object();
  EXPECT_EQ(schema.at("required").as_array().size(), 11U) << "all but the secret and what is left out when null";
  EXPECT_FALSE(schema.at("properties").as_object().contains("code"));
  EXPECT_FALSE(schema.contains("additionalProperties")) << "members may be added later";
}

TEST(Schema, HasTwoNamesWhereInputAndOutputDiffer) {
  Schemas schemas;
  bj::value both = bj::array{Codec<Door>::schema(schemas, Direction::input, kPlain),
                             Codec<Door>::schema(schemas, Direction::output, kPlain)};
  schemas.resolve(both);
  EXPECT_EQ(both.at(0).at("$ref").as_string(), "#/components/schemas/DoorInput");
  EXPECT_EQ(both.at(1).at("$ref").as_string(), "#/components/schemas/Door");
  const auto all = schemas.components();
  EXPECT_EQ(all.size(), 4U) << bj::serialize(all);
  EXPECT_EQ(all.at("DoorInput").at("properties").at("hinges").at("items").at("$ref").as_string(),
            "#/components/schemas/HingeInput");
}

TEST(Pattern, MatchesTheWholeText) {
  EXPECT_TRUE(matches_pattern("call_01ab", "call_[0-9a-f]{4}"));
  EXPECT_FALSE(matches_pattern("call_01abc", "call_[0-9a-f]{4}"));
  EXPECT_FALSE(matches_pattern("xcall_01ab", "call_[0-9a-f]{4}"));
  EXPECT_TRUE(matches_pattern("+443335550100", "\\+?\\d{2,15}"));
  EXPECT_FALSE(matches_pattern("++443", "\\+?\\d{2,15}"));
  EXPECT_TRUE(matches_pattern("a-b_c", "[a-z_-]*"));
  EXPECT_TRUE(matches_pattern("", "[a-z]*"));
  EXPECT_TRUE(matches_pattern("aab", "a*a{1,2}b"));
  EXPECT_TRUE(matches_pattern("x/y", "[^/]+/[^/]+"));
  EXPECT_FALSE(matches_pattern("x/y/z", "[^/]+/[^/]+"));
  EXPECT_FALSE(matches_pattern("a\n", "a"));
  for (const auto* bad : {"(a)", "a|b", "^a", "a$", "[a", "a{", "a{2", "a{3,2}", "*", "\\w", "a\\"})
    EXPECT_THROW(matches_pattern("a", bad), base::InvariantViolation) << bad;
}

TEST(Pattern, DoesNotExplode) {
  EXPECT_FALSE(matches_pattern(std::string(1000, 'a'), "a*a*a*a*a*a*a*a*a*b"));
}

}  // namespace frontdesk::json
