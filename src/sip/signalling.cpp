#include "sip/signalling.hpp"

#include "base/clock.hpp"
#include "sip/accepted_connections.hpp"
#include "sip/datagram_screen.hpp"
#include "sip/malformed_request.hpp"
#include "sip/read_caller_headers.hpp"
#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

constexpr std::string_view kBusyRetryAfter = "Retry-After: 5\r\n";
constexpr int kSocketBuffer = 1 << 20;  ///< for bursts; the kernel may grant less

bool is(const sip_msg* message, const char* method) {
  return pl_strcmp(&message->met, method) == 0;
}

/// All codecs there are: an offer that matches none of them needs nobody's
/// decision.
LocalSession any_codec() {
  LocalSession local;
  local.media.rtp = *base::parse_address("127.0.0.1", 9);
  local.media.allowed.assign(codec::kAllCodecs.begin(), codec::kAllCodecs.end());
  local.media.srtp = SrtpPolicy::optional;
  local.media.certificate.emplace();
  local.keys = random_crypto_keys();
  return local;
}

/// libre prints on stderr what it cannot parse.
bool decodes_as_stun(mbuf* datagram) {
  const auto position = datagram->pos;
  Ref<stun_msg> message;
  const int error = stun_msg_decode(message.out(), datagram, nullptr);
  datagram->pos = position;
  return error == 0;
}

