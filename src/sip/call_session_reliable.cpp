// Reliable provisional responses (RFC 3262), sent and received.
#include <utility>

#include "base/entropy.hpp"
#include "sip/call_session.hpp"
#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

const char* reason_of(int status) {
  return status == 180 ? "Ringing" : "Session Progress";
}

}  // namespace

bool supports(const sip_msg* message, const char* option) {
  return sip_msg_hdr_has_value(message, SIP_HDR_SUPPORTED, option) ||
         sip_msg_hdr_has_value(message, SIP_HDR_REQUIRE, option);
}

std::optional<std::uint32_t> number_of(const sip_msg* message, sip_hdrid id) {
  const sip_hdr* header = message ? sip_msg_hdr(message, id) : nullptr;
  if (!header) return std::nullopt;
  const auto value = view(header->val);
  return parse_decimal(trimmed(value.substr(0, std::min(value.find(';'), value.size()))));
}

void CallSession::ring(std::optional<LocalMedia> media) {
  if (ended_ || !incoming_ || phase_ != Phase::proceeding || rang_ || unpracked_) return;
  const bool required = sip_msg_hdr_has_value(invite_.get(), SIP_HDR_REQUIRE, "100rel");
  // A first reliable response to an INVITE without an offer must bear one (section 5): without media there is nothing
  // to say yet.
  const bool must_offer = required && !offer_ && !described_;
  if (must_offer && !media) return;
  rang_ = true;
  if (!must_offer) return send_provisional(180, {}, required);
  prepare_local(std::move(*media));
  described_ = true;
  sent_sdp_ = make_offer(local_);
  send_provisional(180, sent_sdp_, true);
}

void CallSession::progress(LocalMedia media) {
  if (ended_ || !incoming_ || phase_ != Phase::proceeding || described_) return;
  if (unpracked_) {
    after_prack_ = [this, media = std::move(media)]() mutable { progress(std::move(media)); };
    return;
  }
  const bool reliable = supports(invite_.get(), "100rel");
  // An offer must not travel in a response that may be lost.
  if (!offer_ && !reliable) return send_provisional(183, {}, false);
  prepare_local(std::move(media));
  described_ = true;
  if (!offer_) {
    sent_sdp_ = make_offer(local_);
    return send_provisional(183, sent_sdp_, true);
  }
  const auto answer = answer_offer(*offer_, local_);
  if (!answer) {
    final_error(488, "Not Acceptable Here", {});
    return end(EndCause::no_media_agreement, 488, "no codec in common");
  }
  sent_sdp_ = answer->sdp;
  send_provisional(183, answer->sdp, reliable);
  if (!ended_) report_media(answer->media, answer->lines);
}

void CallSession::send_provisional(int status, const std::string& sdp, bool reliable) {
  std::string headers = host_.stack.contact(contact_user_, seen_) + std::string(kAllow) + std::string(kSupported);
  if (reliable) {
    if (response_sequence_ == 0) response_sequence_ = static_cast<std::uint32_t>(base::random_u64() % 1'000'000);
    ++response_sequence_;
    headers += "Require: 100rel\r\nRSeq: " + std::to_string(response_sequence_) + "\r\n";
  }
  Ref<mbuf> bytes;
  const SipStack::Response response{status, reason_of(status),
                                    SipStack::with_body(std::move(headers), "application/sdp", sdp), true};
  const int error = host_.stack.respond(invite_.get(), response, &transaction_, reliable ? &bytes : nullptr);
  if (error || !reliable) return;
  unpracked_ = std::make_unique<Unpracked>(*this);
  unpracked_->bytes = std::move(bytes);
  unpracked_->describes = !sdp.empty();
  reliably_described_ |= unpracked_->describes;
  unpracked_->interval = host_.options.t1;
  unpracked_->timer.start(unpracked_->interval, [this] { retransmit_provisional(); });
}

