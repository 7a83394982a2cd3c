// Follows a plan through one call: decides when to speak, press digits, wait and hang up, from what
// is heard of the receptionist. Pure. All times are on the recording's clock: samples since the
// media began.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "caller/plan.hpp"
#include "caller/report.hpp"

namespace frontdesk::caller {

struct ScriptTimes {
  base::Duration greeting_timeout = base::seconds(8);
  base::Duration reply_timeout = base::seconds(8);
  base::Duration reply_end_silence = base::milliseconds(700);
  base::Duration longest_reply = base::seconds(60);
  base::Duration before_first_step{0};  ///< after the greeting
};

/// An interrupted receptionist is silent after this much.
inline constexpr base::Duration kInterruptedSilence = base::milliseconds(250);
/// A stretch that began while the caller spoke is an answer if it lasts this long beyond the line.
inline constexpr base::Duration kShortestAnswer = base::milliseconds(60);
inline constexpr int kMaxUnansweredInARow = 2;
/// Between the end of the last answer and our BYE.
inline constexpr base::Duration kPartingPause = base::milliseconds(200);

/// The receptionist's direction at one tick, by the activity meter.
struct Hearing {
  std::optional<base::Duration> open_since;  ///< start of the stretch of sound that is open
  base::Duration last_sound{0};
};

struct Speak {
  std::size_t step = 0;
};
struct PressDigits {
  std::size_t step = 0;
};
/// The answer to `step` (unset: the greeting) is complete: it can be transcribed.
struct ReplyEnded {
  std::optional<std::size_t> step;
};
struct HangUp {
  std::string reason;
};
using ScriptCommand = std::variant<Speak, PressDigits, ReplyEnded, HangUp>;
using ScriptCommands = std::vector<ScriptCommand>;

class Script {
 public:
  Script(const CallPlan& plan, const ScriptTimes& times);

  /// Every 20 ms, after the tick's sound has been metered; `now` is the end of that sound. A line that
  /// is spoken now begins at `now`.
  void on_tick(const Hearing& heard, base::Duration now, ScriptCommands& commands);
  /// The line's last sample has been sent; or its digits.
  void on_sent(std::size_t step, base::Duration end, ScriptCommands& commands);
  /// The call ended, by whichever side: closes an open answer.
  void on_call_ended(const Hearing& heard, base::Duration now, ScriptCommands& commands);

  const ReplyLog& greeting() const { return greeting_; }
  const std::vector<StepLog>& steps() const { return steps_; }
  bool finished() const { return state_ == State::ended; }
  /// Every step was carried out and every awaited answer came or was given up.
  bool completed() const { return completed_; }

 private:
  enum class State { awaiting, sending, pausing, parting, ended };
  using Owner = std::size_t;  ///< of an answer: 0 is the greeting, n the step n - 1
  struct OpenReply {
    Owner owner = 0;
    base::Duration start{0};
    base::Duration last_sound{0};
  };

  ReplyLog& reply_of(Owner owner) { return owner == 0 ? greeting_ : steps_[owner - 1].reply; }
  void follow_open_reply(const Hearing& heard, base::Duration now, ScriptCommands& commands);
  void close_reply(ScriptCommands& commands);
  void await(const Hearing& heard, base::Duration now, ScriptCommands& commands);
  void detect_reply(const Hearing& heard, ScriptCommands& commands);
  bool interruption_due(base::Duration now) const;
  void give_up_waiting(base::Duration now, ScriptCommands& commands);
  void advance(base::Duration now, ScriptCommands& commands);
  void begin_line(std::size_t step, base::Duration now, ScriptCommands& commands);
  void hang_up(std::string reason, ScriptCommands& commands);

  const CallPlan plan_;
  const ScriptTimes times_;
  State state_ = State::awaiting;
  std::size_t next_ = 0;  ///< step to carry out next
  Owner awaited_ = 0;
  bool begun_ = false;             ///< the awaited answer has begun
  base::Duration wait_from_{0};    ///< it may begin from here
  base::Duration line_end_{0};     ///< and its time runs from here
  base::Duration until_{0};        ///< end of a pause
  std::optional<OpenReply> open_;  ///< the awaited answer, or one that was interrupted and goes on
  int unanswered_ = 0;
  bool completed_ = false;
  ReplyLog greeting_;
  std::vector<StepLog> steps_;
};

}  // namespace frontdesk::caller
