// The SIP part of a test: requests, answers, the proof of the password.
#include <algorithm>

#include "base/entropy.hpp"
#include "sip/syntax.hpp"
#include "sip/trial/findings/mask.hpp"
#include "sip/trial/run.hpp"

namespace frontdesk::trial {

using findings::Diagnosis;
using findings::Fault;
using findings::NetworkFault;
using findings::State;
using findings::StepKind;

namespace {

constexpr base::Duration kT1 = base::milliseconds(500);  ///< RFC 3261, 17.1.2.1
constexpr base::Duration kT2 = base::seconds(4);
constexpr int kMaxStale = 3;
constexpr std::uint32_t kMaxInterval = 24 * 3600;
constexpr std::size_t kMaxLadder = 40;

std::string random_text() {
  std::string out;
  for (auto bits = base::random_u64(); bits != 0; bits /= 26) out += static_cast<char>('a' + bits % 26);
  return out;
}

std::vector<sip::DigestChallenge> challenges_of(const sip_msg* response) {
  std::vector<sip::DigestChallenge> out;
  const auto collect = [&out](const sip_hdr& header) {
    const auto challenge = sip::parse_challenge(sip::view(header.val), header.id == SIP_HDR_PROXY_AUTHENTICATE);
    if (challenge) out.push_back(*challenge);
    return false;
  };
  sip::each_header(response, true, SIP_HDR_WWW_AUTHENTICATE, collect);
  sip::each_header(response, true, SIP_HDR_PROXY_AUTHENTICATE, collect);
  return out;
}

std::optional<std::uint32_t> number_in(const sip_msg* message, sip_hdrid id) {
  const sip_hdr* header = message ? sip_msg_hdr(message, id) : nullptr;
  if (!header) return std::nullopt;
  const auto value = sip::view(header->val);
  return sip::parse_decimal(sip::trimmed(value.substr(0, value.find_first_of(";( "))));
}

std::string algorithm_text(sip::DigestAlgorithm algorithm) {
  switch (algorithm) {
    case sip::DigestAlgorithm::md5:
      return "MD5";
    case sip::DigestAlgorithm::md5_sess:
      return "MD5-sess";
    case sip::DigestAlgorithm::sha256:
      return "SHA-256";
    case sip::DigestAlgorithm::sha256_sess:
      return "SHA-256-sess";
  }
  return "MD5";
}

bool challenged(int status) {
  return status == 401 || status == 407;
}

}  // namespace

Diagnosis Run::unanswered(Outcome outcome) const {
  switch (outcome) {
    case Outcome::port_closed:
      return diagnose(NetworkFault::port_closed, target());
    case Outcome::no_route:
      return diagnose(NetworkFault::no_route, target());
    case Outcome::lost:
      return diagnose(NetworkFault::connection_lost, target());
    case Outcome::not_sip:
      return diagnose(NetworkFault::not_sip, target());
    case Outcome::cancelled:
      return diagnose(NetworkFault::cancelled, target());
    case Outcome::ok:
    case Outcome::timed_out:
      break;
  }
  return diagnose(NetworkFault::time_out, target());
}

findings::Refusal Run::refusal(const Answer& answer, bool credentials_sent) const {
  const auto& trunk = order_.trunk;
  return {answer.status, answer.reason, credentials_sent,
          !trunk.authorization_username.empty() && trunk.authorization_username != trunk.username,
          number_in(answer.message.get(), SIP_HDR_RETRY_AFTER)};
}

std::string Run::words(const Answer& answer) const {
  return std::to_string(answer.status) + (answer.reason.empty() ? "" : " " + answer.reason);
}

std::string Run::request_uri() const {
  const auto& trunk = order_.trunk;
  if (backup_) return "sip:" + trunk.backup_host;
  const bool usual = trunk.registrar_port == 0 || trunk.registrar_port == 5060;
  return "sip:" + sip::uri_host(trunk.registrar_host) + (usual ? "" : ":" + std::to_string(trunk.registrar_port));
}

std::string Run::request(const std::string& method, const std::string& branch, const std::string& more) {
  const auto& trunk = order_.trunk;
  const char* protocol = hop_.transport == sip::Transport::udp   ? "UDP"
                         : hop_.transport == sip::Transport::tcp ? "TCP"
                                                                 : "TLS";
  sip::DialogState outside;
  outside.call_id = call_id_;
  outside.local_tag = tag_;
  const auto user = trunk.username.empty() ? std::string() : sip::escaped_user(trunk.username) + "@";
  outside.local_party = outside.remote_party = "<sip:" + user + sip::uri_host(trunk.registrar_host) + ">";
  if (!trunk.outbound_proxy.empty())
    outside.route_set = {"<sip:" + trunk.outbound_proxy + ";transport=" + sip::transport_name(hop_.transport) + ";lr>"};
  return method + " " + request_uri() + " SIP/2.0\r\nVia: SIP/2.0/" + protocol + " " + base::to_string(wire_.local()) +
         ";branch=" + branch + ";rport\r\n" + sip::request_headers(outside, method, ++sequence_) +
         "User-Agent: Frontdesk\r\n" + more + "Content-Length: 0\r\n\r\n";
}

void Run::note_message(bool sent, const std::string& text) {
  if (report_.ladder.size() >= kMaxLadder) return;
  report_.ladder.push_back({sent, elapsed(), findings::masked(text, secrets_)});
  sink_.on_message(report_.ladder.back());
}

/// RFC 3581: where our request seemed to come from.
void Run::note_seen_address(const sip_msg* message) {
  const auto parameters = sip::view(message->via.params);
  const auto received = sip::parameter(parameters, "received");
  const auto port = sip::parse_decimal(sip::parameter(parameters, "rport").value_or(""));
  auto seen = wire_.local();  // a server that sees nothing else need not say so
  if (const auto address = received ? base::parse_address(*received) : std::nullopt) seen = *address;
  seen.port = port && *port > 0 && *port < 65536 ? static_cast<std::uint16_t>(*port) : wire_.local().port;
  if (received || port) seen_ = seen;
}

/// nullopt: not the answer that is waited for.
std::optional<Run::Answer> Run::read(const std::string& text, const std::string& branch, bool& not_sip) {
  Ref<mbuf> buffer(mbuf_alloc(text.size() + 1));
  if (!buffer) return std::nullopt;
  mbuf_write_mem(buffer.get(), reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  buffer.get()->pos = 0;
  Ref<sip_msg> message;
  not_sip = sip_msg_decode(message.out(), buffer.get()) != 0;
  if (not_sip || message.get()->req || sip::view(message.get()->via.branch) != branch) return std::nullopt;
  note_message(false, text);
  if (message.get()->scode < 200) return std::nullopt;
  note_seen_address(message.get());
  Answer answer;
  answer.status = message.get()->scode;
  answer.reason = findings::masked_words(sip::view(message.get()->reason), secrets_);
  answer.message = std::move(message);
  return answer;
}

Run::Answer Run::await_answer(const std::string& request, const std::string& branch, Until until) {
  const bool repeats = hop_.transport == sip::Transport::udp;
  auto interval = kT1;
  auto repeat_at = base::monotonic_now() + interval;
  std::string text;
  while (true) {
    const auto patience = repeats ? Until{std::min(until.at, repeat_at), until.cancelled} : until;
    const auto outcome = wire_.receive(text, patience);
    if (outcome == Outcome::ok) {
      bool not_sip = false;
      if (auto answer = read(text, branch, not_sip)) return std::move(*answer);
      if (not_sip) return {Outcome::not_sip, 0, {}, {}};
      continue;
    }
    if (outcome != Outcome::timed_out || !repeats || until.over()) return {outcome, 0, {}, {}};
    interval = std::min(2 * interval, kT2);
    repeat_at = base::monotonic_now() + interval;
    if (const auto sent = wire_.send(request, until); sent != Outcome::ok) return {sent, 0, {}, {}};
  }
}

Run::Answer Run::exchange(const std::string& method, const std::string& more, Until until) {
  const std::string branch = "z9hG4bK" + random_text();
  const auto text = request(method, branch, more);
  note_message(true, text);
  if (const auto sent = wire_.send(text, until); sent != Outcome::ok) return {sent, 0, {}, {}};
  return await_answer(text, branch, until);
}

/// UDP has no connection: that somebody is there shows in the first answer.
bool Run::reach(const sip::Hop& hop, Diagnosis& why) {
  auto outcome = wire_.open(hop, order_.local, until_.sooner(kConnectLimit));
  if (outcome == Outcome::ok && hop.transport == sip::Transport::udp) {
    answer_ = exchange(order_.trunk.registers ? "REGISTER" : "OPTIONS", {}, until_.sooner(kConnectLimit));
    outcome = answer_.outcome;
  }
  if (outcome != Outcome::ok) why = unanswered(outcome);
  return outcome == Outcome::ok;
}

bool Run::ask() {
  begin(StepKind::ask);
  if (hop_.transport != sip::Transport::udp) answer_ = exchange("REGISTER", {}, until_.sooner(kAnswerLimit));
  if (answer_.outcome != Outcome::ok) {
    end(State::failed, "The server does not answer the question.", unanswered(answer_.outcome));
    return false;
  }
  fact("status", std::to_string(answer_.status));
  if (answer_.status == 423) answer_ = ask_longer(nullptr);
  if (challenged(answer_.status) || answer_.status / 100 == 2) {
    end(State::ok, "The server answers with " + words(answer_) + ".");
    return true;
  }
  end(State::failed, "The server answers with " + words(answer_) + ".", diagnose(refusal(answer_, false)));
  return false;
}

Run::Answer Run::ask_with(const sip::DigestChallenge& challenge, std::uint32_t count) {
  const auto& trunk = order_.trunk;
  const auto& user = trunk.authorization_username.empty() ? trunk.username : trunk.authorization_username;
  const auto client_nonce = random_text();
  const auto proof =
      sip::authorization(challenge, user, trunk.password, {"REGISTER", request_uri(), client_nonce, count});
  return exchange("REGISTER", proof + "\r\n", until_.sooner(kAnswerLimit));
}

/// 423 (RFC 3261, section 10.2.8): the question again with the interval it wants. Without Contact that binds nothing.
Run::Answer Run::ask_longer(const sip::DigestChallenge* challenge) {
  const auto least = number_in(answer_.message.get(), SIP_HDR_MIN_EXPIRES).value_or(0);
  if (least == 0 || least > kMaxInterval) return std::move(answer_);
  fact("least_interval_s", std::to_string(least));
  std::string more = "Expires: " + std::to_string(least) + "\r\n";
  if (challenge) {
    const auto& trunk = order_.trunk;
    const auto& user = trunk.authorization_username.empty() ? trunk.username : trunk.authorization_username;
    const auto client_nonce = random_text();
    more += sip::authorization(*challenge, user, trunk.password, {"REGISTER", request_uri(), client_nonce, 2}) + "\r\n";
  }
  return exchange("REGISTER", more, until_.sooner(kAnswerLimit));
}

/// False: the realm is another than was set.
bool Run::describe_challenge(const sip::DigestChallenge& challenge) {
  const char* protection = challenge.protection == sip::DigestProtection::none   ? "none"
                           : challenge.protection == sip::DigestProtection::auth ? "auth"
                                                                                 : "auth-int";
  fact("algorithm", algorithm_text(challenge.algorithm));
  fact("realm", findings::printable(challenge.realm));
  fact("qop", protection);
  return order_.trunk.realm.empty() || sip::equal_ignoring_case(order_.trunk.realm, challenge.realm);
}

bool Run::prove() {
  if (answer_.status / 100 == 2) {
    skip(StepKind::challenge, "The server asks for no password.");
    begin(StepKind::accept);
    tell_acceptance();
    return true;
  }
  begin(StepKind::challenge);
  const auto offered = challenges_of(answer_.message.get());
  const auto* strongest = sip::strongest(offered);
  if (!strongest) {
    end(State::failed, "The server's question cannot be answered.", diagnose(refusal(answer_, false)));
    return false;
  }
  auto challenge = *strongest;
  const bool expected = describe_challenge(challenge);
  end(expected ? State::ok : State::warning,
      "The server asks for the password of \"" + findings::printable(challenge.realm) + "\" by " +
          algorithm_text(challenge.algorithm) + ".",
      expected ? Diagnosis{} : findings::other_realm(challenge.realm, order_.trunk.realm));
  begin(StepKind::accept);
  answer_ = ask_with(challenge, 1);
  int stale = 0;
  for (; challenged(answer_.status) && stale < kMaxStale; ++stale) {
    const auto again = challenges_of(answer_.message.get());
    const auto* next = sip::strongest(again);
    if (!next || !next->stale) break;
    challenge = *next;
    answer_ = ask_with(challenge, 1);
  }
  if (answer_.status == 423) answer_ = ask_longer(&challenge);
  if (answer_.status / 100 == 2) {
    tell_acceptance();
    return true;
  }
  if (answer_.outcome != Outcome::ok) {
    end(State::failed, "The server does not answer the proof.", unanswered(answer_.outcome));
  } else if (stale >= kMaxStale) {
    end(State::failed, "The server asks again and again.",
        {Fault::endless_challenge, "The server finds every answer too old at once.",
         "Tell the provider: its server is set up wrongly, or several of its servers do not know of each other."});
  } else {
    end(State::failed, "The server answers with " + words(answer_) + ".", diagnose(refusal(answer_, true)));
  }
  return false;
}

/// How many devices are registered, and for how long: what the question without Contact is answered with.
void Run::tell_acceptance() {
  int bindings = 0;
  std::optional<std::uint32_t> soonest;
  const auto count = [&](const sip_hdr& header) {
    const auto value = sip::view(header.val);
    const auto close = value.find('>');
    const auto text = sip::parameter(close == std::string_view::npos ? value : value.substr(close), "expires");
    const auto expires = text ? sip::parse_decimal(*text) : number_in(answer_.message.get(), SIP_HDR_EXPIRES);
    ++bindings;
    if (expires && (!soonest || *expires < *soonest)) soonest = expires;
    return false;
  };
  sip::each_header(answer_.message.get(), true, SIP_HDR_CONTACT, count);
  fact("registered_devices", std::to_string(bindings));
  if (soonest) fact("expires_s", std::to_string(*soonest));
  std::string now = bindings == 0   ? "No device is registered with it at this moment."
                    : bindings == 1 ? "One device is registered with it now."
                                    : std::to_string(bindings) + " devices are registered with it now.";
  if (soonest) now.insert(now.size() - 1, ", for " + std::to_string(*soonest) + " more seconds");
  end(State::ok, "The provider accepts the account. " + now);
}

void Run::ask_options() {
  const bool asked = !order_.trunk.registers && hop_.transport == sip::Transport::udp;
  if (asked && answer_.outcome != Outcome::ok) return skip(StepKind::options, "Asked before, without an answer.");
  begin(StepKind::options);
  if (!asked) answer_ = exchange("OPTIONS", {}, until_.sooner(kOptionsLimit));
  if (answer_.outcome == Outcome::ok) {
    fact("status", std::to_string(answer_.status));
    return end(State::ok, "The server gives a sign of life when asked (" + words(answer_) + ").");
  }
  end(State::warning, "The server gives no sign of life when asked.",
      {Fault::no_answer_to_options, "It does not answer OPTIONS, which some providers never do.",
       "Nothing to do: Frontdesk then watches the line by registering early."});
}

}  // namespace frontdesk::trial