void CallSession::retransmit_provisional() {
  const base::Duration limit = 64 * host_.options.t1;
  auto& unpracked = *unpracked_;
  unpracked.waited += unpracked.interval;
  if (unpracked.waited >= limit) {
    final_error(504, "Server Time-out", {});
    return end(EndCause::timeout, 504, "our provisional response was never acknowledged");
  }
  host_.stack.resend(invite_.get(), unpracked.bytes.get());
  unpracked.interval = std::min(2 * unpracked.interval, limit - unpracked.waited);
  unpracked.timer.start(unpracked.interval, [this] { retransmit_provisional(); });
}

void CallSession::on_prack(const sip_msg* prack) {
  const sip_hdr* header = sip_msg_hdr(prack, SIP_HDR_RACK);
  const auto rack = header ? parse_rack(view(header->val)) : std::nullopt;
  const bool ours = rack && rack->response_sequence == response_sequence_ && rack->sequence == invite_sequence_ &&
                    rack->method == "INVITE";
  if (ours && !unpracked_ && body_of(prack).empty() && std::exchange(crossing_prack_, false)) {
    return (void)host_.stack.respond(prack, {200, "OK", SipStack::with_body({}, {}, {})});
  }
  if (!unpracked_ || !ours) {
    host_.counters.refused++;
    return host_.stack.reply_stateless(prack, 481, "Call/Transaction Does Not Exist");
  }
  const bool describes = unpracked_->describes;
  unpracked_.reset();
  std::optional<std::string> sdp;
  if (describes && !offer_) {
    if (!take_answer(content_type_of(prack), body_of(prack))) {
      host_.stack.reply_stateless(prack, 488, "Not Acceptable Here");
      final_error(488, "Not Acceptable Here", {});
      return end(EndCause::no_media_agreement, 488, "the answer in the PRACK shares no codec with our offer");
    }
  } else if (!body_of(prack).empty()) {
    if (!described_) return host_.stack.reply_stateless(prack, 488, "Not Acceptable Here");
    if (!answer_in_dialog(prack, sdp)) return;
  }
  host_.stack.respond(prack, {200, "OK", SipStack::with_body({}, "application/sdp", sdp.value_or(""))});
  if (const auto next = std::exchange(after_prack_, nullptr); next && !ended_) next();
}

bool CallSession::is_reliable(const sip_msg* response) {
  return response->scode > 100 && response->scode < 200 && sip_msg_hdr_has_value(response, SIP_HDR_REQUIRE, "100rel") &&
         sip_msg_hdr(response, SIP_HDR_RSEQ);
}

bool CallSession::acknowledge_provisional(const sip_msg* response, ResponseOrder& order) {
  const auto sequence = number_of(response, SIP_HDR_RSEQ);
  const std::string tag(view(response->to.tag));
  if (!sequence || tag.empty() || !order.take(tag, *sequence)) return false;
  const DialogState early = dialog_of(response);
  const auto number = std::to_string(*sequence) + " " + std::to_string(response->cseq.num);
  send_prack(early, "RAck: " + number + " INVITE\r\n", std::nullopt);
  return true;
}

void CallSession::send_prack(const DialogState& early, const std::string& rack, const Challenge& challenge) {
  const Hop hop = next_hop(early, seen_);
  std::string headers = request_headers(early, "PRACK", dialog_.local_sequence++) + rack;
  headers += credentials(challenge, "PRACK", {}, early);
  const auto on_response = [this, early, rack, hop, tried = challenge.has_value()](int error, const sip_msg* answer) {
    if (!error && answer && answer->scode < 200) return;
    prack_.reset();
    const auto asked = error || tried || ended_ ? std::nullopt : challenge_of(answer, hop);
    if (asked) send_prack(early, rack, asked);
  };
  prack_ = ClientTransaction::send(host_.stack, hop, "PRACK", early.remote_target,
                                   SipStack::with_body(std::move(headers), {}, {}), on_response, *this);
}

/// A provisional response to a re-INVITE of ours.
void CallSession::on_reliable_in_dialog(const sip_msg* response) {
  if (ended_ || !is_reliable(response)) return;
  if (reinvite_order_sequence_ != response->cseq.num) {
    reinvite_order_sequence_ = response->cseq.num;
    reinvite_order_ = {};
  }
  (void)acknowledge_provisional(response, reinvite_order_);
}

}  // namespace frontdesk::sip
