// The built-in chat model: Dialogue behind the ChatModel port, on one thread of its own.
// Its tools: take_message {name, number, reason}, end_call {reason}, transfer_call {to, reason}.
// The text of the turn that calls a tool is complete: no further request is needed unless the tool fails.
#pragma once
#include <memory>

#include "llm/chat.hpp"
#include "providers/local_llm/dialogue.hpp"

namespace frontdesk::local_llm {

/// Requests waiting beyond this are refused with resource_exhausted.
inline constexpr std::size_t kMaxQueuedRequests = 256;

class LocalModel final : public llm::ChatModel {
 public:
  explicit LocalModel(std::shared_ptr<const Dialogue> dialogue);
  ~LocalModel() override;
  LocalModel(const LocalModel&) = delete;
  LocalModel& operator=(const LocalModel&) = delete;

  void start(const llm::ChatRequest& request, llm::ChatSink& sink) override;
  void cancel(base::RequestId request) override;

  /// A new version of the business: requests started from now on use it.
  void publish(std::shared_ptr<const Dialogue> dialogue);

 private:
  struct Worker;
  std::unique_ptr<Worker> worker_;
};

/// The turn a request asks for: the caller's last words and the state of the last assistant message that has one.
TurnInput turn_input(const llm::ChatRequest& request);

/// Where a spoken text may be cut for streaming: whole sentences, each with its trailing space.
std::vector<std::string> sentences(std::string_view text);

}  // namespace frontdesk::local_llm
