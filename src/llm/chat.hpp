// Port: a conversation model. The built-in `local` model and every remote provider implement it.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"

namespace frontdesk::llm {

enum class Role { user, assistant, tool };

/// A tool the model asked for; `arguments` is a JSON object.
struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;
  friend bool operator==(const ToolCall&, const ToolCall&) = default;
};

struct ChatMessage {
  Role role = Role::user;
  std::string text;
  std::vector<ToolCall> tool_calls;  ///< assistant only
  std::string tool_call_id;          ///< tool results only
  /// Opaque, set by the provider on its own message and handed back unchanged: a response id, a
  /// signature, the local model's place in a dialogue.
  std::string provider_state;
  friend bool operator==(const ChatMessage&, const ChatMessage&) = default;
};

struct ToolSpec {
  std::string name;
  std::string description;
  std::string parameters_schema;  ///< JSON Schema of the arguments
};

struct ChatRequest {
  base::RequestId id = 0;
  std::string system_prompt;
  std::vector<ChatMessage> messages;  ///< oldest first; the last is the caller's
  std::vector<ToolSpec> tools;
  base::UtcTime wall_now;     ///< "are you open now?" is asked of a clock that is handed in
  std::string caller_number;  ///< E.164 or empty when withheld: to offer "the number you call from"
  int max_tokens = 300;
  double temperature = 0.3;
  bool speculative = false;  ///< may be cancelled at once: avoid side effects and paid extras
};

struct ChatUsage {
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
};

struct ChatOutcome {
  std::vector<ToolCall> tool_calls;
  std::string provider_state;
  float confidence = 0;              ///< 0 to 1; 0 = the model does not say
  std::vector<std::string> sources;  ///< which facts the answer rests on: "hours", "faq:3"
  ChatUsage usage;
};

class ChatSink {
 public:
  virtual ~ChatSink() = default;
  // All on the provider's thread: hand over and return.
  virtual void on_text(base::RequestId request, std::string delta) = 0;
  virtual void on_chat_done(base::RequestId request, ChatOutcome outcome) = 0;
  virtual void on_chat_failed(base::RequestId request, const base::Error& error) = 0;
};

class ChatModel {
 public:
  virtual ~ChatModel() = default;
  /// Never blocks. Answered by text and done, or by failed; ids are unique per process.
  virtual void start(const ChatRequest& request, ChatSink& sink) = 0;
  /// Idempotent. No event of this request is delivered after cancel() returns.
  virtual void cancel(base::RequestId request) = 0;
};

}  // namespace frontdesk::llm