std::string_view text_of(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

bool Signalling::on_request_thunk(const sip_msg* request, void* arg) {
  auto& self = *static_cast<Signalling*>(arg);
  contain([&] { self.on_request(request); }, [&](const char* what) { self.on_broken_request(request, what); });
  return true;
}

bool Signalling::on_response_thunk(const sip_msg* response, void* arg) {
  auto& self = *static_cast<Signalling*>(arg);
  at_boundary(self, [&] { self.on_response(response); });
  return true;
}

bool Signalling::on_datagram_thunk(sa* source, mbuf* datagram, void* arg) {
  auto& self = *static_cast<Signalling*>(arg);
  bool taken = true;  // so that libre does not see what broke us
  at_boundary(self, [&] { taken = self.on_datagram(endpoint_from(*source), datagram); });
  return taken;
}

bool Signalling::on_datagram(const base::Endpoint& source, mbuf* datagram) {
  const auto standing = standing_of(source);
  if (!guard_->admit(standing, source, base::monotonic_now())) {
    counters_.rate_limited++;
    return true;
  }
  const std::span<const std::uint8_t> bytes(mbuf_buf(datagram), mbuf_get_left(datagram));
  if (bytes.size() <= 4) return false;
  if (looks_like_stun(bytes)) return !decodes_as_stun(datagram);
  if (!worth_parsing(bytes)) {
    counters_.malformed++;
    return true;
  }
  // libre prints what it cannot parse on stderr, so it must not see it.
  const auto position = datagram->pos;
  Ref<sip_msg> message;
  const int error = sip_msg_decode(message.out(), datagram);
  datagram->pos = position;
  if (!error) return false;
  counters_.malformed++;
  const auto answer = standing == Standing::stranger ? std::nullopt : answer_malformed(text_of(bytes));
  if (answer) {
    auto to = source;
    if (answer->port != 0) to.port = answer->port;
    stack_->send_text({to, Transport::udp}, answer->text);
  }
  return true;
}

void Signalling::on_fault(const char*) {
  counters_.faults++;
}

void Signalling::on_broken_request(const sip_msg* request, const char* what) {
  const bool in_dialog = pl_isset(&request->to.tag);
  CallSession* session =
      in_dialog ? session_of(view(request->callid), view(request->to.tag), view(request->from.tag)) : begun_by(request);
  session ? session->on_fault(what) : on_fault(what);
  // Whoever began a call was answered by its session.
  if ((in_dialog || !session) && !is(request, "ACK")) stack_->reply_stateless(request, 500, "Server Internal Error");
}

void Signalling::refuse(const sip_msg* request, const Refusal& refusal) {
  counters_.refused++;
  if (refusal.status == 400) counters_.malformed++;
  if (!is(request, "ACK")) stack_->reply_stateless(request, refusal.status, refusal.reason, refusal.headers);
}

void Signalling::on_request(const sip_msg* request) {
  if (!probe_id_.empty() && view(request->callid) == probe_id_) {
    (void)udp_sockbuf_set(static_cast<udp_sock*>(request->sock), kSocketBuffer);
    Ref<udp_helper> guard;
    udp_register_helper(guard.out(), static_cast<udp_sock*>(request->sock), 0, nullptr, on_datagram_thunk, this);
    datagram_guards_.push_back(std::move(guard));
    if (datagram_guards_.size() == stack_->addresses().size()) probe_id_.clear();
    return;
  }
  const auto source = endpoint_from(request->src);
  if (request->tp != SIP_TRANSP_UDP && !guard_->admit(standing_of(source), source, base::monotonic_now())) {
    counters_.rate_limited++;
    // libre has parsed it before anybody could look: there must not be another one.
    const int fd = tcp_conn_fd(sip_msg_tcpconn(request));
    if (fd >= 0) hang_up_connection({fd, source, false});
    return;
  }
  counters_.requests++;
  // Without Via nobody knows where the answer should go.
  if (!pl_isset(&request->via.sentby)) {
    counters_.malformed++;
    return;
  }
  // A stranger gets one answer to everything, so that there is nothing to learn from it; and none of it goes to others.
  if (!stack_->serves(source) && !session_of(view(request->callid), view(request->to.tag), view(request->from.tag))) {
    if (!parameter(view(request->via.params), "maddr")) refuse(request, {403, "Forbidden", {}});
    return;
  }
  if (pl_strcmp(&request->ver, "SIP/2.0") != 0) return refuse(request, {505, "Version Not Supported", {}});
  if (const auto refusal = screen(request)) return refuse(request, *refusal);
  if (request->tp != SIP_TRANSP_UDP) quota_.on_request(source);
  if (is(request, "CANCEL")) return refuse(request, {481, "Call/Transaction Does Not Exist", {}});
  const bool in_dialog = pl_isset(&request->to.tag);
  if (is(request, "INVITE") && !in_dialog) return on_invite(request);
  if (is(request, "OPTIONS")) return on_options(request);
  bool known = false;
  for (const char* method : {"INVITE", "ACK", "BYE", "UPDATE", "INFO", "PRACK", "NOTIFY"}) known |= is(request, method);
  known |= in_dialog && is(request, "REFER");  // refused there
  if (!known) return refuse(request, refuse_method(view(request->met)));
  CallSession* session = session_of(view(request->callid), view(request->to.tag), view(request->from.tag));
  if (!session) return refuse(request, {481, "Call/Transaction Does Not Exist", {}});
  session->on_request(request);
}

void Signalling::on_response(const sip_msg* response) {
  // What no transaction wants: 2xx repeated because our ACK was lost, and
  // strays.
  if (response->scode / 100 != 2 || pl_strcmp(&response->cseq.met, "INVITE") != 0) return;
  CallSession* session = session_of(view(response->callid), view(response->from.tag), view(response->to.tag));
  if (session) return session->on_repeated_ok(response);
  const auto ours = by_local_tag_.find(view(response->from.tag));
  session = ours == by_local_tag_.end() ? nullptr : find(ours->second);
  const bool forked = session && !session->incoming() && session->dialog().call_id == view(response->callid) &&
                      session->invite_sequence() == response->cseq.num && pl_isset(&response->to.tag);
  if (forked) at_boundary(*session, [&] { session->on_other_ok(response); });
}

CallSession* Signalling::session_of(std::string_view call_id, std::string_view local_tag, std::string_view remote_tag) {
  const auto found = by_local_tag_.find(local_tag);
  if (found == by_local_tag_.end()) return nullptr;
  CallSession* session = find(found->second);
  return session && session->dialog().matches(call_id, local_tag, remote_tag) ? session : nullptr;
}

CallSession* Signalling::begun_by(const sip_msg* invite) {
  for (const auto& [id, session] : sessions_) {
    const auto& dialog = session->dialog();
    if (session->incoming() && dialog.call_id == view(invite->callid) && dialog.remote_tag == view(invite->from.tag) &&
        session->invite_sequence() == invite->cseq.num) {
      return session.get();
    }
  }
  return nullptr;
}

void Signalling::on_invite(const sip_msg* invite) {
  const sip_hdr* contact = sip_msg_hdr(invite, SIP_HDR_CONTACT);
  if (!contact || !parse_uri(address_uri(view(contact->val)))) {
    return refuse(invite, {400, "Bad Request: Contact missing or not a SIP address", {}});
  }
  if (begun_by(invite)) return refuse(invite, {482, "Loop Detected", {}});
  const auto expires = session_expires_of(invite);
  if (expires && expires->interval_s < options_.min_session_interval_s && supports(invite, "timer")) {
    const auto least = "Min-SE: " + std::to_string(options_.min_session_interval_s) + "\r\n";
    return refuse(invite, {422, "Session Interval Too Small", least});
  }
  std::optional<SessionDescription> offer;
  if (!body_of(invite).empty()) {
    const auto sdp = sdp_part(content_type_of(invite), body_of(invite));
    if (!sdp) return refuse(invite, {415, "Unsupported Media Type", "Accept: application/sdp\r\n"});
    auto parsed = parse_sdp(*sdp);
    if (!parsed || !answer_offer(*parsed, any_codec())) return refuse(invite, {488, "Not Acceptable Here", {}});
    offer = std::move(*parsed);
  }
  DialogId replaced = 0;
  if (!find_replaced(invite, replaced)) return;
  if (shutting_down_ || draining_ || sessions_.size() >= options_.max_dialogs) {
    return refuse(invite, {503, "Service Unavailable", std::string(kBusyRetryAfter)});
  }
  send_at_once(invite);
  const DialogId id = mint_();
  IncomingCall call = describe(invite, id, offer.has_value());
  call.replaces = replaced;
  auto session = std::make_unique<CallSession>(id, *host_);
  if (!session->start_incoming(invite, std::move(offer), call))
    return refuse(invite, {500, "Server Internal Error", {}});
  by_local_tag_[session->dialog().local_tag] = id;
  sessions_[id] = std::move(session);
  counters_.dialogs++;
  counters_.total_dialogs++;
  sink_.on_incoming(call);
}

bool Signalling::find_replaced(const sip_msg* invite, DialogId& replaced) {
  std::vector<std::string> values;
  each_header(invite, true, SIP_HDR_REPLACES, [&values](const sip_hdr& header) {
    if (equal_ignoring_case(view(header.name), "Replaces")) values.emplace_back(view(header.val));
    return false;
  });
  if (values.empty()) return true;
  const auto wanted = parse_replaces(values.front());
  if (values.size() > 1 || !wanted) return refuse(invite, {400, "Bad Request: Replaces", {}}), false;
  const CallSession* session = session_of(wanted->call_id, wanted->to_tag, wanted->from_tag);
  const auto source = endpoint_from(invite->src);
  // Who is a stranger to the call learns nothing about it.
  const bool allowed = session && (from_trunk(source) || source.same_address(session->peer()));
  // RFC 3891, section 3: of early dialogs only those that we began can be replaced.
  if (!allowed || (!session->established() && session->incoming())) {
    return refuse(invite, {481, "Call/Transaction Does Not Exist", {}}), false;
  }
  if (session->ended()) return refuse(invite, {603, "Decline", {}}), false;
  if (wanted->early_only && session->established()) return refuse(invite, {486, "Busy Here", {}}), false;
  replaced = session->id();
  return true;
}

void Signalling::on_options(const sip_msg* options) {
  if (pl_isset(&options->to.tag) &&
      !session_of(view(options->callid), view(options->to.tag), view(options->from.tag))) {
    return refuse(options, {481, "Call/Transaction Does Not Exist", {}});
  }
  const std::string headers =
      std::string(kAllow) + std::string(kSupported) + "Accept: application/sdp, application/dtmf-relay\r\n";
  stack_->reply_stateless(options, 200, "OK", headers);
}

IncomingCall Signalling::describe(const sip_msg* invite, DialogId id, bool has_offer) const {
  IncomingCall call;
  call.dialog = id;
  call.call_id = view(invite->callid);
  call.request_user = user_of(invite->uri);
  call.from_user = user_of(invite->from.uri);
  call.from_host = view(invite->from.uri.host);
  call.from_display = header_safe(view(invite->from.dname));
  call.to_user = user_of(invite->to.uri);
  call.caller = read_caller_headers(invite);
  call.source = endpoint_from(invite->src);
  call.transport = stack_->hop_of(invite).transport;
  call.has_offer = has_offer;
  // Two trunks may share a registrar: then the user of our Contact tells them
  // apart.
  for (const auto& trunk : trunks_) {
    if (!trunk->is_from(call.source)) continue;
    if (call.trunk.empty() || trunk->trunk().username == call.request_user) call.trunk = trunk->trunk().name;
  }
  return call;
}

Standing Signalling::standing_of(const base::Endpoint& source) const {
  if (from_trunk(source)) return Standing::trunk;
  return stack_->serves(source) ? Standing::served : Standing::stranger;
}

bool Signalling::from_trunk(const base::Endpoint& source) const {
  for (const auto& trunk : trunks_) {
    if (trunk->is_from(source)) return true;
  }
  return false;
}

}  // namespace frontdesk::sip
