#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "sip/call_session.hpp"
#include "sip/syntax.hpp"

namespace frontdesk::sip {

void CallSession::start_outgoing(OutgoingCall call, const SipUri& target, const Way& way) {
  incoming_ = false;
  way_ = way;
  seen_ = way.hop;
  prepare_local(call.media);
  call_ = std::move(call);
  trunk_ = call_.trunk;
  contact_user_ = call_.from_user;
  dialog_.call_id = random_token() + random_token();
  dialog_.local_tag = random_token();
  dialog_.local_sequence = 1 + static_cast<std::uint32_t>(base::random_u64() % 10'000);
  const TrunkRegistration* trunk = call_.trunk.empty() ? nullptr : host_.trunk(call_.trunk);
  const std::string domain =
      trunk ? uri_host(trunk->registrar_host) : uri_host(base::address_text(host_.stack.facing(seen_.to)));
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

void CallSession::send_invite(const Challenge& challenge) {
  invite_sequence_ = dialog_.local_sequence++;
  // What an earlier attempt may have left of an early dialog.
  dialog_.remote_tag.clear();
  dialog_.route_set.clear();
  if (!way_.proxy_route.empty()) dialog_.route_set = {way_.proxy_route};
  dialog_.remote_target = call_.target;
  prack_used_ = false;
  sent_sdp_ = make_offer(local_);
  const std::string given = invite_credentials(challenge, sent_sdp_);
  std::string headers = request_headers(dialog_, "INVITE", invite_sequence_) +
                        host_.stack.contact(contact_user_, seen_) + given + std::string(kAllow) +
                        std::string(kSupported) + session_clock_.request_headers();
  response_order_ = {};
  const std::string message = SipStack::with_body(std::move(headers), "application/sdp", sent_sdp_);
  const auto on_response = [this](int error, const sip_msg* response) { on_invite_response(error, response); };
  std::vector<Hop> hops = host_.stack.ways(seen_, way_.owner);
  if (hops.size() == 1) hops.insert(hops.end(), way_.others.begin(), way_.others.end());
  invite_request_ = ClientTransaction::send(host_.stack, std::move(hops), "INVITE", dialog_.remote_target, message,
                                            on_response, *this);
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
  if (response->scode < 200) return on_provisional(response);
  invite_request_.reset();
  if (response->scode < 300) return on_invite_ok(response);
  on_invite_error(response);
}

void CallSession::on_provisional(const sip_msg* response) {
  if (response->scode == 100 || ended_ || cancelling_) return;
  const bool reliable = is_reliable(response);
  if (reliable && !acknowledge_provisional(response, response_order_)) return;
  host_.sink.on_progress(id_, response->scode);
  if (ended_ || cancelling_ || body_of(response).empty()) return;
  const bool taken = take_answer(content_type_of(response), body_of(response));
  if (!reliable || !taken || prack_used_) return;
  // Settled with this one: it may send UPDATE.
  prack_used_ = true;
  const auto early = dialog_of(response);
  dialog_.remote_tag = early.remote_tag;
  dialog_.route_set = early.route_set;
  dialog_.remote_target = early.remote_target;
}

DialogState CallSession::dialog_of(const sip_msg* response) const {
  DialogState dialog = dialog_;
  dialog.remote_tag = view(response->to.tag);
  dialog.route_set.clear();
  each_header(response, false, SIP_HDR_RECORD_ROUTE, [&dialog](const sip_hdr& header) {
    dialog.route_set.emplace_back(view(header.val));
    return false;
  });
  if (const sip_hdr* contact = sip_msg_hdr(response, SIP_HDR_CONTACT)) {
    const auto target = address_uri(view(contact->val));
    if (parse_uri(target)) dialog.remote_target = target;
  }
  return dialog;
}

void CallSession::on_invite_ok(const sip_msg* response) {
  const bool settled = prack_used_ && dialog_.remote_tag == view(response->to.tag);
  dialog_ = dialog_of(response);
  update_target(response);
  peer_allows_update_ = sip_msg_hdr_has_value(response, SIP_HDR_ALLOW, "UPDATE");
  limit_.cancel();
  acknowledge(response->cseq.num);
  if (ended_ || cancelling_) {
    send_bye("Cancelled");
    return end(EndCause::local_hangup, 0, "cancelled");
  }
  phase_ = Phase::established;
  // Many say it in the 183 alone, reliably or not.
  const bool said = settled || (media_ && body_of(response).empty());
  if (!said && !take_answer(content_type_of(response), body_of(response))) {
    send_bye("No common codec");
    return end(EndCause::no_media_agreement, 488, "the answer shares no codec with our offer");
  }
  session_clock_.granted(session_expires_of(response), base::monotonic_now());
  arm_session_timer();
  host_.sink.on_established(id_);
}

void CallSession::acknowledge(std::uint32_t sequence) {
  const Hop hop = next_hop(dialog_, seen_);
  std::string headers = request_headers(dialog_, "ACK", sequence) + invite_credentials_for(hop);
  host_.stack.send_stateless(hop, "ACK", dialog_.remote_target, SipStack::with_body(std::move(headers), {}, {}));
}

void CallSession::on_repeated_ok(const sip_msg* response) {
  if (view(response->to.tag) == dialog_.remote_tag) acknowledge(response->cseq.num);
}

void CallSession::on_invite_error(const sip_msg* response) {
  if (cancelling_) return end(EndCause::local_hangup, response->scode, "cancelled");
  if (!ended_ && response->scode == 422 && session_clock_.lengthen(number_of(response, SIP_HDR_MIN_SE))) {
    return send_invite({});
  }
  const auto asked = ended_ ? std::nullopt : challenge_of(response, seen_);
  if (asked && worth_answering(*asked)) {
    ++challenges_;
    return send_invite(asked);
  }
  const auto cause = response->scode == 408 ? EndCause::timeout : EndCause::rejected;
  end(cause, response->scode, std::string(view(response->reason)));
}

void CallSession::on_other_ok(const sip_msg* response) {
  const DialogState other = dialog_of(response);
  const Hop hop = next_hop(other, seen_);
  host_.stack.send_stateless(hop, "ACK", other.remote_target,
                             SipStack::with_body(request_headers(other, "ACK", response->cseq.num), {}, {}));
  for (const auto& branch : other_branches_) {
    if (branch.tag == other.remote_tag) return;
  }
  if (other_branches_.size() >= kMaxOtherBranches) return;
  other_branches_.push_back({other.remote_tag, nullptr});
  leave_branch(other, std::nullopt);
}

void CallSession::leave_branch(const DialogState& other, const Challenge& challenge) {
  const Hop hop = next_hop(other, seen_);
  std::string headers = request_headers(other, "BYE", dialog_.local_sequence++);
  headers += credentials(challenge, "BYE", {}, other);
  const auto on_response = [this, other, hop, tried = challenge.has_value()](int error, const sip_msg* response) {
    const auto asked = error || tried ? std::nullopt : challenge_of(response, hop);
    if (asked) leave_branch(other, asked);
  };
  auto bye = ClientTransaction::send(host_.stack, hop, "BYE", other.remote_target,
                                     SipStack::with_body(std::move(headers), {}, {}), on_response, *this);
  for (auto& branch : other_branches_) {
    if (branch.tag == other.remote_tag) branch.bye = std::move(bye);
  }
}

}  // namespace frontdesk::sip
