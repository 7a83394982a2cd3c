#include "base/entropy.hpp"
#include "sip/call_session.hpp"
#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

void take_record_route(const sip_msg* message, bool forward, std::vector<std::string>& routes) {
  each_header(message, forward, SIP_HDR_RECORD_ROUTE, [&routes](const sip_hdr& header) {
    routes.emplace_back(view(header.val));
    return false;
  });
}

std::string local_tag_of(const sip_msg* message) {
  // The tag that libre writes into the To of every response to this request.
  std::array<char, 17> text{};
  re_snprintf(text.data(), text.size(), "%016llx", message->tag);
  return text.data();
}

}  // namespace

bool CallSession::start_incoming(const sip_msg* invite, std::optional<SessionDescription> offer,
                                 const IncomingCall& call) {
  incoming_ = true;
  trunk_ = call.trunk;
  replaces_ = call.replaces;
  offer_ = std::move(offer);
  seen_ = host_.stack.hop_of(invite);
  dialog_.call_id = view(invite->callid);
  dialog_.local_tag = local_tag_of(invite);
  dialog_.remote_tag = view(invite->from.tag);
  dialog_.local_party = without_tag(view(invite->to.val));
  dialog_.remote_party = without_tag(view(invite->from.val));
  dialog_.remote_sequence = invite->cseq.num;
  dialog_.local_sequence = 1 + static_cast<std::uint32_t>(base::random_u64() % 10'000);
  take_record_route(invite, true, dialog_.route_set);
  update_target(invite);
  invite_sequence_ = invite->cseq.num;
  invite_ = keep(invite);
  if (const auto user = user_of(invite->uri); !user.empty()) contact_user_ = user;
  const auto on_cancel = [](void* arg) {
    auto& self = *static_cast<CallSession*>(arg);
    at_boundary(self, [&self] { self.on_cancelled(); });
  };
  if (sip_strans_alloc(&transaction_, host_.stack.stack_of(invite), invite, on_cancel, this) != 0) return false;
  host_.stack.respond(invite, {100, "Trying", SipStack::with_body({}, {}, {})}, &transaction_);
  limit_.start(host_.options.ring_limit, [this] {
    final_error(480, "Temporarily Unavailable", {});
    end(EndCause::timeout, 480, "neither answered nor rejected in time");
  });
  return true;
}

void CallSession::answer(LocalMedia media) {
  if (ended_ || !incoming_ || phase_ != Phase::proceeding) return;
  if (unpracked_ && unpracked_->describes) {
    // A 2xx must wait for it (RFC 3262, section 5).
    after_prack_ = [this, media = std::move(media)]() mutable { answer(std::move(media)); };
    return;
  }
  crossing_prack_ = unpracked_ != nullptr;
  unpracked_.reset();
  after_prack_ = nullptr;
  if (reliably_described_) return send_ok({});
  if (described_) return send_ok(sent_sdp_);
  prepare_local(std::move(media));
  if (!offer_) return send_ok(make_offer(local_));
  const auto answer = answer_offer(*offer_, local_);
  if (!answer) {
    final_error(488, "Not Acceptable Here", {});
    return end(EndCause::no_media_agreement, 488, "no codec in common");
  }
  send_ok(answer->sdp);
  if (!ended_) report_media(answer->media, answer->lines);
}

void CallSession::send_ok(const std::string& sdp) {
  std::string headers = host_.stack.contact(contact_user_, seen_) + std::string(kAllow) + std::string(kSupported);
  headers += accept_timer(invite_.get());
  Ref<mbuf> bytes;
  const SipStack::Response ok{200, "OK", SipStack::with_body(std::move(headers), "application/sdp", sdp), true};
  limit_.cancel();
  if (host_.stack.respond(invite_.get(), ok, &transaction_, &bytes) != 0) {
    return end(EndCause::transport_failed, 0, "the answer could not be sent");
  }
  phase_ = Phase::answered;
  if (!sdp.empty()) sent_sdp_ = sdp;
  await_ack(invite_.get(), std::move(bytes), !offer_ && !reliably_described_);
  arm_session_timer();
  if (replaces_) host_.hang_up(std::exchange(replaces_, 0), "Replaced");
}

void CallSession::reject(int status, const std::string& reason, std::optional<int> retry_after_s) {
  if (ended_ || !incoming_ || phase_ != Phase::proceeding) return;
  const int code = status < 300 || status > 699 ? 500 : status;
  final_error(code, reason, retry_after_s ? "Retry-After: " + std::to_string(*retry_after_s) + "\r\n" : "");
  end(EndCause::rejected, code, reason);
}

void CallSession::on_cancelled() {
  final_error(487, "Request Terminated", {});
  end(EndCause::cancelled, 487, "the caller cancelled");
}

void CallSession::final_error(int status, const std::string& reason, const std::string& headers) {
  host_.counters.refused++;
  host_.stack.respond(invite_.get(), {status, reason, SipStack::with_body(headers, {}, {})}, &transaction_);
}

}  // namespace frontdesk::sip
