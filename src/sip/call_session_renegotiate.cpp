// Our requests that change or refresh the session inside the dialog: re-INVITE (RFC 3261, section 14), UPDATE (RFC
// 3311), for hold and for the session timer.
#include <algorithm>
#include <utility>

#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "sip/call_session.hpp"
#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

constexpr int kMaxGlares = 6;
/// What a T1 that a test has shortened is compared with.
constexpr std::int64_t kUsualT1Ms = 500;

bool ends_dialog(int status) {
  return status == 481 || status == 408 || status == 0;
}

}  // namespace

base::Duration glare_wait(bool we_called, std::uint64_t random) {
  constexpr std::uint64_t kStep = 10;  // ms
  const std::uint64_t steps = we_called ? 210 + random % 191 : random % 201;
  return base::milliseconds(steps * kStep);
}

std::string held_description(std::string sdp) {
  const auto replace = [&sdp](std::string_view from, std::string_view to) {
    for (auto at = sdp.find(from); at != std::string::npos; at = sdp.find(from, at + to.size())) {
      sdp.replace(at, from.size(), to);
    }
  };
  replace("\r\na=sendrecv\r\n", "\r\na=sendonly\r\n");
  replace("\r\na=recvonly\r\n", "\r\na=inactive\r\n");
  return sdp;
}

bool CallSession::busy() const {
  return request_ || invite_request_ || unacked_ || phase_ != Phase::established;
}

void CallSession::hold(bool wanted) {
  if (ended_) return;
  const bool going = bye_after_ack_ || cancelling_ || phase_ == Phase::proceeding;
  if (going) return host_.sink.on_hold(id_, held_, 0);
  hold_wanted_ = wanted;
  glares_ = 0;
  renegotiate();
}

void CallSession::renegotiate() {
  if (ended_ || (!hold_wanted_ && !change_wanted_)) return;
  // What keeps us busy has a deadline of its own.
  if (busy()) return retry_.start(host_.options.t1, [this] { renegotiate(); });
  const bool as_wanted = hold_wanted_.value_or(held_) == held_;
  if (as_wanted && !change_wanted_) return hold_settled(200);
  send_reinvite({});
}

void CallSession::hold_settled(int status) {
  if (!hold_wanted_) return;
  hold_wanted_.reset();
  if (!ended_) host_.sink.on_hold(id_, held_, status);
}

void CallSession::change_media(const std::vector<Codec>& preferred, int ptime_ms) {
  if (ended_) return;
  const bool going = bye_after_ack_ || cancelling_ || phase_ == Phase::proceeding;
  if (going) return host_.sink.on_media_change(id_, 0);
  change_wanted_ = {preferred, ptime_ms};
  glares_ = 0;
  renegotiate();
}

/// Ours as it is, with what is preferred in front.
LocalMedia CallSession::wanted_media() const {
  LocalMedia media = media_before_.value_or(local_.media);
  media.ptime_ms = change_wanted_->ptime_ms;
  const auto rank = [this](Codec codec) {
    const auto& preferred = change_wanted_->preferred;
    return std::find(preferred.begin(), preferred.end(), codec) - preferred.begin();
  };
  std::stable_sort(media.allowed.begin(), media.allowed.end(), [&](Codec a, Codec b) { return rank(a) < rank(b); });
  return media;
}

void CallSession::change_settled(int status) {
  if (!media_before_) return;
  const auto before = *std::exchange(media_before_, std::nullopt);
  if (status / 100 != 2) local_.media = before;
  change_wanted_.reset();
  if (!ended_) host_.sink.on_media_change(id_, status);
}

void CallSession::on_session_clock() {
  const auto now = base::monotonic_now();
  switch (session_clock_.due(now)) {
    case SessionClock::Due::expired:
      send_bye("Session expired");
      return end(EndCause::timeout, 0, "the session was not refreshed in time");
    case SessionClock::Due::refresh:
      glares_ = 0;
      refresh();
      break;
    case SessionClock::Due::nothing:
      break;
  }
  arm_session_timer();
}

void CallSession::arm_session_timer() {
  const auto at = session_clock_.next_wakeup();
  if (!at || ended_) return session_wakeup_.cancel();
  const auto wait = std::max(base::Duration(0), *at - base::monotonic_now());
  session_wakeup_.start(wait, [this] { on_session_clock(); });
}

void CallSession::refresh() {
  if (ended_ || !session_clock_.we_refresh()) return;
  if (busy()) {
    session_clock_.postpone(4 * host_.options.t1, base::monotonic_now());
    return arm_session_timer();
  }
  peer_allows_update_ ? send_update({}) : send_reinvite({});
}

