// What the model is told of the conversation so far: only what the caller said and what the caller
// heard. Bounded: the last ten exchanges in full, what was before as a summary. Always well-formed: no message is
// empty, and each tool call is followed by its result, because providers refuse anything else.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "llm/chat.hpp"

namespace frontdesk::conversation {

inline constexpr std::size_t kHistoryExchanges = 10;  ///< turns of the caller, with all that answered them
inline constexpr std::size_t kHistoryMessages = 60;   ///< whatever they hold
inline constexpr std::size_t kSummaryBytes = 1600;
inline constexpr std::size_t kSummaryLineBytes = 160;

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
  /// "Earlier in this call:" and a line for each message that is no longer among messages(); empty if
  /// all are. Its oldest lines give way first, lines with digits (numbers, times, prices) last.
  std::string summary() const;

 private:
  void append(llm::ChatMessage message);
  void forget_oldest();
  void summarise(const llm::ChatMessage& message);
  std::vector<llm::ChatMessage> messages_;
  std::vector<std::string> summary_;
};

}  // namespace frontdesk::conversation
