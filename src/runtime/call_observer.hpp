// Port: who looks on while calls are going on.
#pragma once
#include "base/time.hpp"
#include "call/commands.hpp"
#include "call/events.hpp"
#include "runtime/call_number.hpp"

namespace frontdesk::runtime {

/// Called on the shards' threads, several at once: it must neither block nor fail. What reaches it is what the journal
/// may hold, without the digits that nobody is to know.
class CallObserver {
 public:
  virtual ~CallObserver() = default;
  virtual void saw(CallNumber call, const call::Event& event) = 0;
  virtual void saw(CallNumber call, const call::Command& command) = 0;
};

}  // namespace frontdesk::runtime
