#include "sip/trunk_link.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "sip/call_session.hpp"
#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

constexpr base::Duration kPauseAfterFault = base::seconds(1);
constexpr base::Duration kReportInterval = base::seconds(25);  ///< the owner hears at least every 30 s
constexpr std::uint16_t kNoLink = 0xffff;                      ///< fails when it is sent to

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
  std::string user;
  std::optional<std::uint32_t> expires, rewritten;
};

/// The expiry the registrar granted to our own Contact among those it lists. One that it has rewritten, as border
/// controllers do, is known by its user; among several the briefest is safe.
bool match_contact(const sip_hdr& header, ContactSearch& search) {
  const auto value = view(header.val);
  const auto uri = parse_uri(address_uri(value));
  if (!uri) return false;
  const auto close = value.find('>');
  const auto parameters = close == std::string_view::npos ? value : value.substr(close);
  const auto given = parameter(parameters, "expires");
  const auto expires = given ? parse_decimal(*given) : std::nullopt;
  if (!expires) return false;
  const auto address = base::parse_address(uri->host, uri->port ? uri->port : 5060);
  if (address == search.ours) search.expires = expires;
  if (uri->user == search.user && *expires > 0)
    search.rewritten = std::min(*expires, search.rewritten.value_or(*expires));
  return search.expires.has_value();
}

std::vector<DigestChallenge> challenges_of(const sip_msg* response) {
  std::vector<DigestChallenge> challenges;
  const auto collect = [&challenges](const sip_hdr& header) {
    const auto challenge = parse_challenge(view(header.val), header.id == SIP_HDR_PROXY_AUTHENTICATE);
    if (challenge) challenges.push_back(*challenge);
    return false;
  };
  each_header(response, true, SIP_HDR_WWW_AUTHENTICATE, collect);
  each_header(response, true, SIP_HDR_PROXY_AUTHENTICATE, collect);
  return challenges;
}

/// The first Contact of a 3xx that we can follow.
std::optional<Redirection> redirection_of(const sip_msg* response) {
  const sip_hdr* header = sip_msg_hdr(response, SIP_HDR_CONTACT);
  const auto uri = header ? parse_uri(address_uri(view(header->val))) : std::nullopt;
  if (!uri || uri->host.empty()) return std::nullopt;
  Redirection redirection{uri->host, uri->port, std::nullopt};
  const auto transport = parameter(uri->parameters, "transport");
  for (const auto known : {Transport::udp, Transport::tcp, Transport::tls}) {
    if (transport && equal_ignoring_case(*transport, transport_name(known))) redirection.transport = known;
  }
  if (uri->scheme == "sips") redirection.transport = Transport::tls;
  return redirection;
}

/// "host", "host:port", "192.0.2.1", "[2001:db8::1]:5062".
ServerName server_name(const std::string& text, std::optional<Transport> transport) {
  const auto uri = parse_uri("sip:" + (base::parse_address(text) ? uri_host(text) : text));
  return uri ? ServerName{uri->host, uri->port, transport} : ServerName{text, 0, transport};
}

}  // namespace

TrunkLink::TrunkLink(TrunkRegistration trunk, Surroundings surroundings)
    : trunk_(std::move(trunk)),
      surroundings_(std::move(surroundings)),
      registration_(static_cast<std::uint32_t>(base::to_seconds(trunk_.expires)), trunk_.registers, trunk_.realm,
                    trunk_.registrar_host),
      self_(std::make_shared<TrunkLink*>(this)),
      party_("<sip:" + escaped_user(trunk_.username) + "@" + uri_host(trunk_.registrar_host) + ">"),
      call_id_(random_token() + random_token()),
      tag_(random_token()),
      sequence_(static_cast<std::uint32_t>(base::random_u64() % 10'000)),
      connection_([this] { on_connection_lost(); }, [this] { keep_alive_.on_answer(base::monotonic_now(), jitter()); },
                  *this),
      keep_alive_(trunk_.keep_alive) {}

bool TrunkLink::is_from(const base::Endpoint& source) const {
  const auto& addresses = registration_.addresses();
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const auto& address) { return address.hop.to.same_address(source); });
}

bool TrunkLink::may_answer(const Hop& hop, const std::string& realm) const {
  if (!is_from(hop.to)) return false;
  if (!registration_.realm().empty()) return equal_ignoring_case(registration_.realm(), realm);
  const auto& addresses = registration_.addresses();
  const bool redirected = std::any_of(addresses.begin(), addresses.end(),
                                      [&](const auto& a) { return a.redirected && a.hop.to.same_address(hop.to); });
  return !redirected || equal_ignoring_case(trunk_.registrar_host, realm);
}

