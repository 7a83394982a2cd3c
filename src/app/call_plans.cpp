#include "app/call_plans.hpp"

#include <boost/json/array.hpp>

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

/// A softphone sends a name where a provider sends a number: it is no number to call back.
bool is_telephone_number(const std::string& user) {
  const auto digits = std::count_if(user.begin(), user.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits >= kFewestDigits &&
         std::all_of(user.begin(), user.end(), [](char c) { return (c >= '0' && c <= '9') || c == '+'; });
}

/// What decides how calls are answered; not where the program listens or keeps its data.
std::string fingerprint_of(const config::Config& config) {
  return replay::fingerprint(boost::json::array{replay::to_json(config.business), replay::to_json(config.voice),
                                                replay::to_json(config.conversation), replay::to_json(config.limits)});
}

replay::ActivitySettings activity_for(const config::Config& config, const runtime::AdmittedCall& admitted) {
  using screening::Destination;
  if (admitted.destination == Destination::echo_test) return replay::EchoTestSettings{kLongestTest};
  if (admitted.destination == Destination::talk_test)
    return replay::TalkTestSettings{talk_test_sentences(), runtime::first_request(admitted.number), kLongestTest};
  auto settings = conversation_settings(config);
  if (is_telephone_number(admitted.caller.expose())) settings.caller_number = admitted.caller;
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
  settings.idle_prompt = base::seconds(config.limits.silence_seconds);
  settings.idle_prompts = config.limits.silence_prompts;
  settings.end_of_turn = conversation::scaled({}, config.conversation.patience);
  if (config.conversation.end_of_turn == config::EndOfTurn::fixed)
    settings.end_of_turn.policy = conversation::EndOfTurnPolicy::fixed;
  if (config.conversation.interruption == config::Interruption::voice)
    settings.interruption.policy = conversation::InterruptionPolicy::voice;
  settings.soft_limit = std::chrono::minutes(config.limits.max_call_minutes);
  return settings;
}

runtime::PlanCall make_call_plans(std::shared_ptr<const config::Config> config) {
  return [config, build = build_text(), fingerprint = fingerprint_of(*config)](const runtime::AdmittedCall& admitted) {
    runtime::CallPlan plan;
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
