#include "app/call_plans.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "app/recording_plan.hpp"
#include "app/version.hpp"
#include "conversation/clauses.hpp"
#include "replay/recipe.hpp"

namespace frontdesk::app {
namespace {

constexpr int kFewestDigits = 5;
constexpr auto kLongestTest = std::chrono::minutes(30);

const std::vector<std::string>& talk_test_sentences() {
  static const std::vector<std::string> sentences = {
      "This is a test of the line, and I will keep talking until you hang up.",
      "The quick brown fox jumps over the lazy dog.",
      "We count every packet on the way, so that nothing gets lost between us.",
      "If you can hear this clearly, the sound on your side is in order."};
  return sentences;
}

llm::ToolSpec take_message_tool() {
  return {"take_message", "Store a message for the team, once name, number and reason were confirmed.",
          R"({"type":"object","properties":{"name":{"type":"string"},"number":{"type":"string"},)"
          R"("reason":{"type":"string"}},"required":["name","number","reason"],"additionalProperties":false})"};
}

llm::ToolSpec end_call_tool() {
  return {"end_call", "Hang up after the answer was heard. Use it when the caller says goodbye.",
          R"({"type":"object","properties":{"reason":{"type":"string"}},"additionalProperties":false})"};
}

llm::ToolSpec transfer_call_tool(const std::vector<transfer::Target>& targets) {
  boost::json::array names;
  for (const auto& target : targets) names.emplace_back(target.name);
  const boost::json::object schema{
      {"type", "object"},
      {"properties", {{"to", {{"type", "string"}, {"enum", names}}}, {"reason", {{"type", "string"}}}}},
      {"required", {"to", "reason"}},
      {"additionalProperties", false}};
  return {"transfer_call",
          "Put the caller through to one of these once your words were heard. Say that you do. Only if the caller asks "
          "for them, or for a person.",
          boost::json::serialize(schema)};
}

/// Whom the owner gave a number: departments first, because the first stands for anybody.
std::vector<transfer::Target> transfer_targets(const knowledge::Business& business) {
  std::vector<transfer::Target> targets;
  for (const auto& department : business.departments)
    if (!department.transfer.empty()) targets.push_back({department.name, department.aliases, department.transfer});
  for (const auto& person : business.people)
    if (!person.transfer.empty()) targets.push_back({person.name, person.aliases, person.transfer});
  return targets;
}

/// A softphone sends a name where a provider sends a number: it is no number to call back.
bool is_telephone_number(const std::string& user) {
  const auto digits = std::count_if(user.begin(), user.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits >= kFewestDigits &&
         std::all_of(user.begin(), user.end(), [](char c) { return (c >= '0' && c <= '9') || c == '+'; });
}

/// What decides how calls are answered; not where the program listens or keeps its data.
std::string fingerprint_of(const config::Config& config) {
  return replay::fingerprint(boost::json::array{replay::to_json(config.business), replay::to_json(config.voice),
                                                replay::to_json(config.conversation), replay::to_json(config.limits),
                                                replay::to_json(config.transfer), replay::to_json(config.recording)});
}

/// What a model should know of this caller beside the number.
std::string caller_notes(const runtime::AdmittedCall& admitted) {
  std::string notes;
  if (admitted.priority) notes += "The caller is on the owner's list of priority callers.";
  const auto& by = admitted.diverted_by.expose();
  if (!by.empty()) notes += (notes.empty() ? "" : " ") + ("The call was diverted here from " + by + ".");
  return notes;
}

replay::ActivitySettings activity_for(const config::Config& config, const runtime::AdmittedCall& admitted) {
  using screening::Destination;
  if (admitted.destination == Destination::echo_test) return replay::EchoTestSettings{kLongestTest};
  if (admitted.destination == Destination::talk_test)
    return replay::TalkTestSettings{talk_test_sentences(), runtime::first_request(admitted.number), kLongestTest};
  auto settings = conversation_settings(config);
  if (is_telephone_number(admitted.caller.expose())) settings.caller_number = admitted.caller;
  if (const auto notes = caller_notes(admitted); !notes.empty())
    settings.system_prompt += (settings.system_prompt.empty() ? "" : "\n\n") + notes;
  settings.recording = recording_settings(config, admitted.trunk, admitted.called);
  settings.wall_at_start = admitted.at;
  settings.first_request = runtime::first_request(admitted.number);
  return settings;
}

}  // namespace

conversation::ConversationSettings conversation_settings(const config::Config& config) {
  conversation::ConversationSettings settings;
  settings.greeting = config.business.greeting.empty() ? "Hello, this is " + config.business.name + ". How can I help?"
                                                       : config.business.greeting;
  if (!config.business.phrases.apology.empty()) settings.apology = config.business.phrases.apology;
  settings.tools = {take_message_tool(), end_call_tool()};
  settings.transfers.targets = transfer_targets(config.business);
  settings.transfers.method = config.transfer.blind ? transfer::Method::blind : transfer::Method::announced;
  settings.transfers.confirm = config.transfer.confirm;
  settings.transfers.ring_limit = base::seconds(config.transfer.ring_seconds);
  if (!settings.transfers.targets.empty()) settings.tools.push_back(transfer_call_tool(settings.transfers.targets));
  settings.idle_prompt = base::seconds(config.limits.silence_seconds);
  settings.idle_prompts = config.limits.silence_prompts;
  settings.end_of_turn = conversation::scaled({}, config.conversation.patience);
  if (config.conversation.end_of_turn == config::EndOfTurn::fixed)
    settings.end_of_turn.policy = conversation::EndOfTurnPolicy::fixed;
  if (config.conversation.interruption == config::Interruption::voice)
    settings.interruption.policy = conversation::InterruptionPolicy::voice;
  settings.recording = recording_settings(config, "", "");
  settings.soft_limit = std::chrono::minutes(config.limits.max_call_minutes);
  return settings;
}

runtime::PlanCall make_call_plans(std::shared_ptr<const config::Config> config, std::shared_ptr<llm::ChatModel> chat) {
  return [config, chat, build = build_text(),
          fingerprint = fingerprint_of(*config)](const runtime::AdmittedCall& admitted) {
    runtime::CallPlan plan;
    plan.chat = chat;
    plan.voice = {config->voice.name, config->voice.speed};
    plan.limits.whole_call = std::chrono::minutes(config->limits.max_call_minutes) + base::seconds(60);
    plan.listens = admitted.destination == screening::Destination::reception;
    using config::NoiseSuppression;
    if (const auto wanted = config->conversation.noise_suppression; wanted != NoiseSuppression::off)
      plan.noise_suppression =
          wanted == NoiseSuppression::mild ? noise_suppression::Strength::mild : noise_suppression::Strength::strong;
    replay::Recipe recipe{
        build, fingerprint, plan.voice.name, plan.voice.speed, plan.limits, activity_for(*config, admitted)};
    plan.activity = replay::make_activity(recipe.activity);
    plan.recipe = replay::to_text(recipe);
    plan.receptionist = config->receptionist;
    return plan;
  };
}

std::vector<std::string> fixed_phrases(const config::Config& config) {
  const auto settings = conversation_settings(config);
  std::vector<std::string> phrases;
  for (const auto& text : conversation::fixed_phrases(settings)) {
    // Cut exactly as the conversation will cut them, so that each piece is found in the cache.
    conversation::ClauseSplitter splitter;
    for (auto& piece : splitter.feed(text)) phrases.push_back(std::move(piece));
    for (auto& piece : splitter.finish()) phrases.push_back(std::move(piece));
  }
  for (const auto& sentence : talk_test_sentences()) phrases.push_back(sentence);
  return phrases;
}

}  // namespace frontdesk::app
