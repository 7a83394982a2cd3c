#include "base/entropy.hpp"
#include "sip/call_session.hpp"
#include "sip/syntax.hpp"

namespace frontdesk::sip {

std::string CallSession::accept_timer(const sip_msg* request) {
  if (sip_msg_hdr(request, SIP_HDR_ALLOW)) {
    peer_allows_update_ = sip_msg_hdr_has_value(request, SIP_HDR_ALLOW, "UPDATE");
  }
  const sip_hdr* header = sip_msg_hdr(request, SIP_HDR_SESSION_EXPIRES);
  const auto requested = header ? parse_session_expires(view(header->val)) : std::nullopt;
  if (!requested) {
    session_timer_.reset();
    return {};
  }
  peer_supports_timer_ = sip_msg_hdr_has_value(request, SIP_HDR_SUPPORTED, "timer") ||
                         sip_msg_hdr_has_value(request, SIP_HDR_REQUIRE, "timer");
  session_timer_ = accept_session_timer(*requested, host_.options.min_session_interval_s);
  // A proxy may have added the header for a peer that knows no timers: then only we can refresh.
  if (!peer_supports_timer_) session_timer_->we_refresh = true;
  return session_timer_headers(*session_timer_, peer_supports_timer_);
}

void CallSession::arm_session_timer() {
  refresh_.cancel();
  expiry_.cancel();
  if (!session_timer_ || ended_) return;
  if (session_timer_->we_refresh) refresh_.start(session_timer_->refresh_after(), [this] { refresh(); });
  expiry_.start(session_timer_->give_up_after(), [this] {
    send_bye("Session expired");
    end(EndCause::timeout, 0, "the session was not refreshed in time");
  });
}

void CallSession::refresh() {
  if (ended_ || request_ || invite_request_ || unacked_) {
    refresh_.start(base::seconds(2), [this] { refresh(); });
    return;
  }
  peer_allows_update_ ? refresh_by_update() : refresh_by_invite();
}

namespace {

std::string refresh_headers(std::uint32_t interval_s) {
  std::string headers(kSupported);
  headers += "Session-Expires: ";
  headers += std::to_string(interval_s);
  headers += ";refresher=uac\r\n";
  return headers;
}

}  // namespace

void CallSession::refresh_by_update() {
  const std::uint32_t sequence = dialog_.local_sequence++;
  std::string headers = request_headers(dialog_, "UPDATE", sequence) + host_.stack.contact(contact_user_, seen_) +
                        refresh_headers(session_timer_->interval_s);
  request_ = ClientTransaction::send(
      host_.stack, next_hop(dialog_, seen_), "UPDATE", dialog_.remote_target,
      SipStack::with_body(std::move(headers), {}, {}),
      [this, sequence](int error, const sip_msg* response) { on_refreshed(error, response, sequence, false); });
}

void CallSession::refresh_by_invite() {
  const std::uint32_t sequence = dialog_.local_sequence++;
  std::string headers = request_headers(dialog_, "INVITE", sequence) + host_.stack.contact(contact_user_, seen_) +
                        std::string(kAllow) + refresh_headers(session_timer_->interval_s);
  invite_request_ = ClientTransaction::send(
      host_.stack, next_hop(dialog_, seen_), "INVITE", dialog_.remote_target,
      SipStack::with_body(std::move(headers), "application/sdp", next_local_sdp()),
      [this, sequence](int error, const sip_msg* response) { on_refreshed(error, response, sequence, true); });
}

void CallSession::on_refreshed(int error, const sip_msg* response, std::uint32_t sequence, bool by_invite) {
  if (!error && response && response->scode < 200) return;
  (by_invite ? invite_request_ : request_).reset();
  const int status = error || !response ? 0 : response->scode;
  if (status / 100 == 2 && by_invite) {
    update_target(response);
    acknowledge(sequence);
    take_answer(content_type_of(response), body_of(response));
  }
  if (ended_) return retire_when_quiet();
  if (status == 481 || status == 408 || status == 0) {
    send_bye("Session lost");
    return end(EndCause::timeout, status, "the peer no longer knows the call");
  }
  if (status == 491) {
    const auto wait = base::milliseconds(2000 + static_cast<int>(base::random_u64() % 2000));
    refresh_.start(wait, [this] { refresh(); });
    return;
  }
  arm_session_timer();
}

}  // namespace frontdesk::sip
