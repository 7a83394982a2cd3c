// A chain of models: when one hangs, fails or talks nonsense, the next answers from the start. A decorator.
//
// The first clause is kept back until it is whole, which costs no time (nothing shorter is spoken), so that
// until then another model can answer. Once text was passed on a failure is passed on too: what is whole of
// the answer is still said.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "fallback/ladder.hpp"
#include "llm/chat.hpp"

namespace frontdesk::llm {

struct ChatProvider {
  ChatModel& model;  ///< outlives the chain
  std::string name;
  fallback::Patience patience;
};

class FallbackChat final : public ChatModel {
 public:
  /// In the order of preference.
  FallbackChat(std::vector<ChatProvider> chain, fallback::ChainOptions options);
  ~FallbackChat() override;

  void start(const ChatRequest& request, ChatSink& sink) override;
  void cancel(base::RequestId request) override;

  std::vector<fallback::ProviderStats> stats() const;

 private:
  class Request;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace frontdesk::llm
