#include "sip/call_session.hpp"

#include <cstdio>

#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

bool is(const sip_msg* message, const char* method) {
  return pl_strcmp(&message->met, method) == 0;
}

bool unspecified(const base::Endpoint& endpoint) {
  for (const auto byte : endpoint.address) {
    if (byte != 0) return false;
  }
  return true;
}

/// The digit of an application/dtmf-relay or application/dtmf body; 0 if there
/// is none.
char dtmf_digit(std::string_view content_type, std::string_view body) {
  if (equal_ignoring_case(content_type.substr(0, 22), "application/dtmf-relay")) {
    const auto at = body.find("Signal");
    const auto equals = at == std::string_view::npos ? at : body.find('=', at);
    if (equals == std::string_view::npos) return 0;
    body = body.substr(equals + 1);
  } else if (!equal_ignoring_case(content_type.substr(0, 16), "application/dtmf")) {
    return 0;
  }
  body = trimmed(body.substr(0, body.find('\n')));
  if (body == "10") return '*';
  if (body == "11") return '#';
  if (body.size() != 1) return 0;
  const char digit = body[0] >= 'a' && body[0] <= 'd' ? static_cast<char>(body[0] - 'a' + 'A') : body[0];
  return std::string_view("0123456789*#ABCD").find(digit) == std::string_view::npos ? '\0' : digit;
}

}  // namespace

std::string user_of(const uri& address) {
  // Of a tel URI libre takes the number for the host.
  if (equal_ignoring_case(view(address.scheme), "tel")) return std::string(view(address.host));
  return unescaped_user(view(address.user));
}

std::string content_type_of(const sip_msg* message) {
  const sip_hdr* header = sip_msg_hdr(message, SIP_HDR_CONTENT_TYPE);
  return header ? std::string(view(header->val)) : std::string();
}

std::string_view body_of(const sip_msg* message) {
  const auto left = mbuf_get_left(message->mb);
  return left ? std::string_view(reinterpret_cast<const char*>(mbuf_buf(message->mb)), left) : std::string_view();
}

std::string random_token() {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(base::random_u64()));
  return text.data();
}

CallSession::~CallSession() {
  mem_deref(transaction_);
}

void CallSession::on_request(const sip_msg* request) {
  if (is(request, "ACK")) return on_ack(request);
  if (request->cseq.num < dialog_.remote_sequence) {
    return host_.stack.reply_stateless(request, 500, "CSeq Out Of Order");
  }
  dialog_.remote_sequence = request->cseq.num;
  if (is(request, "BYE")) return on_bye(request);
  if (is(request, "REFER")) {
    host_.counters.refused++;
    return host_.stack.reply_stateless(request, 403, "Forbidden");
  }
  if (ended_) {
    host_.counters.refused++;
    return host_.stack.reply_stateless(request, 481, "Call/Transaction Does Not Exist");
  }
  if (is(request, "INVITE") || is(request, "UPDATE")) return on_offer(request);
  if (is(request, "PRACK")) return on_prack(request);
  if (is(request, "NOTIFY")) return on_notify(request);
  on_info(request);
}

void CallSession::on_ack(const sip_msg* ack) {
  if (!unacked_ || unacked_->sequence != ack->cseq.num) return;
  const bool answer_expected = unacked_->answer_expected;
  unacked_.reset();
  if (const auto reason = std::exchange(bye_after_ack_, std::nullopt)) return send_bye(*reason);
  if (ended_) return;
  if (answer_expected && !take_answer(content_type_of(ack), body_of(ack)) && phase_ == Phase::answered) {
    send_bye("No common codec");
    return end(EndCause::no_media_agreement, 488, "the answer in the ACK shares no codec with our offer");
  }
  if (phase_ == Phase::answered) {
    phase_ = Phase::established;
    host_.sink.on_established(id_);
  }
}

void CallSession::on_bye(const sip_msg* bye) {
  host_.stack.respond(bye, {200, "OK", SipStack::with_body({}, {}, {})});
  unacked_.reset();
  bye_after_ack_.reset();
  if (ended_) return retire_when_quiet();
  if (transaction_) final_error(487, "Request Terminated", {});
  if (transfer_) report_transfer_of_leaver();
  end(phase_ == Phase::proceeding ? EndCause::cancelled : EndCause::remote_hangup, 0, "the peer hung up");
  if (!invite_request_) return;
  // Hung up on before the final answer, which should still come.
  limit_.start(64 * host_.options.t1, [this] {
    invite_request_.reset();
    retire_when_quiet();
  });
}