void CallSession::send_update(const Challenge& challenge) {
  const std::uint32_t sequence = dialog_.local_sequence++;
  std::string headers = request_headers(dialog_, "UPDATE", sequence) + host_.stack.contact(contact_user_, seen_) +
                        credentials(challenge, "UPDATE", {}, dialog_) + std::string(kSupported) +
                        session_clock_.request_headers();
  request_ = ClientTransaction::send(
      host_.stack, hops_inside(dialog_), "UPDATE", dialog_.remote_target,
      SipStack::with_body(std::move(headers), {}, {}),
      [this, tried = challenge.has_value()](int error, const sip_msg* response) {
        if (!error && response && response->scode < 200) return;
        request_.reset();
        on_renegotiated(error ? nullptr : response, false, tried);
      },
      *this);
  if (!request_) on_renegotiated(nullptr, false, true);
}

void CallSession::send_reinvite(const Challenge& challenge) {
  offered_hold_ = hold_wanted_.value_or(held_);
  if (change_wanted_) {
    const auto wanted = wanted_media();
    if (!media_before_) media_before_ = local_.media;
    local_.media = wanted;
  }
  const std::string sdp = next_local_sdp(offered_hold_);
  const std::uint32_t sequence = dialog_.local_sequence++;
  const std::string given = invite_credentials(challenge, sdp);
  std::string headers = request_headers(dialog_, "INVITE", sequence) + host_.stack.contact(contact_user_, seen_) +
                        given + std::string(kAllow) + std::string(kSupported) + session_clock_.request_headers();
  invite_request_ = ClientTransaction::send(
      host_.stack, hops_inside(dialog_), "INVITE", dialog_.remote_target,
      SipStack::with_body(std::move(headers), "application/sdp", sdp),
      [this, tried = challenge.has_value()](int error, const sip_msg* response) {
        if (!error && response && response->scode < 200) return on_reliable_in_dialog(response);
        invite_request_.reset();
        limit_.cancel();
        on_renegotiated(error ? nullptr : response, true, tried);
      },
      *this);
  if (!invite_request_) return on_renegotiated(nullptr, true, true);
  limit_.start(64 * host_.options.t1, [this] { abandon_reinvite(); });
}

/// A provisional response stops libre's own clock.
void CallSession::abandon_reinvite() {
  if (invite_request_) invite_request_->cancel();
  limit_.start(64 * host_.options.t1, [this] {
    invite_request_.reset();
    on_renegotiated(nullptr, true, true);
  });
}

void CallSession::on_renegotiated(const sip_msg* response, bool by_invite, bool authorized) {
  const int status = response ? response->scode : 0;
  const bool ok = status / 100 == 2;
  if (ok && by_invite) {
    update_target(response);
    acknowledge(response->cseq.num);
  }
  if (ended_) return retire_when_quiet();
  if (ok) return on_renegotiation_accepted(response, by_invite);
  if (ends_dialog(status)) {
    send_bye("Session lost");
    return end(EndCause::timeout, status, "the peer no longer knows the call");
  }
  const bool longer = status == 422 && session_clock_.lengthen(number_of(response, SIP_HDR_MIN_SE));
  const auto asked = authorized ? std::nullopt : challenge_of(response, next_hop(dialog_, seen_));
  if (longer || asked) return by_invite ? send_reinvite(asked) : send_update(asked);
  if (status == 491 && ++glares_ <= kMaxGlares) return after_glare();
  if (!by_invite) {
    // Whatever it has against UPDATE, everybody takes a re-INVITE.
    peer_allows_update_ = false;
    return refresh();
  }
  session_clock_.postpone(8 * host_.options.t1, base::monotonic_now());
  arm_session_timer();
  change_settled(status);
  hold_settled(status);
}

void CallSession::on_renegotiation_accepted(const sip_msg* response, bool by_invite) {
  session_clock_.granted(session_expires_of(response), base::monotonic_now());
  arm_session_timer();
  if (!by_invite) return;
  const bool before = std::exchange(held_, offered_hold_);
  if (!take_answer(content_type_of(response), body_of(response))) {
    held_ = before;
    change_settled(488);
    return hold_settled(488);
  }
  change_settled(200);
  if (hold_wanted_ && *hold_wanted_ != held_) return renegotiate();
  hold_settled(200);
}

void CallSession::after_glare() {
  const auto usual = glare_wait(!incoming_, base::random_u64());
  const base::Duration wait = host_.options.t1 * base::to_ms(usual) / kUsualT1Ms;
  if (hold_wanted_ || change_wanted_) {
    retry_.start(wait, [this] { renegotiate(); });
  } else {
    session_clock_.postpone(wait, base::monotonic_now());
    arm_session_timer();
  }
}

}  // namespace frontdesk::sip
