#include "sip/dialog_state.hpp"

#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

constexpr std::uint16_t kDefaultPort = 5060;
constexpr std::uint16_t kDefaultTlsPort = 5061;

bool private_or_local(const base::Endpoint& endpoint) {
  const auto& a = endpoint.address;
  if (endpoint.v6) return endpoint.is_loopback() || (a[0] & 0xfe) == 0xfc || (a[0] == 0xfe && (a[1] & 0xc0) == 0x80);
  return a[0] == 0 || a[0] == 10 || a[0] == 127 || (a[0] == 172 && (a[1] & 0xf0) == 16) ||
         (a[0] == 192 && a[1] == 168) || (a[0] == 169 && a[1] == 254) || (a[0] == 100 && (a[1] & 0xc0) == 64);
}

/// The first route, or the remote target.
std::optional<SipUri> first_uri(const DialogState& dialog) {
  return parse_uri(dialog.route_set.empty() ? std::string_view(dialog.remote_target)
                                            : address_uri(dialog.route_set.front()));
}

}  // namespace

std::string request_headers(const DialogState& dialog, std::string_view method, std::uint32_t sequence) {
  std::string out;
  for (const auto& route : dialog.route_set) out += "Route: " + route + "\r\n";
  out += "Max-Forwards: 70\r\nTo: " + dialog.remote_party;
  if (!dialog.remote_tag.empty()) out += ";tag=" + dialog.remote_tag;
  out += "\r\nFrom: " + dialog.local_party + ";tag=" + dialog.local_tag + "\r\nCall-ID: " + dialog.call_id;
  return out + "\r\nCSeq: " + std::to_string(sequence) + " " + std::string(method) + "\r\n";
}

std::string without_tag(std::string_view name_addr) {
  const auto close = name_addr.rfind('>');
  const auto from = close == std::string_view::npos ? name_addr.find(';') : name_addr.find(';', close);
  if (from == std::string_view::npos) return std::string(trimmed(name_addr));
  std::string out(trimmed(name_addr.substr(0, from)));
  std::string_view parameters = name_addr.substr(from);
  while (!parameters.empty()) {
    const auto end = std::min(parameters.find(';', 1), parameters.size());
    const auto item = parameters.substr(1, end - 1);
    const auto name = trimmed(item.substr(0, item.find('=')));
    if (!equal_ignoring_case(name, "tag") && !name.empty()) out.append(";").append(trimmed(item));
    parameters.remove_prefix(end);
  }
  return out;
}

std::optional<Hop> direct_hop(const DialogState& dialog) {
  const auto uri = first_uri(dialog);
  if (!uri) return std::nullopt;
  const auto address = base::parse_address(uri->host, uri->port ? uri->port : kDefaultPort);
  if (!address) return std::nullopt;
  const auto transport = parameter(uri->parameters, "transport");
  if (transport && equal_ignoring_case(*transport, "tls")) return std::nullopt;  // nobody's name to verify
  const bool tcp = transport && equal_ignoring_case(*transport, "tcp");
  return Hop{*address, tcp ? Transport::tcp : Transport::udp};
}

Hop next_hop(const DialogState& dialog, const Hop& seen) {
  if (seen.transport == Transport::tls) return seen;  // what began encrypted stays so
  const auto direct = direct_hop(dialog);
  if (!direct || direct->to.v6 != seen.to.v6) return seen;
  const bool same = direct->to.same_address(seen.to);
  if (private_or_local(direct->to) && !same) return seen;
  return seen.transport == Transport::tcp && same ? seen : *direct;
}

std::optional<FreshHop> fresh_hop(const DialogState& dialog, const Hop& seen) {
  const auto uri = first_uri(dialog);
  if (!uri || seen.transport == Transport::udp || seen.link != 0) return std::nullopt;
  const bool tls = seen.transport == Transport::tls;
  const auto transport = parameter(uri->parameters, "transport");
  const bool tcp = transport && equal_ignoring_case(*transport, "tcp");
  FreshHop fresh{seen, uri->host};
  if (!tls && !tcp) fresh.hop.transport = Transport::udp;
  const std::uint16_t port = uri->port ? uri->port : tls ? kDefaultTlsPort : kDefaultPort;
  const auto address = base::parse_address(uri->host, port);
  const bool meant = address && address->v6 == seen.to.v6 && !private_or_local(*address);
  if (meant) fresh.hop.to = *address;
  fresh.hop.to.port = port;
  if (fresh.hop == seen && !tls) return std::nullopt;
  return fresh;
}

}  // namespace frontdesk::sip
