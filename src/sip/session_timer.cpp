#include "sip/session_timer.hpp"

#include "sip/syntax.hpp"

namespace frontdesk::sip {

std::optional<SessionExpires> parse_session_expires(std::string_view value) {
  const auto semicolon = std::min(value.find(';'), value.size());
  const auto interval = parse_decimal(trimmed(value.substr(0, semicolon)));
  if (!interval) return std::nullopt;
  return SessionExpires{*interval, parameter(value.substr(semicolon), "refresher").value_or("")};
}

SessionTimer accept_session_timer(const SessionExpires& requested, std::uint32_t minimum_s) {
  return {std::max(requested.interval_s, minimum_s), equal_ignoring_case(requested.refresher, "uas")};
}

std::string session_timer_headers(const SessionTimer& timer, bool peer_supports) {
  return "Session-Expires: " + std::to_string(timer.interval_s) + ";refresher=" + (timer.we_refresh ? "uas" : "uac") +
         "\r\n" + (peer_supports ? "Require: timer\r\n" : "");
}

}  // namespace frontdesk::sip