TrunkLink::~TrunkLink() {
  *self_ = nullptr;
  surroundings_.locator.unpin(this);
  surroundings_.stack.forget_route(this);
}

/// Calls to the provider's domain go where its registration went, not wherever DNS leads this time.
void TrunkLink::pin_route() {
  std::vector<Hop> hops;
  for (const auto& address : registration_.route()) hops.push_back(address.hop);
  surroundings_.stack.set_route(this, hops);
  surroundings_.locator.pin(this, {trunk_.registrar_host, trunk_.registrar_port, {}}, std::move(hops));
}

std::optional<TrunkLink::Way> TrunkLink::way_to(const SipUri& target, std::optional<Transport> transport) const {
  const auto route = registration_.route();
  if (route.empty() || (transport && *transport != route.front().hop.transport)) return std::nullopt;
  const bool proxy = uses_proxy(route.front());
  const bool ours = equal_ignoring_case(target.host, trunk_.registrar_host) &&
                    (target.port == 0 || target.port == trunk_.registrar_port);
  if (!proxy && !ours) return std::nullopt;
  return Way{route.front().hop, proxy ? proxy_route(route.front()) : std::string()};
}

bool TrunkLink::uses_proxy(const RegistrarAddress& to) const {
  return !trunk_.outbound_proxy.empty() && !to.redirected;
}

std::string TrunkLink::proxy_route(const RegistrarAddress& to) const {
  return "<sip:" + trunk_.outbound_proxy + ";transport=" + transport_name(to.hop.transport) + ";lr>";
}

void TrunkLink::start() {
  started_ = true;
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

void TrunkLink::check_local_address() {
  if (!contact_.is_set() || surroundings_.stack.facing(registrar_.hop.to).same_address(local_)) return;
  contact_ = {};
  connect_anew_ = true;
  connection_.close();
  Registration::Commands commands;
  registration_.on_local_address_changed(base::monotonic_now(), commands);
  run(commands);
}

void TrunkLink::run(const Registration::Commands& commands) {
  for (const auto& command : commands)  // each for itself: the machine counts on all of them
    at_boundary(*this, [&] { std::visit([this](const auto& c) { execute(c); }, command); });
  arm_wakeup();
}

void TrunkLink::on_fault(const char*) {
  surroundings_.counters.faults++;
  arm_wakeup(kPauseAfterFault);
}

void TrunkLink::arm_wakeup(base::Duration at_least) {
  const auto at = registration_.next_wakeup();
  if (at == base::kNever) return wakeup_.cancel();
  const auto now = base::monotonic_now();
  wakeup_.start(std::max(at > now ? at - now : base::Duration(0), at_least), [this] {
    Registration::Commands commands;
    registration_.on_wakeup(base::monotonic_now(), jitter(), commands);
    run(commands);
  });
}

void TrunkLink::execute(const Registration::Resolve& command) {
  search_ = command.id;
  redirection_ = command.instead;
  parts_.clear();
  if (command.instead) {
    const auto& to = *command.instead;
    parts_.push_back({{to.host, to.port, to.transport ? to.transport : trunk_.transport}, false, false, {}});
  } else if (!trunk_.outbound_proxy.empty()) {
    parts_.push_back({server_name(trunk_.outbound_proxy, trunk_.transport), false, false, {}});
  } else {
    parts_.push_back({{trunk_.registrar_host, trunk_.registrar_port, trunk_.transport}, false, false, {}});
    if (!trunk_.backup_host.empty())
      parts_.push_back({server_name(trunk_.backup_host, trunk_.transport), true, false, {}});
  }
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    // If too many searches are under way, the machine's own deadline takes
    // over.
    (void)surroundings_.locator.look_up(parts_[i].name, [self = self_, id = command.id, i](std::vector<Hop> hops) {
      if (*self) (*self)->on_located(id, i, std::move(hops));
    });
  }
}

void TrunkLink::on_located(base::RequestId id, std::size_t part, std::vector<Hop> hops) {
  if (id != search_) return;
  parts_[part].located = true;
  parts_[part].hops = std::move(hops);
  std::vector<RegistrarAddress> addresses;
  for (const auto& each : parts_) {
    if (!each.located) return;
    for (const auto& hop : each.hops) addresses.push_back(address_of(hop, each));
  }
  Registration::Commands commands;
  registration_.on_resolved(id, std::move(addresses), base::monotonic_now(), jitter(), commands);
  run(commands);
}

