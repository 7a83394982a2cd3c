#include "call/call.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace frontdesk::call {

std::string_view name(Phase phase) {
  switch (phase) {
    case Phase::idle:
      return "idle";
    case Phase::answering:
      return "answering";
    case Phase::active:
      return "active";
    case Phase::ended:
      return "ended";
  }
  return "ended";
}

std::string_view name(LineSound sound) {
  switch (sound) {
    case LineSound::music:
      return "music";
    case LineSound::beep:
      return "beep";
    case LineSound::fax:
      return "fax";
  }
  return "music";
}

std::string_view name(ConsentOutcome outcome) {
  switch (outcome) {
    case ConsentOutcome::announced:
      return "announced";
    case ConsentOutcome::given:
      return "given";
    case ConsentOutcome::refused:
      return "refused";
    case ConsentOutcome::unanswered:
      return "unanswered";
    case ConsentOutcome::unheard:
      return "unheard";
    case ConsentOutcome::withdrawn:
      return "withdrawn";
  }
  return "unheard";
}

std::string_view name(EndClass end_class) {
  switch (end_class) {
    case EndClass::completed:
      return "completed";
    case EndClass::transferred:
      return "transferred";
    case EndClass::caller_hung_up:
      return "caller_hung_up";
    case EndClass::caller_silent:
      return "caller_silent";
    case EndClass::time_limit:
      return "time_limit";
    case EndClass::media_lost:
      return "media_lost";
    case EndClass::failed:
      return "failed";
    case EndClass::operator_ended:
      return "operator_ended";
  }
  return "failed";
}

namespace {

/// Of somebody of the business who waits to hear whether it fits.
bool is_order(const Event& event) {
  return std::holds_alternative<OperatorTookOver>(event) || std::holds_alternative<OperatorGaveBack>(event) ||
         std::holds_alternative<OperatorSaid>(event) || std::holds_alternative<OperatorWhispered>(event) ||
         std::holds_alternative<OperatorHeld>(event) || std::holds_alternative<OperatorPutThrough>(event);
}

}  // namespace

Call::Call(CallLimits limits, std::unique_ptr<Activity> activity) : limits_(limits), activity_(std::move(activity)) {}

void Call::handle(const Event& event, base::Instant now, Commands& commands) {
  if (phase_ == Phase::ended) return;
  if (std::holds_alternative<LegOffered>(event)) {
    if (phase_ != Phase::idle) return;
    phase_ = Phase::answering;
    deadline_ = now + limits_.establish;
    commands.emplace_back(Answer{});
  } else if (std::holds_alternative<LegEstablished>(event)) {
    establish(now, commands);
  } else if (const auto* ended = std::get_if<LegEnded>(&event)) {
    forward(event, now, commands);
    end(ended->end_class, ended->reason, commands);
  } else if (std::holds_alternative<MediaLost>(event)) {
    forward(event, now, commands);
    end(EndClass::media_lost, "no audio packets arrived from the caller's side", commands);
  } else if (const auto* hang_up = std::get_if<HangUpRequested>(&event)) {
    forward(event, now, commands);
    end(EndClass::operator_ended, hang_up->reason, commands);
  } else if (std::holds_alternative<Wakeup>(event) && now >= deadline_) {
    expire(now, commands);
  } else {
    forward(event, now, commands);
  }
}

void Call::establish(base::Instant now, Commands& commands) {
  if (phase_ != Phase::answering) return;
  phase_ = Phase::active;
  deadline_ = now + limits_.whole_call;
  const auto first = commands.size();
  activity_->start(now, commands);
  seal(first, commands);
}

void Call::expire(base::Instant now, Commands& commands) {
  if (phase_ == Phase::active) {
    forward(HangUpRequested{"time limit"}, now, commands);
    end(EndClass::time_limit, "the call reached its longest allowed length", commands);
  } else {
    end(EndClass::failed, "the caller's side never confirmed the call (no ACK)", commands);
  }
}

void Call::forward(const Event& event, base::Instant now, Commands& commands) {
  if (phase_ != Phase::active) {
    if (is_order(event)) commands.emplace_back(RefuseOrder{"the call is not answered yet"});
    return;
  }
  const auto first = commands.size();
  activity_->handle(event, now, commands);
  seal(first, commands);
  const auto bridges = [](const Command& c) { return std::holds_alternative<Bridge>(c); };
  // From here on it is a call between people: the limit of ours would cut them off.
  if (std::any_of(commands.begin() + static_cast<std::ptrdiff_t>(first), commands.end(), bridges))
    deadline_ = now + limits_.bridged;
}

void Call::end(EndClass end_class, std::string reason, Commands& commands) {
  if (phase_ == Phase::ended) return;
  commands.emplace_back(EndCall{end_class, std::move(reason)});
  phase_ = Phase::ended;
}

/// The activity may end the call itself; nothing it says after that is carried out.
void Call::seal(std::size_t first, Commands& commands) {
  const auto begin = commands.begin() + static_cast<std::ptrdiff_t>(first);
  const auto end_call =
      std::find_if(begin, commands.end(), [](const Command& c) { return std::holds_alternative<EndCall>(c); });
  if (end_call == commands.end()) return;
  phase_ = Phase::ended;
  commands.erase(end_call + 1, commands.end());
}

base::Instant Call::next_wakeup() const {
  if (phase_ == Phase::ended || phase_ == Phase::idle) return base::kNever;
  if (phase_ == Phase::answering) return deadline_;
  return std::min(deadline_, activity_->next_wakeup());
}

void handle_or_end(Call& call, const Event& event, base::Instant now, Commands& commands) {
  try {
    call.handle(event, now, commands);
  } catch (const base::InvariantViolation& violation) {
    commands.clear();
    commands.emplace_back(Trace{"invariant", violation.what()});
    commands.emplace_back(EndCall{EndClass::failed, "an internal check failed"});
  }
}

}  // namespace frontdesk::call
