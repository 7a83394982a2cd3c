// Transfer: our REFER and the NOTIFYs that follow it (RFC 3515), and the end of the legs when it has succeeded.
#include "sip/call_session.hpp"
#include "sip/syntax.hpp"

namespace frontdesk::sip {

void CallSession::transfer(const std::string& target, const std::optional<ReplacedDialog>& replaces,
                           base::Duration limit, DialogId joined) {
  if (ended_) return;
  const bool going = bye_after_ack_ || cancelling_ || phase_ == Phase::proceeding;
  if (going || (transfer_ && !transfer_->over())) {
    return host_.sink.on_transfer(
        id_, {TransferProgress::State::failed, 0,
              going ? "the call is not established" : "another transfer of this call is under way"});
  }
  transfer_.emplace();
  joined_ = joined;
  transfer_limit_.start(limit, [this] {
    refer_.reset();
    report_transfer(transfer_->on_deadline());
  });
  refer_to_ = refer_to(target, replaces);
  send_refer({});
}

void CallSession::send_refer(const Challenge& challenge) {
  refer_sequence_ = dialog_.local_sequence++;
  std::string headers = request_headers(dialog_, "REFER", refer_sequence_) + host_.stack.contact(contact_user_, seen_) +
                        credentials(challenge, "REFER", {}, dialog_) + std::string(kAllow) + std::string(kSupported) +
                        "Refer-To: " + refer_to_ + "\r\nReferred-By: <" +
                        std::string(address_uri(dialog_.local_party)) + ">\r\n";
  refer_ = ClientTransaction::send(
      host_.stack, hops_inside(dialog_), "REFER", dialog_.remote_target,
      SipStack::with_body(std::move(headers), {}, {}),
      [this, tried = challenge.has_value()](int error, const sip_msg* response) {
        if (!error && response && response->scode < 200) return;
        refer_.reset();
        on_refer_response(error ? nullptr : response, tried);
      },
      *this);
  if (!refer_) report_transfer(transfer_->on_response(0, {}, true));
}

void CallSession::on_refer_response(const sip_msg* response, bool authorized) {
  if (ended_) return;
  if (!authorized) {
    if (const auto asked = challenge_of(response, next_hop(dialog_, seen_))) return send_refer(asked);
  }
  const int status = response ? response->scode : 0;
  const sip_hdr* refer_sub = response ? sip_msg_hdr(response, SIP_HDR_REFER_SUB) : nullptr;
  const bool subscribed = !refer_sub || !equal_ignoring_case(trimmed(view(refer_sub->val)).substr(0, 5), "false");
  const std::string reason = response ? header_safe(view(response->reason)) : std::string();
  report_transfer(transfer_->on_response(status, reason, subscribed));
  // RFC 5057, section 5.1: of all answers to a REFER only this one says that there is no dialog.
  if (status != 481 || ended_) return;
  send_bye("Session lost");
  end(EndCause::timeout, status, "the peer no longer knows the call");
}

void CallSession::on_notify(const sip_msg* notify) {
  const sip_hdr* event = sip_msg_hdr(notify, SIP_HDR_EVENT);
  const auto value = event ? view(event->val) : std::string_view();
  const auto package = trimmed(value.substr(0, std::min(value.find(';'), value.size())));
  if (!equal_ignoring_case(package, "refer")) {
    host_.counters.refused++;
    return host_.stack.reply_stateless(notify, 489, "Bad Event", "Allow-Events: refer\r\n");
  }
  const auto id = parameter(value.substr(std::min(value.find(';'), value.size())), "id");
  if (!transfer_ || (id && parse_decimal(*id) != refer_sequence_)) {
    host_.counters.refused++;
    return host_.stack.reply_stateless(notify, 481, "Subscription Does Not Exist");
  }
  host_.stack.respond(notify, {200, "OK", SipStack::with_body({}, {}, {})});
  const sip_hdr* state = sip_msg_hdr(notify, SIP_HDR_SUBSCRIPTION_STATE);
  const bool terminated = state && equal_ignoring_case(trimmed(view(state->val)).substr(0, 10), "terminated");
  report_transfer(transfer_->on_notify(parse_sipfrag(body_of(notify)), terminated));
}

void CallSession::report_transfer(const std::optional<TransferProgress>& progress) {
  if (!progress || ended_) return;
  if (transfer_->over()) transfer_limit_.cancel();
  host_.sink.on_transfer(id_, *progress);
  if (ended_ || progress->state != TransferProgress::State::succeeded) return;
  if (joined_) host_.hang_up(joined_, "Transferred");
  // The transferor ends its leg (RFC 5589, section 6.1).
  hang_up("Transferred");
}

void CallSession::report_transfer_of_leaver() {
  const auto progress = transfer_->on_peer_bye();
  if (!progress || ended_) return;
  host_.sink.on_transfer(id_, *progress);
  if (joined_ && progress->state == TransferProgress::State::succeeded) host_.hang_up(joined_, "Transferred");
}

}  // namespace frontdesk::sip
