// When to ping a registrar and what silence means (RFC 5626, section 4.4): a peer that has answered
// once and then does not is gone; one that never answered may be gone or not know pings, which a REGISTER
// tells. Pure.
#pragma once
#include "base/time.hpp"

namespace frontdesk::sip {

class KeepAlive {
 public:
  /// verify: ask in a way that everybody answers. Comes once after start().
  enum class Action { none, ping, verify, lost };
  static constexpr base::Duration kAnswerLimit = base::seconds(10);
  static constexpr base::Duration kFirstAnswerLimit = base::seconds(5);  ///< plus a transaction: within 40 s

  explicit KeepAlive(base::Duration interval) : interval_(interval) {}

  /// A new connection or registration: nothing is known about it, so it is pinged at once.
  void start(base::Instant now) {
    answers_ = awaiting_ = verified_ = false;
    wakeup_ = now;
  }
  void stop() { wakeup_ = base::kNever; }
  /// `jitter` in [0, 1) shortens the time to the next ping.
  void on_answer(base::Instant now, double jitter) {
    if (wakeup_ == base::kNever) return;
    answers_ = true;
    if (awaiting_) schedule(now, jitter);
    awaiting_ = false;
  }
  Action on_wakeup(base::Instant now, double jitter) {
    if (now < wakeup_) return Action::none;
    if (awaiting_ && answers_) {
      stop();
      return Action::lost;
    }
    if (awaiting_ && !verified_) {
      verified_ = true;
      awaiting_ = false;
      schedule(now, jitter);
      return Action::verify;
    }
    awaiting_ = true;
    if (answers_ || !verified_) {
      wakeup_ = now + (answers_ ? kAnswerLimit : kFirstAnswerLimit);
    } else {
      schedule(now, jitter);  // it is there and knows no pings: they only keep the path open
    }
    return Action::ping;
  }
  base::Instant next_wakeup() const { return wakeup_; }

 private:
  void schedule(base::Instant now, double jitter) {
    const auto shortened = static_cast<double>(interval_.count()) * (1.0 - 0.2 * jitter);
    wakeup_ = now + base::Duration(static_cast<base::Duration::rep>(shortened));
  }

  base::Duration interval_;
  base::Instant wakeup_ = base::kNever;
  bool answers_ = false;   ///< it has answered a ping since start()
  bool awaiting_ = false;  ///< a ping is not answered yet
  bool verified_ = false;  ///< verify has been asked for since start()
};

}  // namespace frontdesk::sip
