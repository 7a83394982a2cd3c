#include "app/call_plans.hpp"

#include "conversation/clauses.hpp"
#include "conversation/conversation.hpp"
#include "reception/diagnostics/diagnostics.hpp"

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

conversation::ConversationSettings settings_for(const config::Config& config) {
  conversation::ConversationSettings settings;
  settings.greeting = config.business.greeting.empty() ? "Hello, this is " + config.business.name + ". How can I help?"
                                                       : config.business.greeting;
  if (!config.business.phrases.apology.empty()) settings.apology = config.business.phrases.apology;
  settings.tools = {take_message_tool(), end_call_tool()};
  settings.idle_prompt = base::seconds(config.limits.silence_seconds);
  settings.idle_prompts = config.limits.silence_prompts;
  settings.soft_limit = std::chrono::minutes(config.limits.max_call_minutes);
  return settings;
}

}  // namespace

runtime::PlanCall make_call_plans(std::shared_ptr<const config::Config> config) {
  return [config](const runtime::AdmittedCall& admitted) {
    using screening::Destination;
    runtime::CallPlan plan;
    plan.voice = {config->voice.name, config->voice.speed};
    plan.limits.whole_call = std::chrono::minutes(config->limits.max_call_minutes) + base::seconds(60);
    if (admitted.destination == Destination::echo_test) {
      plan.activity = std::make_unique<diagnostics::EchoTest>(kLongestTest);
      plan.listens = false;
    } else if (admitted.destination == Destination::talk_test) {
      plan.activity = std::make_unique<diagnostics::TalkTest>(talk_test_sentences(),
                                                              runtime::first_request(admitted.number), kLongestTest);
      plan.listens = false;
    } else {
      auto settings = settings_for(*config);
      if (is_telephone_number(admitted.caller.expose())) settings.caller_number = admitted.caller;
      settings.wall_at_start = admitted.at;
      settings.first_request = runtime::first_request(admitted.number);
      plan.activity = std::make_unique<conversation::Conversation>(std::move(settings));
    }
    return plan;
  };
}

std::vector<std::string> fixed_phrases(const config::Config& config) {
  const auto settings = settings_for(config);
  std::vector<std::string> phrases;
  for (const auto* text : {&settings.greeting, &settings.apology, &settings.still_there, &settings.goodbye_silence,
                           &settings.goodbye_limit, &settings.goodbye_trouble, &settings.pardon, &settings.goodbye}) {
    // Cut exactly as the conversation will cut them, so that each piece is found in the cache.
    conversation::ClauseSplitter splitter;
    for (auto& piece : splitter.feed(*text)) phrases.push_back(std::move(piece));
    for (auto& piece : splitter.finish()) phrases.push_back(std::move(piece));
  }
  for (const auto& sentence : talk_test_sentences()) phrases.push_back(sentence);
  return phrases;
}

}  // namespace frontdesk::app
