#include "sip/locator.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "base/entropy.hpp"
#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

constexpr std::uint32_t kMaxServers = 4;
constexpr std::size_t kMaxRecords = 32;

std::uint16_t wire_type(RecordType type, bool v6) {
  if (type == RecordType::naptr) return DNS_TYPE_NAPTR;
  if (type == RecordType::srv) return DNS_TYPE_SRV;
  return v6 ? DNS_TYPE_AAAA : DNS_TYPE_A;
}

std::string text(const char* from) {
  return from ? from : "";
}

bool add_record(const dnsrr* record, DnsAnswer& answer) {
  const auto& data = record->rdata;
  if (record->type == DNS_TYPE_NAPTR) {
    answer.naptr.push_back({data.naptr.order, data.naptr.pref, text(data.naptr.flags), text(data.naptr.services),
                            text(data.naptr.replace)});
  } else if (record->type == DNS_TYPE_SRV) {
    answer.srv.push_back({data.srv.pri, data.srv.weight, data.srv.port, text(data.srv.target)});
  } else {
    base::Endpoint address;
    address.v6 = record->type == DNS_TYPE_AAAA;
    const std::uint32_t v4 = htonl(data.a.addr);
    if (address.v6) {
      std::memcpy(address.address.data(), data.aaaa.addr, 16);
    } else {
      std::memcpy(address.address.data(), &v4, 4);
    }
    answer.addresses.push_back(address);
  }
  return answer.naptr.size() + answer.srv.size() + answer.addresses.size() >= kMaxRecords;
}

bool take_record(dnsrr* record, void* arg) {
  bool enough = true;  // after a fault
  contain([&] { enough = add_record(record, *static_cast<DnsAnswer*>(arg)); }, [](const char*) {});
  return enough;
}

}  // namespace

/// One DNS query under way.
struct Locator::Question {
  explicit Question(Locator& asker) : locator(&asker), limit(asker.faults_) {}
  Locator* locator;
  std::uint64_t search = 0;
  ServerLocation::Query query;
  dns_query* handle = nullptr;
  bool done = false;
  Timer limit;
  ~Question() { mem_deref(handle); }
};

struct Locator::Search {
  Search(std::uint64_t number, ServerName name, OnLocated action, FaultSink& faults)
      : id(number), location(std::move(name), base::random_u64()), on_located(std::move(action)), limit(faults) {}
  std::uint64_t id;
  ServerLocation location;
  OnLocated on_located;
  Timer limit;
  std::vector<std::unique_ptr<Question>> questions;
};

Locator::Locator(Resolver& hosts, Post post, std::vector<base::Endpoint> servers, bool v6, FaultSink& faults,
                 base::Duration search_limit)
    : hosts_(hosts),
      post_(std::move(post)),
      servers_(std::move(servers)),
      v6_(v6),
      faults_(faults),
      search_limit_(search_limit),
      self_(std::make_shared<Locator*>(this)) {}

Locator::~Locator() {
  *self_ = nullptr;
  searches_.clear();
}

void Locator::read_servers() {
  sa addresses[kMaxServers];
  std::uint32_t count = 0;
  if (servers_.empty()) {
    char domain[256] = "";
    count = kMaxServers;
    if (dns_srv_get(domain, sizeof(domain), addresses, &count) != 0) count = 0;
  } else {
    for (; count < servers_.size() && count < kMaxServers; ++count) addresses[count] = address_from(servers_[count]);
  }
  has_servers_ = count > 0;
  if (!has_servers_) return;
  if (client_) {
    (void)dnsc_srv_set(client_.get(), addresses, count);
  } else {
    has_servers_ = dnsc_alloc(client_.out(), nullptr, addresses, count) == 0;
  }
}

void Locator::pin(const void* owner, ServerName name, std::vector<Hop> hops) {
  unpin(owner);
  if (!hops.empty()) pins_.push_back({owner, std::move(name), std::move(hops)});
}

void Locator::unpin(const void* owner) {
  std::erase_if(pins_, [owner](const auto& pin) { return pin.owner == owner; });
}

bool Locator::locate(ServerName name, OnLocated on_located) {
  for (const auto& pin : pins_) {
    const bool meant = equal_ignoring_case(pin.name.host, name.host) &&
                       (name.port == 0 || name.port == pin.name.port) &&
                       (!name.transport || *name.transport == pin.hops.front().transport);
    if (meant) return post_([action = std::move(on_located), hops = pin.hops] { action(hops); });
  }
  return look_up(std::move(name), std::move(on_located));
}

