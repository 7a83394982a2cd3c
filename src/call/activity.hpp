// What a call is busy with: a conversation, a voicemail, a test. A call has exactly one at a time,
// so that a new one is added without touching the call.
#pragma once
#include "call/commands.hpp"
#include "call/events.hpp"

namespace frontdesk::call {

/// A pure state machine. One event in, all commands drained, then the next; never re-entered.
class Activity {
 public:
  virtual ~Activity() = default;
  /// The leg is up: begin.
  virtual void start(base::Instant now, Commands& commands) = 0;
  /// After EndCall was emitted, or the leg has ended, further events do nothing.
  virtual void handle(const Event& event, base::Instant now, Commands& commands) = 0;
  /// When a Wakeup is due; kNever only once ended.
  virtual base::Instant next_wakeup() const = 0;
};

}  // namespace frontdesk::call
