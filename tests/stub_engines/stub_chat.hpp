// A model that answers everything with two sentences of its own, the first text after a known time. The
// last sentence names the request, so that an answer to another one can be told.
#pragma once
#include "llm/chat.hpp"
#include "stub_engines/deliveries.hpp"
#include "stub_engines/faults.hpp"

namespace frontdesk::stub_engines {

inline constexpr base::Duration kTokenEvery = base::milliseconds(15);

class StubChat final : public llm::ChatModel {
 public:
  StubChat(fallback::Timer& timer, base::Duration delay, FaultPlan fault)
      : deliveries_(timer), delay_(delay), dice_(fault) {}

  void start(const llm::ChatRequest& request, llm::ChatSink& sink) override;
  void cancel(base::RequestId request) override { deliveries_.close(request); }

 private:
  void finish(base::RequestId id, base::Duration after, Fault fault);

  Deliveries<llm::ChatSink> deliveries_;
  const base::Duration delay_;
  FaultDice dice_;
};

}  // namespace frontdesk::stub_engines
