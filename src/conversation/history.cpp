#include "conversation/history.hpp"

#include <algorithm>

namespace frontdesk::conversation {
namespace {

constexpr const char* kNoResultYet = "no result yet";

}  // namespace

void History::append(llm::ChatMessage message) {
  messages_.push_back(std::move(message));
  const auto exchanges = [this] {
    return static_cast<std::size_t>(
        std::count_if(messages_.begin(), messages_.end(), [](const auto& m) { return m.role == llm::Role::user; }));
  };
  while (exchanges() > kHistoryExchanges || messages_.size() > kHistoryMessages) forget_oldest();
}

/// The first message, and what makes no sense without it: a tool result whose call is gone is refused
/// by every provider.
void History::forget_oldest() {
  do {
    summarise(messages_.front());
    messages_.erase(messages_.begin());
  } while (!messages_.empty() && messages_.front().role == llm::Role::tool);
}

void History::summarise(const llm::ChatMessage& message) {
  if (message.role == llm::Role::tool || message.text.empty()) return;
  auto line = message.text.substr(0, kSummaryLineBytes);
  while (line.size() < message.text.size() && !line.empty() && (static_cast<unsigned char>(line.back()) & 0x80U) != 0)
    line.pop_back();  // not in the middle of a character
  summary_.push_back((message.role == llm::Role::user ? "The caller said: " : "You said: ") + line);
  const auto size = [this] {
    std::size_t bytes = 0;
    for (const auto& each : summary_) bytes += each.size() + 1;
    return bytes;
  };
  while (size() > kSummaryBytes) {
    const auto plain = std::find_if(summary_.begin(), summary_.end(), [](const auto& each) {
      return each.find_first_of("0123456789") == std::string::npos;
    });
    summary_.erase(plain == summary_.end() ? summary_.begin() : plain);
  }
}

std::string History::summary() const {
  if (summary_.empty()) return {};
  std::string text = "Earlier in this call:";
  for (const auto& line : summary_) text += "\n" + line;
  return text;
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
