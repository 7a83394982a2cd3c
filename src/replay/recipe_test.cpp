#include "replay/recipe.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

namespace frontdesk::replay {
namespace {

/// Changes every value inside `value` to another one.
template <class T>
void disturb(T& value) {
  namespace rf = reflection;
  if constexpr (std::is_same_v<T, bool>) {
    value = !value;
  } else if constexpr (std::is_enum_v<T>) {
    value = static_cast<T>(static_cast<int>(value) + 1);
  } else if constexpr (std::is_floating_point_v<T>) {
    value = value / 3 + T(0.1);
  } else if constexpr (std::is_arithmetic_v<T>) {
    value = static_cast<T>(value + 7);
  } else if constexpr (std::is_same_v<T, std::string>) {
    value += "\n\"x\" \xc3\xa9";
  } else if constexpr (rf::kIs<base::Pii, T>) {
    auto inner = value.expose();
    disturb(inner);
    value = T(inner);
  } else if constexpr (rf::kIsDuration<T>) {
    value += T(123'456'789);
  } else if constexpr (rf::kIs<std::vector, T>) {
    disturb(value.emplace_back());
  } else if constexpr (rf::kIs<std::optional, T>) {
    disturb(value.emplace());
  } else if constexpr (rf::kIsStruct<T>) {
    rf::each_member(value, [](std::string_view, auto& member) { disturb(member); });
  }
}

struct Inner {
  double factor = 1.5;
  std::optional<int> maybe;
};
struct Sample {
  std::vector<std::string> list = {"a", "b"};
  Inner inner;
  std::array<bool, 2> both{};
  base::Instant at{};
};

}  // namespace

TEST(Reflection, NamesTheMembersOfAStruct) {
  EXPECT_EQ(boost::json::serialize(to_json(Sample{})),
            R"({"list":["a","b"],"inner":{"factor":"1.5","maybe":null},"both":[false,false],"at":{"since_start":0}})");
}

TEST(Reflection, CarriesEverySettingThereIs) {
  conversation::ConversationSettings settings;
  const auto before = to_json(settings);
  disturb(settings);
  const auto json = to_json(settings);
  for (const auto& [key, value] : json.get_object())
    EXPECT_NE(value, before.at(key)) << std::string(key) << " was not changed: teach disturb() its kind";

  conversation::ConversationSettings back;
  Notes notes;
  from_json(json, back, notes);
  EXPECT_TRUE(notes.empty()) << notes.front();
  EXPECT_EQ(to_json(back), json);
  EXPECT_EQ(back.greeting, settings.greeting);
  EXPECT_EQ(back.end_of_turn.longest, settings.end_of_turn.longest);
  EXPECT_EQ(back.end_of_turn.faster, settings.end_of_turn.faster) << "floating point comes back to the bit";
  EXPECT_EQ(back.caller_number, settings.caller_number);
}

TEST(Reflection, SaysWhatDoesNotFitAndKeepsTheDefault) {
  Notes notes;
  Sample sample;
  from_json(boost::json::value{{"list", {"c"}}, {"inner", {{"factor", true}, {"maybe", 3}, {"later", 1}}}}, sample,
            notes);
  EXPECT_EQ(sample.list, std::vector<std::string>{"c"});
  EXPECT_EQ(sample.inner.factor, 1.5);
  EXPECT_EQ(sample.inner.maybe, 3);
  EXPECT_EQ(notes, (Notes{"inner.factor is not the number it should be", "inner.later is unknown", "both is missing",
                          "at is missing"}));
}

TEST(Recipe, IsReadBackAsItWasWritten) {
  Recipe made;
  made.build = "frontdesk 1 build 2";
  made.configuration = "abc";
  made.voice_speed = 1.1;
  made.limits.establish = base::milliseconds(1);
  for (const ActivitySettings& activity : {ActivitySettings(conversation::ConversationSettings{.greeting = "Hi"}),
                                           ActivitySettings(EchoTestSettings{base::seconds(3)}),
                                           ActivitySettings(TalkTestSettings{{"one", "two"}, 9, base::seconds(4)})}) {
    made.activity = activity;
    const auto text = to_text(made);
    EXPECT_EQ(text.find('\n'), std::string::npos) << "it is one line of the journal";
    const auto read = read_recipe(text);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_TRUE(read->notes.empty());
    EXPECT_EQ(to_text(read->recipe), text);
    EXPECT_NE(make_activity(read->recipe.activity), nullptr);
  }
}

TEST(Recipe, RefusesWhatItCannotMake) {
  EXPECT_EQ(read_recipe("{").error().code, base::ErrorCode::invalid_argument);
  EXPECT_EQ(read_recipe("[1]").error().code, base::ErrorCode::invalid_argument);
  EXPECT_EQ(read_recipe(R"({"format":99})").error().code, base::ErrorCode::failed_precondition);
  EXPECT_EQ(read_recipe(R"({"format":1,"activity":"karaoke","settings":{}})").error().code,
            base::ErrorCode::failed_precondition);
}

TEST(Recipe, FingerprintsTellContentsApart) {
  EXPECT_EQ(fingerprint(to_json(Sample{})), fingerprint(to_json(Sample{})));
  Sample other;
  other.inner.maybe = 0;
  EXPECT_NE(fingerprint(to_json(Sample{})), fingerprint(to_json(other)));
}

}  // namespace frontdesk::replay