bool CallSession::out_of_turn(const sip_msg* request) {
  const bool carries_offer = is(request, "INVITE") || !body_of(request).empty();
  const bool initial = phase_ == Phase::proceeding;
  // Before the answer of our INVITE another offer may come once a reliable response has settled the first.
  const bool settled =
      initial && is(request, "UPDATE") && media_ && (incoming_ ? !unpracked_ && reliably_described_ : prack_used_);
  if (!settled && carries_offer && (invite_request_ || (!incoming_ && initial))) {
    host_.stack.reply_stateless(request, 491, "Request Pending");
    return true;
  }
  if (request_ && is(request, "INVITE")) {
    host_.stack.reply_stateless(request, 491, "Request Pending");
    return true;
  }
  if (!settled && carries_offer && (unacked_ || initial)) {
    const auto seconds = base::random_u64() % 10;
    host_.stack.reply_stateless(request, 500, "Earlier Offer Unfinished",
                                "Retry-After: " + std::to_string(seconds) + "\r\n");
    return true;
  }
  return false;
}

void CallSession::on_offer(const sip_msg* request) {
  if (out_of_turn(request) || interval_too_small(request)) return;
  const bool invite = is(request, "INVITE");
  std::optional<std::string> sdp;
  if (!body_of(request).empty()) {
    if (!answer_in_dialog(request, sdp)) return;
  } else if (invite) {
    sdp = next_local_sdp(held_);
  }
  update_target(request);
  std::string headers = host_.stack.contact(contact_user_, seen_) + std::string(kAllow) + std::string(kSupported);
  headers += accept_timer(request);
  SipStack::Response ok{200, "OK", SipStack::with_body(std::move(headers), "application/sdp", sdp.value_or("")), true};
  Ref<mbuf> bytes;
  if (host_.stack.respond(request, ok, nullptr, &bytes) != 0) return;
  if (invite) await_ack(request, std::move(bytes), body_of(request).empty());
  arm_session_timer();
}

bool CallSession::answer_in_dialog(const sip_msg* request, std::optional<std::string>& sdp) {
  const auto part = sdp_part(content_type_of(request), body_of(request));
  if (!part) {
    host_.stack.reply_stateless(request, 415, "Unsupported Media Type", "Accept: application/sdp\r\n");
    return false;
  }
  const auto offer = parse_sdp(*part);
  if (offer && media_ && brings_new_key(*offer, *media_)) local_.keys = random_crypto_keys();
  const auto describe = [this](const SessionDescription& description) { return answer_offer(description, local_); };
  auto answer = offer.and_then(describe);
  if (!answer) {
    host_.counters.refused++;
    host_.stack.reply_stateless(request, 488, "Not Acceptable Here");
    return false;
  }
  const auto shown = [this](const std::string& text) { return held_ ? held_description(text) : text; };
  if (shown(answer->sdp) != sent_sdp_) {
    ++local_.version;
    answer = offer.and_then(describe);
  }
  sdp = sent_sdp_ = shown(answer->sdp);
  report_media(answer->media, answer->lines);
  return true;
}

void CallSession::on_info(const sip_msg* info) {
  const std::string type = content_type_of(info);
  const char digit = dtmf_digit(type, body_of(info));
  if (!digit && !body_of(info).empty()) {
    return host_.stack.reply_stateless(info, 415, "Unsupported Media Type",
                                       "Accept: application/dtmf-relay, application/dtmf\r\n");
  }
  host_.stack.respond(info, {200, "OK", SipStack::with_body({}, {}, {})});
  if (digit) host_.sink.on_info_dtmf(id_, digit);
}

void CallSession::await_ack(const sip_msg* request, Ref<mbuf> bytes, bool answer_expected) {
  unacked_ = std::make_unique<UnackedOk>(*this);
  unacked_->bytes = std::move(bytes);
  unacked_->request = keep(request);
  unacked_->sequence = request->cseq.num;
  unacked_->answer_expected = answer_expected;
  unacked_->interval = host_.options.t1;
  unacked_->timer.start(unacked_->interval, [this] { retransmit_ok(); });
}

