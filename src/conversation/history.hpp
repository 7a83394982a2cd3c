// What the model is told of the conversation so far: only what the caller said and what the caller
// heard. Bounded: the oldest exchanges are forgotten first. Always well-formed: no message is empty,
// and each tool call is followed by its result, because providers refuse anything else.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "llm/chat.hpp"

namespace frontdesk::conversation {

inline constexpr std::size_t kHistoryMessages = 24;  ///< about ten exchanges and their tool results

class History {
 public:
  void caller_said(std::string text);
  /// The turn goes on after all: takes the last caller_said() back; false if it was acted on already.
  bool retract_caller();
  /// `heard` is the part that was played. The provider's state is kept only when the reply got across.
  void receptionist_said(std::string heard, const llm::ChatOutcome& outcome, bool got_across);
  /// Ignored unless receptionist_said() has told of the call.
  void tool_answered(std::string_view tool_call_id, std::string result);
  /// The caller, or tools that ran without a word from us, were never answered.
  bool awaits_answer() const;

  const std::vector<llm::ChatMessage>& messages() const { return messages_; }

 private:
  void append(llm::ChatMessage message);
  std::vector<llm::ChatMessage> messages_;
};

}  // namespace frontdesk::conversation
