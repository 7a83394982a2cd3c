#include "conversation/history.hpp"

#include <algorithm>

namespace frontdesk::conversation {
namespace {

constexpr const char* kNoResultYet = "no result yet";

}  // namespace

void History::append(llm::ChatMessage message) {
  messages_.push_back(std::move(message));
  if (messages_.size() > kHistoryMessages) messages_.erase(messages_.begin());
  // A tool result without the message that asked for it is refused by every provider.
  while (!messages_.empty() && messages_.front().role == llm::Role::tool) messages_.erase(messages_.begin());
}

void History::caller_said(std::string text) {
  append({.role = llm::Role::user, .text = std::move(text)});
}

bool History::retract_caller() {
  if (messages_.empty() || messages_.back().role != llm::Role::user) return false;
  messages_.pop_back();
  return true;
}

void History::receptionist_said(std::string heard, const llm::ChatOutcome& outcome, bool got_across) {
  if (heard.empty() && (outcome.tool_calls.empty() || !got_across)) return;
  llm::ChatMessage message{.role = llm::Role::assistant, .text = std::move(heard)};
  if (got_across) {
    message.tool_calls = outcome.tool_calls;
    message.provider_state = outcome.provider_state;
  }
  const auto calls = message.tool_calls;
  append(std::move(message));
  for (const auto& call : calls) append({.role = llm::Role::tool, .text = kNoResultYet, .tool_call_id = call.id});
}

void History::tool_answered(std::string_view tool_call_id, std::string result) {
  const auto waiting = std::find_if(messages_.rbegin(), messages_.rend(), [&](const llm::ChatMessage& message) {
    return message.role == llm::Role::tool && message.tool_call_id == tool_call_id;
  });
  if (waiting != messages_.rend()) waiting->text = std::move(result);
}

bool History::awaits_answer() const {
  const auto last = std::find_if(messages_.rbegin(), messages_.rend(),
                                 [](const llm::ChatMessage& message) { return message.role != llm::Role::tool; });
  if (last == messages_.rend()) return false;
  return last->role == llm::Role::user || last->text.empty();
}

}  // namespace frontdesk::conversation