void CallSession::retransmit_ok() {
  const base::Duration t1 = host_.options.t1;
  auto& unacked = *unacked_;
  unacked.waited += unacked.interval;
  if (unacked.waited >= 64 * t1) {
    unacked_.reset();
    bye_after_ack_.reset();
    send_bye("No ACK");
    if (!ended_) host_.counters.unacknowledged++;
    return end(EndCause::no_ack, 0, "our 200 was never acknowledged");
  }
  host_.stack.resend(unacked.request.get(), unacked.bytes.get());
  unacked.interval = std::min(2 * unacked.interval, 8 * t1);
  unacked.interval = std::min(unacked.interval, 64 * t1 - unacked.waited);
  unacked.timer.start(unacked.interval, [this] { retransmit_ok(); });
}

void CallSession::report_media(NegotiatedMedia media, AgreedLines lines) {
  lines_ = std::move(lines);
  if (held_) media.may_receive = false;
  if (media_ == media) return;
  media_ = media;
  local_.in_use = media;
  host_.sink.on_media(id_, media);
}

bool CallSession::take_answer(std::string_view content_type, std::string_view body) {
  const auto part = sdp_part(content_type, body);
  if (!part) return false;
  const auto description = parse_sdp(*part);
  if (!description) return false;
  const auto media = accept_answer(*description, local_);
  if (!media) return false;
  report_media(*media, lines_after(*description, local_));
  return true;
}

void CallSession::send_bye(const std::string& reason) {
  session_wakeup_.cancel();
  if (phase_ != Phase::proceeding) invite_request_.reset();
  bye_reason_ = "Reason: SIP;text=" + quoted(header_safe(reason)) + "\r\n";
  send_bye_to(hops_inside(dialog_), std::nullopt);
  if (!request_) retire_when_quiet();
}

void CallSession::send_bye_to(const std::vector<Hop>& hops, const Challenge& challenge) {
  std::string headers = request_headers(dialog_, "BYE", dialog_.local_sequence++);
  headers += credentials(challenge, "BYE", {}, dialog_) + bye_reason_;
  const auto on_response = [this, hops, tried = challenge.has_value()](int error, const sip_msg* response) {
    if (response && response->scode < 200) return;
    request_.reset();
    const auto asked = error || tried ? std::nullopt : challenge_of(response, hops.front());
    const bool by_udp = hops.size() == 1 && hops.front().transport == Transport::udp;
    const auto direct = error && by_udp ? direct_hop(dialog_) : std::nullopt;
    if (asked) send_bye_to(hops, asked);
    if (direct && *direct != hops.front()) send_bye_to({*direct}, std::nullopt);
    if (!request_) retire_when_quiet();
  };
  request_ = ClientTransaction::send(host_.stack, hops, "BYE", dialog_.remote_target,
                                     SipStack::with_body(std::move(headers), {}, {}), on_response, *this);
}

void CallSession::hang_up(const std::string& reason) {
  if (ended_ || cancelling_) return;
  if (phase_ == Phase::proceeding && incoming_) return reject(480, reason, {});
  if (phase_ == Phase::proceeding) {
    cancelling_ = true;
    if (invite_request_) invite_request_->cancel();
    limit_.start(64 * host_.options.t1, [this] {
      invite_request_.reset();
      end(EndCause::local_hangup, 0, "cancelled without an answer to it");
    });
    return;
  }
  // A UAS must not send BYE before the ACK (RFC 3261, section 15).
  if (unacked_ && phase_ == Phase::answered) {
    bye_after_ack_ = reason;
  } else {
    send_bye(reason);
  }
  end(EndCause::local_hangup, 0, reason);
}

void CallSession::end(EndCause cause, int status, std::string reason) {
  for (Timer* timer : {&limit_, &session_wakeup_, &retry_, &transfer_limit_}) timer->cancel();
  unpracked_.reset();
  after_prack_ = nullptr;
  refer_.reset();
  info_.reset();
  if (phase_ != Phase::proceeding) invite_request_.reset();
  if (!ended_) {
    ended_ = true;
    host_.counters.dialogs--;
    host_.sink.on_ended(id_, {cause, status, header_safe(reason)});
  }
  retire_when_quiet();
}

