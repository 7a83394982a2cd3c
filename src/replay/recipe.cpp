#include "replay/recipe.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "call/tape.hpp"
#include "reception/diagnostics/diagnostics.hpp"

namespace frontdesk::replay {
namespace {

namespace bj = boost::json;

template <class Settings>
constexpr std::string_view kActivityName;
template <>
constexpr std::string_view kActivityName<conversation::ConversationSettings> = "conversation";
template <>
constexpr std::string_view kActivityName<EchoTestSettings> = "echo_test";
template <>
constexpr std::string_view kActivityName<TalkTestSettings> = "talk_test";

struct Maker {
  std::unique_ptr<call::Activity> operator()(const conversation::ConversationSettings& settings) const {
    return std::make_unique<conversation::Conversation>(settings);
  }
  std::unique_ptr<call::Activity> operator()(const EchoTestSettings& settings) const {
    return std::make_unique<diagnostics::EchoTest>(settings.longest);
  }
  std::unique_ptr<call::Activity> operator()(const TalkTestSettings& settings) const {
    return std::make_unique<diagnostics::TalkTest>(settings.sentences, settings.first_request, settings.longest);
  }
};

/// True if `name` is that of this alternative, which is then read.
template <class Settings>
bool read_as(std::string_view name, const bj::value& json, ActivitySettings& out, Notes& notes) {
  if (name != kActivityName<Settings>) return false;
  from_json(json, out.emplace<Settings>(), notes);
  return true;
}

std::string text_of(const bj::object& object, std::string_view key) {
  const auto* found = object.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

base::Status read_activity(const bj::object& object, Recipe& recipe, Notes& notes) {
  const auto name = text_of(object, "activity");
  const auto* settings = object.if_contains("settings");
  if (settings != nullptr && (read_as<conversation::ConversationSettings>(name, *settings, recipe.activity, notes) ||
                              read_as<EchoTestSettings>(name, *settings, recipe.activity, notes) ||
                              read_as<TalkTestSettings>(name, *settings, recipe.activity, notes)))
    return {};
  return base::fail(base::ErrorCode::failed_precondition, "replay",
                    "this program does not know the activity \"" + name + "\" of the journal");
}

}  // namespace

std::unique_ptr<call::Activity> make_activity(const ActivitySettings& settings) {
  return std::visit(Maker{}, settings);
}

std::string_view name_of(const ActivitySettings& settings) {
  return std::visit([](const auto& s) { return kActivityName<std::decay_t<decltype(s)>>; }, settings);
}

std::string to_text(const Recipe& recipe) {
  bj::object object;
  object["format"] = kJournalFormat;
  object["build"] = recipe.build;
  object["configuration"] = recipe.configuration;
  object["voice"] = recipe.voice;
  object["voice_speed"] = to_json(recipe.voice_speed);
  object["limits"] = to_json(recipe.limits);
  object["activity"] = name_of(recipe.activity);
  object["settings"] = std::visit([](const auto& settings) { return to_json(settings); }, recipe.activity);
  return bj::serialize(object);
}

base::Result<ReadRecipe> read_recipe(std::string_view text) {
  bj::error_code error;
  bj::parse_options options;
  options.allow_invalid_utf8 = true;  // what a caller's telephone sent is kept as it came
  const auto json = bj::parse(bj::string_view(text.data(), text.size()), error, {}, options);
  const auto* object = error ? nullptr : json.if_object();
  if (object == nullptr)
    return base::fail(base::ErrorCode::invalid_argument, "replay", "the journal's first line is damaged");
  const auto* format = object->if_contains("format");
  if (format == nullptr || !format->is_int64() || format->get_int64() > kJournalFormat)
    return base::fail(base::ErrorCode::failed_precondition, "replay",
                      "the journal was written by a later version of frontdesk: replay it with that version");
  ReadRecipe read;
  read.recipe.build = text_of(*object, "build");
  read.recipe.configuration = text_of(*object, "configuration");
  read.recipe.voice = text_of(*object, "voice");
  if (const auto* speed = object->if_contains("voice_speed"))
    from_json(*speed, read.recipe.voice_speed, read.notes, "voice_speed");
  if (const auto* limits = object->if_contains("limits")) from_json(*limits, read.recipe.limits, read.notes, "limits");
  if (auto done = read_activity(*object, read.recipe, read.notes); !done) return tl::unexpected(done.error());
  return read;
}

std::string fingerprint(const bj::value& json) {
  call::LineDigest digest;
  digest.add(bj::serialize(json));
  return digest.text();
}

}  // namespace frontdesk::replay