bool Locator::look_up(ServerName name, OnLocated on_located) {
  if (searches_.size() >= kMaxSearches) return false;
  read_servers();
  searches_.push_back(std::make_unique<Search>(++last_search_, std::move(name), std::move(on_located), faults_));
  Search& search = *searches_.back();
  search.limit.start(search_limit_, [this, id = search.id] { give_up(id); });
  ServerLocation::Queries queries;
  search.location.start(queries);
  carry_on(search, queries);
  return true;
}

/// An answer may have been lost with a queue that was full: without an end, such searches would add up to the limit.
void Locator::give_up(std::uint64_t search) {
  const auto found = std::find_if(searches_.begin(), searches_.end(), [&](const auto& s) { return s->id == search; });
  if (found == searches_.end()) return;
  const auto on_located = std::move((*found)->on_located);
  searches_.erase(found);
  on_located({});
}

void Locator::carry_on(Search& search, const ServerLocation::Queries& queries) {
  if (search.location.finished()) {
    // If the queue is full the asker's own deadline takes over.
    (void)post_([action = std::move(search.on_located), hops = search.location.hops()] { action(hops); });
    const auto id = search.id;
    searches_.remove_if([&](const auto& s) { return s->id == id; });
    return;
  }
  for (const auto& query : queries) ask(search, query);
}

void Locator::ask(Search& search, const ServerLocation::Query& query) {
  // A name without a dot is this network's own: the hosts file and the search
  // list know it.
  const bool by_dns = has_servers_ && query.name.find('.') != std::string::npos && !query.name.ends_with(".localhost");
  auto question = std::make_unique<Question>(*this);
  question->search = search.id;
  question->query = query;
  Question* asked = question.get();
  search.questions.push_back(std::move(question));
  const int error = by_dns ? dnsc_query(&asked->handle, client_.get(), query.name.c_str(), wire_type(query.type, v6_),
                                        DNS_CLASS_IN, true, on_dns, asked)
                           : ENOENT;
  const auto limit = error ? base::Duration(0) : kAnswerLimit;
  asked->limit.start(limit, [asked] { on_dns(ETIMEDOUT, nullptr, nullptr, nullptr, nullptr, asked); });
}

void Locator::on_dns(int error, const dnshdr* header, struct list* answers, struct list*, struct list*, void* arg) {
  auto& question = *static_cast<Question*>(arg);
  at_boundary(question.locator->faults_, [&] { take_answers(question, error ? nullptr : header, answers); });
}

void Locator::take_answers(Question& question, const dnshdr* header, struct list* answers) {
  if (question.done) return;
  question.done = true;
  question.limit.cancel();
  DnsAnswer answer;
  Locator& locator = *question.locator;
  if (header && header->rcode == DNS_RCODE_OK && answers) {
    dns_rrlist_apply(answers, question.query.name.c_str(), wire_type(question.query.type, locator.v6_), DNS_CLASS_IN,
                     true, take_record, &answer);
  }
  // Later: libre still uses the query, and what follows may destroy it.
  (void)locator.post_([self = locator.self_, search = question.search, query = question.query, answer] {
    if (!*self) return;
    if (query.type != RecordType::address || !answer.addresses.empty())
      return (*self)->answered(search, query.id, answer);
    for (const auto& candidate : (*self)->searches_) {
      if (candidate->id == search) return (*self)->ask_hosts(*candidate, query);
    }
  });
}

void Locator::ask_hosts(Search& search, const ServerLocation::Query& query) {
  const auto on_resolved = [self = self_, post = post_, id = search.id,
                            query_id = query.id](std::vector<base::Endpoint> addresses) {
    (void)post([self, id, query_id, addresses = std::move(addresses)] {
      if (*self) (*self)->answered(id, query_id, {{}, {}, addresses});
    });
  };
  if (!hosts_.resolve(query.name, 0, v6_, on_resolved)) on_resolved({});
}

void Locator::answered(std::uint64_t search, base::RequestId id, DnsAnswer answer) {
  for (const auto& candidate : searches_) {
    if (candidate->id != search) continue;
    ServerLocation::Queries queries;
    candidate->location.on_answer(id, std::move(answer), queries);
    return carry_on(*candidate, queries);
  }
}

}  // namespace frontdesk::sip