void CallSession::on_fault(const char* what) {
  host_.counters.faults++;
  // If it was the one that waits for the ACK, it has to wait on.
  if (unacked_) unacked_->timer.start(unacked_->interval, [this] { retransmit_ok(); });
  if (ended_) return retire_when_quiet();
  if (!incoming_ || phase_ != Phase::proceeding) return hang_up("Server Internal Error");
  final_error(500, "Server Internal Error", {});
  end(EndCause::rejected, 500, std::string("internal error: ") + what);
}

void CallSession::retire_when_quiet() {
  if (ended_ && !request_ && !unacked_ && !invite_request_) host_.retire(id_);
}

/// A connection that the peer had opened may be gone by now: then one of ours, to where its Contact says.
std::vector<Hop> CallSession::hops_inside(const DialogState& dialog) const {
  std::vector<Hop> hops{next_hop(dialog, seen_)};
  auto fresh = hops.front() == seen_ ? fresh_hop(dialog, seen_) : std::nullopt;
  if (fresh && fresh->hop.transport == Transport::tls) {
    const TrunkRegistration* trunk = trunk_.empty() ? nullptr : host_.trunk(trunk_);
    const auto link = host_.stack.link({fresh->name, trunk ? trunk->ca_file : std::string(), !trunk || trunk->verify});
    if (!link) return hops;
    fresh->hop.link = *link;
  }
  if (fresh) hops.push_back(fresh->hop);
  return hops;
}

void CallSession::update_target(const sip_msg* message) {
  seen_ = host_.stack.hop_of(message);
  const sip_hdr* contact = sip_msg_hdr(message, SIP_HDR_CONTACT);
  if (!contact) return;
  const auto target = address_uri(view(contact->val));
  if (parse_uri(target)) dialog_.remote_target = target;
}

void CallSession::prepare_local(LocalMedia media) {
  local_.media = std::move(media);
  local_.signalling = seen_.to;
  if (unspecified(local_.media.rtp)) {
    const auto port = local_.media.rtp.port;
    local_.media.rtp = host_.stack.facing(seen_.to);
    local_.media.rtp.port = port;
  }
  local_.media.rtp = host_.stack.public_address().media_seen_by(seen_.to, local_.media.rtp, local_.media.mapped);
  if (local_.media.srtp != SrtpPolicy::off) local_.keys = random_crypto_keys();
  local_.tls_id = random_token() + random_token();
  local_.session_id = base::random_u64() >> 2;
  local_.version = 1;
}

std::string CallSession::next_local_sdp(bool held) {
  local_.agreed = lines_;
  const auto describe = [this, held] { return held ? held_description(make_offer(local_)) : make_offer(local_); };
  // The same version says that nothing changed, as a refresh does (RFC 4028, section 7.4).
  if (describe() != sent_sdp_) ++local_.version;
  return sent_sdp_ = describe();
}

std::optional<SessionExpires> session_expires_of(const sip_msg* message) {
  const sip_hdr* header = sip_msg_hdr(message, SIP_HDR_SESSION_EXPIRES);
  return header ? parse_session_expires(view(header->val)) : std::nullopt;
}

std::string CallSession::accept_timer(const sip_msg* request) {
  if (sip_msg_hdr(request, SIP_HDR_ALLOW)) {
    peer_allows_update_ = sip_msg_hdr_has_value(request, SIP_HDR_ALLOW, "UPDATE");
  }
  return session_clock_.accept(session_expires_of(request), supports(request, "timer"), base::monotonic_now());
}

bool CallSession::interval_too_small(const sip_msg* request) {
  const auto expires = session_expires_of(request);
  const auto least = host_.options.min_session_interval_s;
  if (!expires || expires->interval_s >= least || !supports(request, "timer")) return false;
  host_.counters.refused++;
  host_.stack.reply_stateless(request, 422, "Session Interval Too Small", "Min-SE: " + std::to_string(least) + "\r\n");
  return true;
}

}  // namespace frontdesk::sip
