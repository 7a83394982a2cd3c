#include "base/entropy.hpp"
#include "sip/call_session.hpp"
#include "sip/digest.hpp"
#include "sip/syntax.hpp"

namespace frontdesk::sip {

void CallSession::start_outgoing(OutgoingCall call, const SipUri& target, const Hop& hop) {
  incoming_ = false;
  seen_ = hop;
  prepare_local(call.media);
  call_ = std::move(call);
  contact_user_ = call_.from_user;
  dialog_.call_id = random_token() + random_token();
  dialog_.local_tag = random_token();
  dialog_.local_sequence = 1 + static_cast<std::uint32_t>(base::random_u64() % 10'000);
  const TrunkRegistration* trunk = call_.trunk.empty() ? nullptr : host_.trunk(call_.trunk);
  const std::string domain =
      trunk ? uri_host(trunk->registrar_host) : uri_host(base::address_text(host_.stack.facing(hop.to)));
  const std::string display = call_.from_display.empty() ? "" : quoted(header_safe(call_.from_display)) + " ";
  dialog_.local_party = display + "<sip:" + escaped_user(call_.from_user) + "@" + domain + ">";
  dialog_.remote_target = call_.target;
  const std::string user = target.user.empty() ? "" : escaped_user(target.user) + "@";
  dialog_.remote_party = "<" + target.scheme + ":" + user + uri_host(target.host) + ">";
  limit_.start(host_.options.ring_limit, [this] {
    if (!ended_) end(EndCause::timeout, 408, "not answered in time");
    if (invite_request_) invite_request_->cancel();
    limit_.start(64 * host_.options.t1, [this] {
      invite_request_.reset();
      retire_when_quiet();
    });
  });
  send_invite({});
}

void CallSession::send_invite(std::string authorization) {
  invite_sequence_ = dialog_.local_sequence++;
  std::string headers = request_headers(dialog_, "INVITE", invite_sequence_) +
                        host_.stack.contact(contact_user_, seen_) + std::move(authorization) + std::string(kAllow) +
                        std::string(kSupported);
  const std::string message = SipStack::with_body(std::move(headers), "application/sdp", make_offer(local_));
  invite_request_ =
      ClientTransaction::send(host_.stack, seen_, "INVITE", dialog_.remote_target, message,
                              [this](int error, const sip_msg* response) { on_invite_response(error, response); });
  if (!invite_request_) end(EndCause::transport_failed, 0, "the INVITE could not be sent");
}

void CallSession::on_invite_response(int error, const sip_msg* response) {
  if (error || !response) {
    invite_request_.reset();
    if (cancelling_) return end(EndCause::local_hangup, 0, "cancelled");
    if (error == ETIMEDOUT) return end(EndCause::timeout, 408, "the peer did not answer the INVITE");
    return end(EndCause::transport_failed, 0, "the peer cannot be reached");
  }
  send_at_once(response);
  if (response->scode < 200) {
    if (response->scode == 100 || ended_ || cancelling_) return;
    host_.sink.on_progress(id_, response->scode);
    if (!body_of(response).empty()) take_answer(content_type_of(response), body_of(response));
    return;
  }
  invite_request_.reset();
  if (response->scode < 300) return on_invite_ok(response);
  on_invite_error(response);
}

void CallSession::on_invite_ok(const sip_msg* response) {
  dialog_.remote_tag = view(response->to.tag);
  dialog_.route_set.clear();
  sip_msg_hdr_apply(
      response, false, SIP_HDR_RECORD_ROUTE,
      [](const sip_hdr* header, const sip_msg*, void* arg) {
        static_cast<DialogState*>(arg)->route_set.emplace_back(view(header->val));
        return false;
      },
      &dialog_);
  update_target(response);
  peer_allows_update_ = sip_msg_hdr_has_value(response, SIP_HDR_ALLOW, "UPDATE");
  limit_.cancel();
  acknowledge(response->cseq.num);
  if (ended_ || cancelling_) {
    send_bye("Cancelled");
    return end(EndCause::local_hangup, 0, "cancelled");
  }
  phase_ = Phase::established;
  if (!take_answer(content_type_of(response), body_of(response))) {
    send_bye("No common codec");
    return end(EndCause::no_media_agreement, 488, "the answer shares no codec with our offer");
  }
  if (const sip_hdr* header = sip_msg_hdr(response, SIP_HDR_SESSION_EXPIRES)) {
    if (const auto expires = parse_session_expires(view(header->val))) {
      session_timer_ = SessionTimer{std::max(expires->interval_s, host_.options.min_session_interval_s),
                                    !equal_ignoring_case(expires->refresher, "uas")};
      arm_session_timer();
    }
  }
  host_.sink.on_established(id_);
}

void CallSession::acknowledge(std::uint32_t sequence) {
  const std::string message = SipStack::with_body(request_headers(dialog_, "ACK", sequence), {}, {});
  host_.stack.send_stateless(next_hop(dialog_, seen_), "ACK", dialog_.remote_target, message);
}

void CallSession::on_repeated_ok(const sip_msg* response) {
  if (view(response->to.tag) == dialog_.remote_tag) acknowledge(response->cseq.num);
}

void CallSession::on_invite_error(const sip_msg* response) {
  if (cancelling_) return end(EndCause::local_hangup, response->scode, "cancelled");
  if (!ended_ && retry_with_credentials(response)) return;
  const auto cause = response->scode == 408 ? EndCause::timeout : EndCause::rejected;
  end(cause, response->scode, std::string(view(response->reason)));
}

bool CallSession::retry_with_credentials(const sip_msg* response) {
  const bool proxy = response->scode == 407;
  if ((response->scode != 401 && !proxy) || credentials_tried_ || call_.trunk.empty()) return false;
  const TrunkRegistration* trunk = host_.trunk(call_.trunk);
  if (!trunk) return false;
  std::vector<DigestChallenge> challenges;
  sip_msg_hdr_apply(
      response, true, proxy ? SIP_HDR_PROXY_AUTHENTICATE : SIP_HDR_WWW_AUTHENTICATE,
      [](const sip_hdr* header, const sip_msg*, void* arg) {
        const bool from_proxy = header->id == SIP_HDR_PROXY_AUTHENTICATE;
        const auto challenge = parse_challenge(view(header->val), from_proxy);
        if (challenge) static_cast<std::vector<DigestChallenge>*>(arg)->push_back(*challenge);
        return false;
      },
      &challenges);
  const DigestChallenge* challenge = strongest(challenges);
  if (!challenge) return false;
  credentials_tried_ = true;
  const auto& user = trunk->authorization_username.empty() ? trunk->username : trunk->authorization_username;
  const std::string client_nonce = random_token();
  send_invite(authorization(*challenge, user, trunk->password, {"INVITE", dialog_.remote_target, client_nonce, 1}) +
              "\r\n");
  return true;
}

}  // namespace frontdesk::sip
