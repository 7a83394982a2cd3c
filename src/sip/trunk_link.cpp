#include "sip/trunk_link.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "sip/call_session.hpp"
#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

/// Below the 30 s after which many routers forget a UDP mapping.
constexpr base::Duration kKeepAliveInterval = base::seconds(25);
/// Long beyond any registration: libre's own pings stay out of the way, only its loss report is wanted.
constexpr std::uint32_t kNoPingSeconds = 24 * 3600;

double jitter() {
  return static_cast<double>(base::random_u64() >> 11) * 0x1.0p-53;
}

std::optional<std::uint32_t> number_in(const sip_msg* message, sip_hdrid id) {
  const sip_hdr* header = sip_msg_hdr(message, id);
  if (!header) return std::nullopt;
  const auto value = view(header->val);
  return parse_decimal(trimmed(value.substr(0, value.find_first_of(";( "))));
}

struct ContactSearch {
  base::Endpoint ours;
  std::optional<std::uint32_t> expires;
};

/// The expiry the registrar granted to our own Contact among those it lists.
bool match_contact(const sip_hdr* header, const sip_msg*, void* arg) {
  auto& search = *static_cast<ContactSearch*>(arg);
  const auto value = view(header->val);
  const auto uri = parse_uri(address_uri(value));
  if (!uri) return false;
  const auto address = base::parse_address(uri->host, uri->port ? uri->port : 5060);
  if (address != search.ours) return false;
  const auto close = value.find('>');
  const auto parameters = close == std::string_view::npos ? value : value.substr(close);
  if (const auto expires = parameter(parameters, "expires")) search.expires = parse_decimal(*expires);
  return search.expires.has_value();
}

std::vector<DigestChallenge> challenges_of(const sip_msg* response) {
  std::vector<DigestChallenge> challenges;
  const auto collect = [](const sip_hdr* header, const sip_msg*, void* arg) {
    const auto challenge = parse_challenge(view(header->val), header->id == SIP_HDR_PROXY_AUTHENTICATE);
    if (challenge) static_cast<std::vector<DigestChallenge>*>(arg)->push_back(*challenge);
    return false;
  };
  sip_msg_hdr_apply(response, true, SIP_HDR_WWW_AUTHENTICATE, collect, &challenges);
  sip_msg_hdr_apply(response, true, SIP_HDR_PROXY_AUTHENTICATE, collect, &challenges);
  return challenges;
}

}  // namespace

