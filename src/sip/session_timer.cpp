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

std::uint32_t SessionClock::asked_s() const {
  const std::uint32_t own = timer_ ? timer_->interval_s : wished_s_;
  return own == 0 ? 0 : std::max(own, demanded_s_);
}

std::string SessionClock::request_headers() const {
  const std::uint32_t interval = asked_s();
  if (interval == 0) return {};
  std::string headers = "Session-Expires: " + std::to_string(interval);
  // Who refreshes now goes on doing so (section 7.4).
  if (timer_) headers += timer_->we_refresh ? ";refresher=uac" : ";refresher=uas";
  return headers + "\r\nMin-SE: " + std::to_string(minimum_s_) + "\r\n";
}

std::string SessionClock::accept(const std::optional<SessionExpires>& requested, bool peer_supports,
                                 base::Instant now) {
  timer_.reset();
  if (!requested) return {};
  SessionTimer timer = accept_session_timer(*requested, minimum_s_);
  // A proxy may have added the header for a peer that knows no timers: then only we can refresh.
  if (!peer_supports) timer.we_refresh = true;
  start(timer, now);
  return session_timer_headers(timer, peer_supports);
}

void SessionClock::granted(const std::optional<SessionExpires>& answer, base::Instant now) {
  timer_.reset();
  if (!answer) return;
  start({std::max(answer->interval_s, minimum_s_), !equal_ignoring_case(answer->refresher, "uas")}, now);
}

bool SessionClock::lengthen(std::optional<std::uint32_t> min_se_s) {
  const std::uint32_t before = asked_s();
  if (before == 0 || !min_se_s || *min_se_s <= before || *min_se_s > kLongestInterval) return false;
  if (++lengthened_ > kMaxLengthened) return false;
  demanded_s_ = *min_se_s;
  return true;
}

void SessionClock::postpone(base::Duration wait, base::Instant now) {
  if (we_refresh()) refresh_at_ = now + wait;
}

void SessionClock::start(const SessionTimer& timer, base::Instant now) {
  timer_ = timer;
  refresh_at_.reset();
  if (timer.we_refresh) refresh_at_ = now + timer.refresh_after();
  expires_at_ = now + timer.give_up_after();
}

SessionClock::Due SessionClock::due(base::Instant now) {
  if (!timer_) return Due::nothing;
  if (now >= expires_at_) {
    timer_.reset();
    return Due::expired;
  }
  if (!refresh_at_ || now < *refresh_at_) return Due::nothing;
  refresh_at_.reset();
  return Due::refresh;
}

std::optional<base::Instant> SessionClock::next_wakeup() const {
  if (!timer_) return std::nullopt;
  return refresh_at_ ? std::min(*refresh_at_, expires_at_) : expires_at_;
}

}  // namespace frontdesk::sip