RegistrarAddress TrunkLink::address_of(const Hop& hop, const Part& part) {
  RegistrarAddress address{hop, part.backup};
  if (hop.transport != Transport::tls) return address;
  const auto link = surroundings_.stack.link({part.name.host, trunk_.ca_file, trunk_.verify});
  address.hop.link = link ? *link : kNoLink;
  if (!link) link_fault_ = "TLS cannot be used: " + link.error().message + ".";
  return address;
}

std::string TrunkLink::request_uri(const RegistrarAddress& to) const {
  if (redirection_) {
    const auto port = redirection_->port ? ":" + std::to_string(redirection_->port) : std::string();
    return "sip:" + uri_host(redirection_->host) + port;
  }
  if (to.backup) return "sip:" + trunk_.backup_host;
  const bool usual = trunk_.registrar_port == 0 || trunk_.registrar_port == 5060;
  return "sip:" + uri_host(trunk_.registrar_host) + (usual ? "" : ":" + std::to_string(trunk_.registrar_port));
}

std::string TrunkLink::request_headers_to(const RegistrarAddress& to, std::string_view method) const {
  DialogState outside;
  outside.call_id = call_id_;
  outside.local_tag = tag_;
  outside.local_party = party_;
  outside.remote_party = party_;
  if (uses_proxy(to)) outside.route_set = {proxy_route(to)};
  return request_headers(outside, method, sequence_);
}

std::string TrunkLink::register_message(const Registration::Send& command) {
  const Hop& hop = command.to.hop;
  ++sequence_;
  contact_ = surroundings_.stack.contact_address(hop);
  local_ = surroundings_.stack.facing(hop.to);
  std::string headers = request_headers_to(command.to, "REGISTER");
  headers += surroundings_.stack.contact(trunk_.username, hop);
  headers += "Expires: " + std::to_string(command.expires_s) + "\r\n" + std::string(kAllow);
  if (command.challenge) {
    const auto& user = trunk_.authorization_username.empty() ? trunk_.username : trunk_.authorization_username;
    const std::string client_nonce = random_token();
    headers += authorization(*command.challenge, user, trunk_.password,
                             {"REGISTER", request_uri(command.to), client_nonce, command.nonce_count}) +
               "\r\n";
  }
  return SipStack::with_body(std::move(headers), {}, {});
}

void TrunkLink::execute(const Registration::Send& command) {
  if (connect_anew_) surroundings_.stack.drop_connections(command.to.hop);
  connect_anew_ = false;
  request_ = ClientTransaction::send(
      surroundings_.stack, command.to.hop, "REGISTER", request_uri(command.to), register_message(command),
      [this, id = command.id, to = command.to](int error, const sip_msg* response) {
        on_response(id, to, error, response);
      },
      *this);
  if (request_) return;
  // Later, so that commands are not executed from inside one another.
  (void)surroundings_.post([self = self_, id = command.id, to = command.to] {
    if (*self) (*self)->on_response(id, to, EHOSTUNREACH, nullptr);
  });
}

void TrunkLink::on_response(base::RequestId id, const RegistrarAddress& to, int error, const sip_msg* response) {
  if (!error && response && response->scode < 200) return;
  request_.reset();
  const bool answered = !error && response;
  if (answered) surroundings_.stack.note(to.hop, response);
  const auto answer = answered ? read_answer(response) : read_failure(to.hop);
  if (answer.status / 100 == 2) keep_path_open(to, response);
  Registration::Commands commands;
  registration_.on_answer(id, answer, base::monotonic_now(), jitter(), commands);
  if (answered && learns_address(to.hop, response))
    registration_.on_local_address_changed(base::monotonic_now(), commands);
  if (answered) return run(commands);
  // The transport is still reporting the failure, and the next request may go
  // over the same one.
  (void)surroundings_.post([self = self_, commands, broken = to.hop] {
    if (!*self) return;
    (*self)->surroundings_.stack.drop_connections(broken);
    (*self)->run(commands);
  });
}

/// True: calls would not reach the Contact that was registered.
bool TrunkLink::learns_address(const Hop& from, const sip_msg* response) {
  if (response->scode / 100 != 2) return false;
  pl received{};
  if (msg_param_decode(&response->via.params, "received", &received) != 0) return false;
  const auto seen = base::parse_address(view(received));
  return seen && surroundings_.stack.public_address().learn(from.to, *seen, local_);
}