TrunkLink::TrunkLink(TrunkRegistration trunk, Surroundings surroundings)
    : trunk_(std::move(trunk)),
      surroundings_(std::move(surroundings)),
      registration_(static_cast<std::uint32_t>(base::to_seconds(trunk_.expires))),
      self_(std::make_shared<TrunkLink*>(this)),
      call_id_(random_token() + random_token()),
      tag_(random_token()),
      sequence_(static_cast<std::uint32_t>(base::random_u64() % 10'000)) {
  const std::string host = uri_host(trunk_.registrar_host);
  std::string port;
  if (trunk_.registrar_port != 5060) port.append(":").append(std::to_string(trunk_.registrar_port));
  request_uri_ = "sip:" + host + port;
  party_ = "<sip:" + escaped_user(trunk_.username) + "@" + host + ">";
}

bool TrunkLink::is_from(const base::Endpoint& source) const {
  const auto& addresses = registration_.addresses();
  return std::any_of(addresses.begin(), addresses.end(), [&](const auto& a) { return a.same_address(source); });
}

void TrunkLink::start() {
  Registration::Commands commands;
  registration_.start(base::monotonic_now(), jitter(), commands);
  run(commands);
}

void TrunkLink::stop() {
  request_.reset();
  Registration::Commands commands;
  registration_.stop(base::monotonic_now(), commands);
  run(commands);
}

void TrunkLink::run(const Registration::Commands& commands) {
  for (const auto& command : commands) std::visit([this](const auto& c) { execute(c); }, command);
  arm_wakeup();
}

void TrunkLink::arm_wakeup() {
  const auto at = registration_.next_wakeup();
  if (at == base::kNever) return wakeup_.cancel();
  const auto now = base::monotonic_now();
  wakeup_.start(at > now ? at - now : base::Duration(0), [this] {
    Registration::Commands commands;
    registration_.on_wakeup(base::monotonic_now(), jitter(), commands);
    run(commands);
  });
}

void TrunkLink::execute(const Registration::Resolve& command) {
  const bool v6 = surroundings_.stack.listening().v6;
  surroundings_.resolver.resolve(
      trunk_.registrar_host, trunk_.registrar_port, v6,
      [self = self_, post = surroundings_.post, id = command.id](std::vector<base::Endpoint> addresses) {
        // If the queue is full, the machine's own deadline takes over.
        (void)post([self, id, addresses = std::move(addresses)] {
          if (!*self) return;
          Registration::Commands commands;
          (*self)->registration_.on_resolved(id, addresses, base::monotonic_now(), jitter(), commands);
          (*self)->run(commands);
        });
      });
}

std::string TrunkLink::register_message(const Registration::Send& command, const Hop& hop) {
  DialogState outside;
  outside.call_id = call_id_;
  outside.local_tag = tag_;
  outside.local_party = party_;
  outside.remote_party = party_;
  std::string headers = request_headers(outside, "REGISTER", ++sequence_);
  headers += surroundings_.stack.contact(trunk_.username, hop);
  headers += "Expires: " + std::to_string(command.expires_s) + "\r\n" + std::string(kAllow);
  if (command.challenge) {
    const auto& user = trunk_.authorization_username.empty() ? trunk_.username : trunk_.authorization_username;
    const std::string client_nonce = random_token();
    headers += authorization(*command.challenge, user, trunk_.password,
                             {"REGISTER", request_uri_, client_nonce, command.nonce_count}) +
               "\r\n";
  }
  return SipStack::with_body(std::move(headers), {}, {});
}

void TrunkLink::execute(const Registration::Send& command) {
  const Hop hop{command.to, trunk_.transport};
  request_ = ClientTransaction::send(
      surroundings_.stack, hop, "REGISTER", request_uri_, register_message(command, hop),
      [this, id = command.id, hop](int error, const sip_msg* response) { on_response(id, hop, error, response); });
  if (request_) return;
  // Later, so that commands are not executed from inside one another.
  (void)surroundings_.post([self = self_, id = command.id, hop] {
    if (*self) (*self)->on_response(id, hop, EHOSTUNREACH, nullptr);
  });
}

void TrunkLink::on_response(base::RequestId id, const Hop& hop, int error, const sip_msg* response) {
  if (!error && response && response->scode < 200) return;
  request_.reset();
  const auto answer = error || !response ? RegisterAnswer{} : read_answer(hop, response);
  if (answer.status / 100 == 2) {
    registrar_ = hop;
    watch_connection(response);
    keep_alive();
  }
  Registration::Commands commands;
  registration_.on_answer(id, answer, base::monotonic_now(), jitter(), commands);
  run(commands);
}

RegisterAnswer TrunkLink::read_answer(const Hop& hop, const sip_msg* response) const {
  RegisterAnswer answer;
  answer.status = response->scode;
  answer.reason = header_safe(view(response->reason));
  answer.challenges = challenges_of(response);
  answer.retry_after_s = number_in(response, SIP_HDR_RETRY_AFTER);
  answer.min_expires_s = number_in(response, SIP_HDR_MIN_EXPIRES);
  ContactSearch search{surroundings_.stack.facing(hop.to), std::nullopt};
  sip_msg_hdr_apply(response, true, SIP_HDR_CONTACT, match_contact, &search);
  answer.granted_expires_s = search.expires ? search.expires : number_in(response, SIP_HDR_EXPIRES);
  return answer;
}

void TrunkLink::watch_connection(const sip_msg* response) {
  connection_watch_.reset();
  if (response->tp == SIP_TRANSP_UDP) return;
  send_at_once(response);
  const auto on_lost = [](int, void* arg) {
    auto& link = *static_cast<TrunkLink*>(arg);
    Registration::Commands commands;
    link.registration_.on_connection_lost(base::monotonic_now(), jitter(), commands);
    link.run(commands);
  };
  sip_keepalive_start(connection_watch_.out(), surroundings_.stack.stack_of(response), response, kNoPingSeconds,
                      on_lost, this);
}

void TrunkLink::keep_alive() {
  keep_alive_.start(kKeepAliveInterval, [this] {
    if (!registration_.registered()) return;
    surroundings_.stack.send_crlf(registrar_);
    keep_alive();
  });
}

void TrunkLink::execute(const Registration::Report& command) {
  if (command.status.state != RegistrationState::registered) keep_alive_.cancel();
  surroundings_.sink.on_registration(trunk_.name, command.status);
}

void TrunkLink::execute(const Registration::Finished&) {
  finished_ = true;
  if (on_finished_) on_finished_();
}

}  // namespace frontdesk::sip
