// Session timers (RFC 4028): who refreshes a session, and when a silent one is given up. Pure.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace frontdesk::sip {

struct SessionTimer {
  std::uint32_t interval_s = 0;
  bool we_refresh = false;

  base::Duration refresh_after() const { return base::Duration(base::seconds(interval_s)) / 2; }
  base::Duration give_up_after() const {
    return base::seconds(interval_s) - base::seconds(std::min<std::uint32_t>(32, interval_s / 3));
  }
};

struct SessionExpires {
  std::uint32_t interval_s = 0;
  std::string refresher;  ///< "uac", "uas" or empty
};

/// "1800;refresher=uac"
std::optional<SessionExpires> parse_session_expires(std::string_view value);

/// As UAS: the requester refreshes unless it asks us to. At least `minimum_s`.
SessionTimer accept_session_timer(const SessionExpires& requested, std::uint32_t minimum_s);

/// The header lines of our 2xx; `peer_supports` allows Require: timer.
std::string session_timer_headers(const SessionTimer& timer, bool peer_supports);

/// The timer of one session, whoever refreshes it. It says what is due; requests and BYE are the caller's.
class SessionClock {
 public:
  enum class Due {
    nothing,
    refresh,  ///< send a re-INVITE or UPDATE with request_headers(); said once, until postponed
    expired,  ///< nobody refreshed the session in time: BYE
  };
  static constexpr int kMaxLengthened = 4;                   ///< 422s heeded in one call
  static constexpr std::uint32_t kLongestInterval = 86'400;  ///< seconds; what a 422 may demand of us

  /// What we ask for in our requests, and the least we grant; seconds. `wished_s` 0: we ask for none.
  SessionClock(std::uint32_t wished_s, std::uint32_t minimum_s)
      : wished_s_(wished_s == 0 ? 0 : std::max(wished_s, minimum_s)), minimum_s_(minimum_s) {}

  /// Of our initial INVITE, and of every request of ours that may refresh the session (section 7.4).
  std::string request_headers() const;
  /// As UAS of an INVITE or UPDATE that is to be answered 2xx: the headers for that. Without a request for a timer
  /// there is none from now on (section 9).
  std::string accept(const std::optional<SessionExpires>& requested, bool peer_supports, base::Instant now);
  /// As UAC: what the 2xx granted; nothing granted, nothing expires (section 7.2).
  void granted(const std::optional<SessionExpires>& answer, base::Instant now);
  /// As UAC: 422. True: ask again with the longer interval.
  bool lengthen(std::optional<std::uint32_t> min_se_s);
  /// A refresh could not be sent, or was refused in a way that does not end the call: again after `wait`.
  void postpone(base::Duration wait, base::Instant now);

  Due due(base::Instant now);
  /// When due() should be asked next; nullopt: no timer runs.
  std::optional<base::Instant> next_wakeup() const;
  bool we_refresh() const { return timer_ && timer_->we_refresh; }

 private:
  void start(const SessionTimer& timer, base::Instant now);

  std::uint32_t asked_s() const;

  std::uint32_t wished_s_, minimum_s_;
  std::uint32_t demanded_s_ = 0;  ///< by a 422
  int lengthened_ = 0;
  std::optional<SessionTimer> timer_;
  std::optional<base::Instant> refresh_at_;
  base::Instant expires_at_;
};

}  // namespace frontdesk::sip
