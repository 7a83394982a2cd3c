#include "sip/trial/run.hpp"

#include <algorithm>

#include "base/entropy.hpp"
#include "sip/syntax.hpp"
#include "sip/trial/certificate.hpp"
#include "sip/trial/findings/mask.hpp"
#include "udp/rtp_ports.hpp"

namespace frontdesk::trial {

using findings::Diagnosis;
using findings::Fault;
using findings::State;
using findings::StepKind;

namespace {

constexpr int kSoon = 14;  ///< days in which a certificate should be renewed

std::string random_text() {
  static constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuv";
  std::string out;
  for (auto bits = base::random_u64(); bits != 0; bits >>= 5) out += kDigits[bits & 31];
  return out;
}

std::string upper(sip::Transport transport) {
  return transport == sip::Transport::udp ? "UDP" : transport == sip::Transport::tcp ? "TCP" : "TLS";
}

/// "host", "host:port", "192.0.2.1", "[2001:db8::1]:5062".
sip::ServerName server_name(const std::string& text, std::optional<sip::Transport> transport) {
  const auto uri = sip::parse_uri("sip:" + (base::parse_address(text) ? sip::uri_host(text) : text));
  return uri ? sip::ServerName{uri->host, uri->port, transport} : sip::ServerName{text, 0, transport};
}

/// RFC 1918, 6598, 3927, 4193: no address the provider could answer to.
bool is_private(const base::Endpoint& e) {
  const auto a = e.address[0], b = e.address[1];
  if (e.v6) return (a & 0xfe) == 0xfc;
  return a == 10 || (a == 172 && b >= 16 && b < 32) || (a == 192 && b == 168) || (a == 100 && b >= 64 && b < 128) ||
         (a == 169 && b == 254);
}

}  // namespace

Run::Run(const Order& order, Sink& sink, const std::atomic<bool>& cancelled)
    : order_(order),
      sink_(sink),
      began_(base::monotonic_now()),
      until_{began_ + order.limit, &cancelled},
      call_id_(random_text() + random_text()),
      tag_(random_text()),
      sequence_(static_cast<std::uint32_t>(base::random_u64() % 10'000)) {
  if (!order.trunk.password.empty()) secrets_.push_back(order.trunk.password.expose());
}

void Run::all() {
  if (resolve() && connect() && secure()) {
    if (!order_.trunk.registers) {
      for (const auto kind : {StepKind::ask, StepKind::challenge, StepKind::accept})
        skip(kind, "Not needed: the provider knows this line by our address.");
      ask_options();
      check_media();
      leave();
    } else if (ask() && prove()) {
      ask_options();
      check_media();
      leave();
    }
  }
  skip_rest();
  report_.took = elapsed();
  sink_.on_finished(report_);
}

void Run::begin(StepKind kind) {
  report_.steps.push_back({kind, State::running, elapsed(), {}, {}, {}, {}});
  sink_.on_step(report_.steps.back());
}

void Run::end(State state, std::string sentence, Diagnosis diagnosis) {
  auto& step = report_.steps.back();
  step.state = state;
  step.took = elapsed() - step.started;
  step.sentence = std::move(sentence);
  step.diagnosis = std::move(diagnosis);
  sink_.on_step(step);
}

void Run::fact(std::string name, std::string value) {
  report_.steps.back().facts.push_back({std::move(name), std::move(value)});
}

void Run::skip(StepKind kind, std::string sentence) {
  report_.steps.push_back({kind, State::skipped, elapsed(), {}, std::move(sentence), {}, {}});
  sink_.on_step(report_.steps.back());
}

void Run::skip_rest() {
  for (const auto kind : findings::kSteps) {
    const bool taken =
        std::any_of(report_.steps.begin(), report_.steps.end(), [&](const auto& s) { return s.kind == kind; });
    if (!taken) skip(kind, "Not tried.");
  }
}

findings::Target Run::target() const {
  const auto host = order_.trunk.outbound_proxy.empty() ? order_.trunk.registrar_host : order_.trunk.outbound_proxy;
  const auto transport = hop_.to.is_set() ? hop_.transport : order_.trunk.transport.value_or(sip::Transport::udp);
  return {findings::printable(host), hop_.to.is_set() ? base::to_string(hop_.to) : "", upper(transport)};
}

bool Run::resolve() {
  begin(StepKind::resolve);
  const auto& trunk = order_.trunk;
  const auto until = until_.sooner(kResolveLimit);
  bool silent = false;
  const auto find = [&](const sip::ServerName& name, bool backup) {
    const auto found = locate(name, order_.local.v6, order_.dns_servers, until);
    silent = silent || found.servers_silent;
    for (const auto& record : found.records) fact(record.name, record.value);
    for (const auto& hop : found.hops) hops_.emplace_back(hop, backup);
  };
  if (!trunk.outbound_proxy.empty()) {
    find(server_name(trunk.outbound_proxy, trunk.transport), false);
  } else {
    find({trunk.registrar_host, trunk.registrar_port, trunk.transport}, false);
    if (!trunk.backup_host.empty()) find(server_name(trunk.backup_host, trunk.transport), true);
  }
  if (hops_.empty()) {
    if (*until.cancelled) {
      end(State::failed, "Stopped.", diagnose(findings::NetworkFault::cancelled, target()));
    } else {
      end(State::failed, "The server's address was not found.",
          diagnose(silent ? findings::NameFault::server_silent : findings::NameFault::not_found, target()));
    }
    return false;
  }
  if (!admitted()) return false;
  std::string list;
  for (const auto& [hop, backup] : hops_)
    list +=
        (list.empty() ? "" : ", ") + base::to_string(hop.to) + " " + upper(hop.transport) + (backup ? " (backup)" : "");
  fact("addresses", list);
  end(State::ok, target().host + " is " + list + ".");
  return true;
}

/// All addresses or none: whoever names the server must not learn which of them lead inside.
bool Run::admitted() {
  if (!order_.admits) return true;
  for (const auto& [hop, backup] : hops_) {
    const auto may = order_.admits(hop.to);
    if (may) continue;
    report_.steps.back().facts.clear();  // what an inside name server said
    end(State::failed, "The server is not one that may be tried.",
        {Fault::address_not_allowed, findings::printable(may.error().message) + ".",
         "Check the server's name. If it is inside your own network, save the line: a saved line is tried wherever it "
         "leads."});
    return false;
  }
  return true;
}

bool Run::connect() {
  begin(StepKind::connect);
  Diagnosis first;
  std::string given_up;
  for (std::size_t i = 0; i < hops_.size() && i < kMaxAddresses; ++i) {
    hop_ = hops_[i].first;
    backup_ = hops_[i].second;
    Diagnosis why;
    if (!reach(hop_, why)) {
      if (first.fault == Fault::none) first = why;
      given_up += (given_up.empty() ? "" : ", ") + base::to_string(hop_.to);
      continue;
    }
    const std::string at = base::to_string(hop_.to);
    fact("address", at);
    fact("our_address", base::to_string(wire_.local()));
    const std::string sentence = hop_.transport == sip::Transport::udp ? at + " answers with " + words(answer_) + "."
                                                                       : "Connected to " + at + ".";
    if (given_up.empty()) {
      end(State::ok, sentence);
    } else {
      end(State::warning, sentence + " In vain before: " + given_up + ".", first);
    }
    return true;
  }
  // A provider that calls us need not answer us.
  if (!order_.trunk.registers && hop_.transport == sip::Transport::udp && first.fault == Fault::time_out) {
    first = {Fault::no_answer_to_options, "The provider does not answer questions; some never do.",
             "Have a test call made to your number: that it arrives is the only proof."};
    end(State::warning, "No answer came, which may be its habit.", first);
    return true;
  }
  end(State::failed, "The server was not reached.", first);
  return false;
}

bool Run::secure() {
  if (hop_.transport != sip::Transport::tls) {
    skip(StepKind::tls, "Not used with " + upper(hop_.transport) + ": choose TLS if the provider has it.");
    return true;
  }
  begin(StepKind::tls);
  const auto& trunk = order_.trunk;
  const std::string& name = !trunk.outbound_proxy.empty() ? trunk.outbound_proxy
                            : backup_                     ? trunk.backup_host
                                                          : trunk.registrar_host;
  const auto host = server_name(name, {}).host;
  auto context = sip::TlsContext::client({host, trunk.ca_file, trunk.verify});
  if (!context) {
    end(State::failed, "TLS cannot be used.",
        {Fault::tls_unavailable, findings::printable(context.error().message) + ".", "Check the path in ca_file."});
    return false;
  }
  tls_ = std::move(*context);
  auto asked = target();
  asked.host = findings::printable(host);
  const auto outcome = wire_.secure(*tls_, until_.sooner(kTlsLimit));
  if (outcome != Outcome::ok) {
    const bool silent = outcome == Outcome::timed_out || outcome == Outcome::cancelled;
    end(State::failed, "No encrypted connection came about.",
        silent ? unanswered(outcome) : findings::tls_refused(asked, tls_->fault()));
    return false;
  }
  const auto seen = look_at(wire_.ssl());
  for (const auto& each : seen.facts) fact(each.name, each.value);
  const std::string sentence = seen.version + ", certificate for " + seen.names + ", valid for " +
                               std::to_string(seen.days_left) + " more days.";
  if (seen.fault && trunk.verify) {
    end(State::failed, "The certificate does not prove who the server is; nothing was sent to it.",
        diagnose(*seen.fault, asked, seen.names));
    return false;
  }
  Diagnosis note;
  if (seen.fault) {
    note = diagnose(*seen.fault, asked, seen.names);
    note.cause += " It is not checked, because verify = false.";
  } else if (seen.days_left < kSoon) {
    note = {Fault::certificate_expired, "The certificate ends in " + std::to_string(seen.days_left) + " days.",
            "Ask the provider whether its renewal is under way."};
  }
  end(note.fault == Fault::none ? State::ok : State::warning, sentence, note);
  return true;
}

void Run::check_media() {
  begin(StepKind::media);
  const auto local = wire_.local();
  Diagnosis note;
  std::string sentence;
  if (seen_) fact("seen_as", base::to_string(*seen_));
  fact("our_address", base::to_string(local));
  if (seen_ && !seen_->same_address(local)) {
    sentence = "The provider sees us as " + base::address_text(*seen_) + "; this machine is " +
               base::address_text(local) + (is_private(local) ? " behind a router." : ".");
    if (!order_.trunk.registers)
      note = {Fault::address_translated, "The provider calls our address, but a router stands before this machine.",
              "In the router forward the SIP port and UDP " + std::to_string(order_.rtp_first) + " to " +
                  std::to_string(order_.rtp_last) + " to this machine, and give the provider the public address."};
  } else {
    sentence = seen_ ? "The provider sees our own address, " + base::address_text(local) + "."
                     : "Our address is " + base::address_text(local) + ".";
  }
  const std::string policy = order_.srtp == sip::SrtpPolicy::off        ? "off"
                             : order_.srtp == sip::SrtpPolicy::optional ? "optional"
                                                                        : "required";
  fact("srtp", policy);
  if (order_.srtp == sip::SrtpPolicy::required && hop_.transport != sip::Transport::tls)
    note = {Fault::keys_in_the_clear, "Encrypted sound is required, but its keys travel in the clear without TLS.",
            "Choose TLS as the transport."};
  base::Endpoint from = order_.local;
  udp::RtpPorts ports(from, order_.rtp_first, order_.rtp_last);
  const auto socket = ports.open();
  if (!socket) {
    note = {Fault::no_audio_port,
            "No UDP port from " + std::to_string(order_.rtp_first) + " to " + std::to_string(order_.rtp_last) +
                " is free on this machine.",
            "Choose other ports with server.rtp, or stop the program that holds them."};
    return end(State::failed, sentence + " There is no port for the sound.", note);
  }
  fact("audio_port", std::to_string(socket->local().port));
  sentence += " Ports for the sound are free; encrypted sound: " + policy + ".";
  end(note.fault == Fault::none ? State::ok : State::warning, sentence, note);
}

void Run::leave() {
  begin(StepKind::leave);
  end(State::ok, order_.trunk.registers
                     ? "Nothing to take back: the test asked without entering an address, so what is registered stays."
                     : "Nothing to take back.");
}

}  // namespace frontdesk::trial
