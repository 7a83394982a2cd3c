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

}  // namespace frontdesk::sip
