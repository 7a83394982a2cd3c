// What the model is told of the conversation so far: only what the caller said and what the caller
// heard. Bounded: the oldest exchanges are forgotten first.
#pragma once
#include <string>
#include <vector>

#include "llm/chat.hpp"

namespace frontdesk::conversation {

inline constexpr std::size_t kHistoryMessages = 24;  ///< about ten exchanges and their tool results

class History {
 public:
  void caller_said(std::string text);
  /// The turn goes on after all: takes the last caller_said() back.
  void retract_caller();
  /// `heard` is the part that was played. The provider's state is kept only when the reply got across.
  void receptionist_said(std::string heard, const llm::ChatOutcome& outcome, bool got_across);
  void tool_answered(std::string tool_call_id, std::string result);

  const std::vector<llm::ChatMessage>& messages() const { return messages_; }

 private:
  void append(llm::ChatMessage message);
  std::vector<llm::ChatMessage> messages_;
};

}  // namespace frontdesk::conversation
