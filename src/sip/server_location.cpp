#include "sip/server_location.hpp"

#include <algorithm>
#include <tuple>

#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

constexpr std::uint16_t kPort = 5060;
constexpr std::uint16_t kTlsPort = 5061;
/// Ours where the domain has none: the encrypted one, then the one that large messages fit.
constexpr Transport kPreferred[] = {Transport::tls, Transport::tcp, Transport::udp};

std::string service_name(Transport transport, const std::string& domain) {
  switch (transport) {
    case Transport::udp:
      return "_sip._udp." + domain;
    case Transport::tcp:
      return "_sip._tcp." + domain;
    case Transport::tls:
      return "_sips._tcp." + domain;
  }
  return domain;
}

std::optional<Transport> service_transport(std::string_view service) {
  if (equal_ignoring_case(service, "SIP+D2U")) return Transport::udp;
  if (equal_ignoring_case(service, "SIP+D2T")) return Transport::tcp;
  if (equal_ignoring_case(service, "SIPS+D2T")) return Transport::tls;
  return std::nullopt;
}

}  // namespace

std::vector<SrvRecord> in_order(std::vector<SrvRecord> records, base::Random& random) {
  std::erase_if(records, [](const auto& r) { return r.target.empty() || r.target == "." || r.port == 0; });
  // Weight 0 first, so that it is chosen only when chance says zero.
  std::stable_sort(records.begin(), records.end(), [](const SrvRecord& a, const SrvRecord& b) {
    if (a.priority != b.priority) return a.priority < b.priority;
    return a.weight == 0 && b.weight != 0;
  });
  for (auto first = records.begin(); first != records.end(); ++first) {
    std::uint64_t total = 0;
    for (auto at = first; at != records.end() && at->priority == first->priority; ++at) total += at->weight;
    const std::uint64_t drawn = random.below(total + 1);
    std::uint64_t sum = 0;
    auto chosen = first;
    for (auto at = first; at != records.end() && at->priority == first->priority; ++at) {
      chosen = at;
      sum += at->weight;
      if (sum >= drawn) break;
    }
    std::rotate(first, chosen, chosen + 1);
  }
  return records;
}

void ServerLocation::start(Queries& out) {
  if (base::parse_address(name_.host) || name_.port != 0) return ask_plain_address(out);
  if (!name_.transport) return ask(RecordType::naptr, {{.name = name_.host}}, out);
  ask(RecordType::srv, {{.name = service_name(*name_.transport, name_.host), .transport = *name_.transport}}, out);
}

void ServerLocation::ask(RecordType type, std::vector<Lookup> lookups, Queries& out) {
  stage_ = type == RecordType::naptr ? Stage::naptr : type == RecordType::srv ? Stage::srv : Stage::address;
  if (lookups.size() > kMaxLookups) lookups.resize(kMaxLookups);
  lookups_ = std::move(lookups);
  for (auto& lookup : lookups_) {
    if (const auto numeric = base::parse_address(lookup.name)) {
      lookup.answered = true;
      lookup.answer.addresses = {*numeric};
      continue;
    }
    lookup.id = ++last_id_;
    out.push_back({lookup.id, type, lookup.name});
  }
  const bool waiting = std::any_of(lookups_.begin(), lookups_.end(), [](const auto& l) { return !l.answered; });
  finished_ = !waiting && stage_ == Stage::address;
}

void ServerLocation::ask_plain_address(Queries& out) {
  const Transport transport = name_.transport.value_or(Transport::udp);
  const std::uint16_t own = transport == Transport::tls ? kTlsPort : kPort;
  const std::uint16_t port = name_.port ? name_.port : name_.default_port ? name_.default_port : own;
  ask(RecordType::address, {{.name = name_.host, .transport = transport, .port = port}}, out);
}

void ServerLocation::ask_services(const std::vector<NaptrRecord>& records, Queries& out) {
  auto sorted = records;
  std::stable_sort(sorted.begin(), sorted.end(), [](const NaptrRecord& a, const NaptrRecord& b) {
    return std::tie(a.order, a.preference) < std::tie(b.order, b.preference);
  });
  std::vector<Lookup> services;
  for (const auto& record : sorted) {
    const auto transport = service_transport(record.service);
    if (!transport || !equal_ignoring_case(record.flags, "s") || record.replacement.empty()) continue;
    services.push_back({.name = record.replacement, .transport = *transport});
  }
  if (services.empty()) {
    for (const auto transport : kPreferred)
      services.push_back({.name = service_name(transport, name_.host), .transport = transport});
  }
  ask(RecordType::srv, std::move(services), out);
}

void ServerLocation::ask_addresses(Queries& out) {
  std::vector<Lookup> targets;
  for (const auto& service : lookups_) {
    for (const auto& record : in_order(service.answer.srv, random_))
      targets.push_back({.name = record.target, .transport = service.transport, .port = record.port});
  }
  if (targets.empty()) return ask_plain_address(out);
  ask(RecordType::address, std::move(targets), out);
}

void ServerLocation::on_answer(base::RequestId id, DnsAnswer answer, Queries& out) {
  const auto found =
      std::find_if(lookups_.begin(), lookups_.end(), [&](const auto& l) { return l.id == id && !l.answered; });
  if (finished_ || id == 0 || found == lookups_.end()) return;
  found->answered = true;
  found->answer = std::move(answer);
  if (std::any_of(lookups_.begin(), lookups_.end(), [](const auto& l) { return !l.answered; })) return;
  switch (stage_) {
    case Stage::naptr:
      return ask_services(std::vector(lookups_.front().answer.naptr), out);
    case Stage::srv:
      return ask_addresses(out);
    case Stage::address:
      finished_ = true;
      return;
  }
}

std::vector<Hop> ServerLocation::hops() const {
  std::vector<Hop> hops;
  if (stage_ != Stage::address) return hops;
  for (const auto& lookup : lookups_) {
    for (auto address : lookup.answer.addresses) {
      address.port = lookup.port;
      const Hop hop{address, lookup.transport};
      if (hops.size() < kMaxHops && std::find(hops.begin(), hops.end(), hop) == hops.end()) hops.push_back(hop);
    }
  }
  return hops;
}

}  // namespace frontdesk::sip
