// One call's life: offered, answering, active, ending, ended. It owns the leg's deadlines and one
// Activity, and guarantees exactly one EndCall, with silence after it.
#pragma once
#include <memory>
#include <string_view>

#include "call/activity.hpp"

namespace frontdesk::call {

struct CallLimits {
  base::Duration establish = base::seconds(32);  ///< INVITE to ACK: 64 * T1, RFC 3261 section 17.1.1.2
  base::Duration whole_call = base::seconds(60 * 60);
  base::Duration bridged = base::seconds(4 * 60 * 60);  ///< once the caller was put through
};

enum class Phase { idle, answering, active, ended };
std::string_view name(Phase phase);

class Call final {
 public:
  Call(CallLimits limits, std::unique_ptr<Activity> activity);

  void handle(const Event& event, base::Instant now, Commands& commands);
  base::Instant next_wakeup() const;
  Phase phase() const { return phase_; }

 private:
  void establish(base::Instant now, Commands& commands);
  void expire(base::Instant now, Commands& commands);
  void forward(const Event& event, base::Instant now, Commands& commands);
  void end(EndClass end_class, std::string reason, Commands& commands);
  void seal(std::size_t first, Commands& commands);

  CallLimits limits_;
  std::unique_ptr<Activity> activity_;
  Phase phase_ = Phase::idle;
  base::Instant deadline_ = base::kNever;
};

/// handle(), and a broken invariant ends the call as a decision of its own instead of escaping.
void handle_or_end(Call& call, const Event& event, base::Instant now, Commands& commands);

}  // namespace frontdesk::call