RegisterAnswer TrunkLink::read_failure(const Hop& hop) const {
  RegisterAnswer answer;
  answer.fault = hop.link == kNoLink ? link_fault_ : surroundings_.stack.tls_fault(hop);
  return answer;
}

RegisterAnswer TrunkLink::read_answer(const sip_msg* response) const {
  RegisterAnswer answer;
  answer.status = response->scode;
  answer.reason = header_safe(view(response->reason));
  answer.challenges = challenges_of(response);
  answer.retry_after_s = number_in(response, SIP_HDR_RETRY_AFTER);
  answer.min_expires_s = number_in(response, SIP_HDR_MIN_EXPIRES);
  if (answer.status / 100 == 3) answer.redirection = redirection_of(response);
  ContactSearch search{contact_, trunk_.username, {}, {}};
  each_header(response, true, SIP_HDR_CONTACT,
              [&search](const sip_hdr& header) { return match_contact(header, search); });
  answer.granted_expires_s = search.expires     ? search.expires
                             : search.rewritten ? search.rewritten
                                                : number_in(response, SIP_HDR_EXPIRES);
  return answer;
}

void TrunkLink::keep_path_open(const RegistrarAddress& to, const sip_msg* response) {
  bool anew = registrar_ != to || keep_alive_.next_wakeup() == base::kNever;
  registrar_ = to;
  if (to.hop.transport == Transport::udp) {
    connection_.leave();
  } else if (connection_.follow(surroundings_.stack.stack_of(response), response)) {
    anew = true;
  }
  if (!anew) return;
  keep_alive_.start(base::monotonic_now());
  arm_keep_alive();
}

void TrunkLink::on_connection_lost() {
  // Later: libre is closing the connection just now.
  (void)surroundings_.post([self = self_] {
    if (!*self) return;
    auto& link = **self;
    link.connection_.leave();
    Registration::Commands commands;
    link.registration_.on_connection_lost(base::monotonic_now(), jitter(), commands);
    link.run(commands);
  });
}

void TrunkLink::arm_keep_alive() {
  const auto at = keep_alive_.next_wakeup();
  if (at == base::kNever) return keep_alive_timer_.cancel();
  const auto now = base::monotonic_now();
  keep_alive_timer_.start(at > now ? at - now : base::Duration(0), [this] { ping(); });
}

void TrunkLink::ping() {
  const auto action = keep_alive_.on_wakeup(base::monotonic_now(), jitter());
  if (action == KeepAlive::Action::lost) {
    connect_anew_ = true;
    connection_.close();
    on_connection_lost();
  } else if (action == KeepAlive::Action::verify) {
    Registration::Commands commands;
    registration_.on_path_doubtful(base::monotonic_now(), commands);
    run(commands);
  } else if (action == KeepAlive::Action::ping) {
    if (registrar_.hop.transport == Transport::udp) {
      send_options();
    } else {
      surroundings_.stack.send_crlf(registrar_.hop);
    }
  }
  arm_keep_alive();
}

void TrunkLink::send_options() {
  ++sequence_;
  const auto message = SipStack::with_body(
      request_headers_to(registrar_, "OPTIONS") + surroundings_.stack.contact(trunk_.username, registrar_.hop), {}, {});
  options_ = ClientTransaction::send(
      surroundings_.stack, registrar_.hop, "OPTIONS", request_uri(registrar_), message,
      [this](int error, const sip_msg* response) {
        if (!error && response && response->scode < 200) return;
        options_.reset();
        // Whatever it says, it is there.
        if (error || !response) return;
        keep_alive_.on_answer(base::monotonic_now(), jitter());
        arm_keep_alive();
      },
      *this);
}

void TrunkLink::execute(const Registration::Report& command) {
  if (command.status.state != RegistrationState::registered) {
    keep_alive_.stop();
    arm_keep_alive();
    options_.reset();
  }
  pin_route();
  reported_ = command.status;
  surroundings_.sink.on_registration(trunk_.name, command.status);
  report_timer_.start(kReportInterval, [this] { repeat_report(); });
}

void TrunkLink::repeat_report() {
  const auto at = registration_.next_wakeup();
  if (reported_.state == RegistrationState::unregistered || at == base::kNever) return;
  reported_.next_attempt = std::max<base::Duration>(base::Duration(0), at - base::monotonic_now());
  surroundings_.sink.on_registration(trunk_.name, reported_);
  report_timer_.start(kReportInterval, [this] { repeat_report(); });
}

void TrunkLink::execute(const Registration::Finished&) {
  finished_ = true;
  if (on_finished_) on_finished_();
}

}  // namespace frontdesk::sip
