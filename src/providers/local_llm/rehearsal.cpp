#include "providers/local_llm/rehearsal.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "providers/local_llm/question_index.hpp"

namespace frontdesk::local_llm {
namespace {

using namespace std::string_view_literals;

// No business can answer these: what is said then is as common as any answer.
constexpr std::array kUnknown = {"what is the capital of mongolia"sv, "do you repair bicycle tyres as well"sv};
constexpr std::array kMisheard = {"blue fish"sv, "green hat"sv, "red shoe"sv};
constexpr std::array kDays = {"today"sv,       "tomorrow"sv,  "on monday"sv,   "on tuesday"sv, "on wednesday"sv,
                              "on thursday"sv, "on friday"sv, "on saturday"sv, "on sunday"sv};

void keep(std::vector<std::string>& replies, std::string text) {
  if (!text.empty() && std::find(replies.begin(), replies.end(), text) == replies.end())
    replies.push_back(std::move(text));
}

}  // namespace

std::vector<std::string> expected_questions(const knowledge::Business& business) {
  std::vector<std::string> questions;
  const auto ask = [&](std::string_view before, std::string_view named, std::string_view after = {}) {
    questions.push_back(std::string(before) + std::string(named) + std::string(after));
  };
  for (const auto& text : general_questions(business)) questions.emplace_back(text);
  for (const auto day : kDays) {
    ask("are you open ", day);
    ask("when do you close ", day);
    ask("what time do you open ", day);
  }
  for (const auto& service : business.services) {
    ask("how much is ", service.name);
    ask("do you do ", service.name);
    ask("how long does ", service.name, " take");
  }
  for (const auto& person : business.people) {
    ask("when is ", person.name, " in");
    ask("who is ", person.name);
    ask("can i speak to ", person.name);
    for (const auto day : kDays) ask("is " + person.name + " in ", day);
  }
  for (const auto& entry : business.faq) questions.push_back(entry.question);
  for (const auto& policy : business.policies)
    questions.push_back(policy.questions.empty() ? policy.topic : policy.questions.front());
  for (const auto text : kUnknown) questions.emplace_back(text);
  return questions;
}

std::vector<std::string> foreseeable_replies(const Dialogue& dialogue, const knowledge::Business& business,
                                             base::UtcTime now) {
  std::vector<std::string> replies;
  for (const auto& question : expected_questions(business)) {
    TurnInput input;
    input.text = question;
    input.now = now;
    keep(replies, dialogue.turn(input).text);
  }
  std::string state;  // not understood time and again is said in other words each time
  for (const auto text : kMisheard) {
    TurnInput input;
    input.text = std::string(text);
    input.state = state;
    input.now = now;
    auto reply = dialogue.turn(input);
    state = std::move(reply.state);
    keep(replies, std::move(reply.text));
  }
  return replies;
}

}  // namespace frontdesk::local_llm
