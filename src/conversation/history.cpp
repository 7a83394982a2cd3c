#include "conversation/history.hpp"

namespace frontdesk::conversation {

void History::append(llm::ChatMessage message) {
  messages_.push_back(std::move(message));
  if (messages_.size() > kHistoryMessages) messages_.erase(messages_.begin());
  // A tool result without the message that asked for it is refused by every provider.
  while (!messages_.empty() && messages_.front().role == llm::Role::tool) messages_.erase(messages_.begin());
}

void History::caller_said(std::string text) { append({.role = llm::Role::user, .text = std::move(text)}); }

void History::retract_caller() {
  if (!messages_.empty() && messages_.back().role == llm::Role::user) messages_.pop_back();
}

void History::receptionist_said(std::string heard, const llm::ChatOutcome& outcome, bool got_across) {
  if (heard.empty() && outcome.tool_calls.empty()) return;
  llm::ChatMessage message{.role = llm::Role::assistant, .text = std::move(heard)};
  if (got_across) {
    message.tool_calls = outcome.tool_calls;
    message.provider_state = outcome.provider_state;
  }
  append(std::move(message));
}

void History::tool_answered(std::string tool_call_id, std::string result) {
  append({.role = llm::Role::tool, .text = std::move(result), .tool_call_id = std::move(tool_call_id)});
}

}  // namespace frontdesk::conversation
