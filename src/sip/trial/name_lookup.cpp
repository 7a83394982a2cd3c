#include "sip/trial/name_lookup.hpp"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>

#include <array>
#include <condition_variable>
#include <cstring>
#include <mutex>

#include "base/entropy.hpp"
#include "sip/resolver.hpp"

namespace frontdesk::trial {
namespace {

constexpr int kQuestionSeconds = 2;
constexpr std::size_t kMaxRecords = 32;
constexpr std::size_t kMaxFacts = 16;
constexpr auto kSlice = std::chrono::milliseconds(100);

/// glibc's resolver with a state of its own.
class NameServers {
 public:
  explicit NameServers(const std::vector<base::Endpoint>& servers) {
    usable_ = res_ninit(&state_) == 0;
    state_.retrans = kQuestionSeconds;
    state_.retry = 1;
    if (servers.empty()) return;
    state_.nscount = 0;
    for (const auto& server : servers) {
      if (server.v6 || state_.nscount >= MAXNS) continue;
      auto& address = state_.nsaddr_list[state_.nscount++];
      address = {};
      address.sin_family = AF_INET;
      address.sin_port = htons(server.port);
      std::memcpy(&address.sin_addr, server.address.data(), 4);
    }
  }
  ~NameServers() { res_nclose(&state_); }
  NameServers(const NameServers&) = delete;
  NameServers& operator=(const NameServers&) = delete;

  bool silent() const { return silent_; }
  sip::DnsAnswer ask(const std::string& name, int type) {
    std::array<unsigned char, 8192> answer{};
    sip::DnsAnswer records;
    // One that is dead would be waited for again and again.
    if (!usable_ || silent_) return records;
    const int size = res_nquery(&state_, name.c_str(), ns_c_in, type, answer.data(), static_cast<int>(answer.size()));
    if (size < 0) {
      silent_ = state_.res_h_errno == TRY_AGAIN;
      return records;
    }
    ns_msg message;
    if (ns_initparse(answer.data(), std::min(size, static_cast<int>(answer.size())), &message) != 0) return records;
    for (int i = 0; i < ns_msg_count(message, ns_s_an) && i < static_cast<int>(kMaxRecords); ++i) {
      ns_rr record;
      if (ns_parserr(&message, ns_s_an, i, &record) == 0 && ns_rr_type(record) == type) add(message, record, records);
    }
    return records;
  }

 private:
  static std::string name_at(const ns_msg& message, const unsigned char* at) {
    std::array<char, NS_MAXDNAME> text{};
    if (ns_name_uncompress(ns_msg_base(message), ns_msg_end(message), at, text.data(), text.size()) < 0) return {};
    return text.data();
  }
  /// A character-string (RFC 1035, section 3.3) at `at`, which moves behind it.
  static std::string string_at(const unsigned char*& at, const unsigned char* end) {
    if (at >= end || at + 1 + *at > end) {
      at = end;
      return {};
    }
    const std::string text(reinterpret_cast<const char*>(at + 1), *at);
    at += 1 + *at;
    return text;
  }
  static std::uint16_t number_at(const unsigned char* at) { return static_cast<std::uint16_t>(at[0] << 8 | at[1]); }

  static void add(const ns_msg& message, const ns_rr& record, sip::DnsAnswer& out) {
    const unsigned char* data = ns_rr_rdata(record);
    const unsigned char* end = data + ns_rr_rdlen(record);
    const int type = ns_rr_type(record);
    if (type == ns_t_srv && end - data >= 7) {
      out.srv.push_back({number_at(data), number_at(data + 2), number_at(data + 4), name_at(message, data + 6)});
    } else if (type == ns_t_naptr && end - data >= 8) {
      sip::NaptrRecord naptr{number_at(data), number_at(data + 2), {}, {}, {}};
      data += 4;
      naptr.flags = string_at(data, end);
      naptr.service = string_at(data, end);
      (void)string_at(data, end);  // a regular expression, which SIP does not use (RFC 3263, section 4.1)
      if (data < end) naptr.replacement = name_at(message, data);
      out.naptr.push_back(naptr);
    } else if ((type == ns_t_a && end - data == 4) || (type == ns_t_aaaa && end - data == 16)) {
      base::Endpoint address;
      address.v6 = type == ns_t_aaaa;
      std::memcpy(address.address.data(), data, static_cast<std::size_t>(end - data));
      out.addresses.push_back(address);
    }
  }

  struct __res_state state_ {};
  bool usable_ = false;
  bool silent_ = false;
};

std::vector<base::Endpoint> ask_this_machine(sip::Resolver& hosts, const std::string& name, bool v6, Until until) {
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
    std::vector<base::Endpoint> found;
  };
  const auto shared = std::make_shared<Shared>();
  const bool taken = hosts.resolve(name, 0, v6, [shared](std::vector<base::Endpoint> found) {
    const std::lock_guard lock(shared->mutex);
    shared->found = std::move(found);
    shared->done = true;
    shared->changed.notify_all();
  });
  std::unique_lock lock(shared->mutex);
  while (taken && !shared->done && !until.over() && !*until.cancelled) shared->changed.wait_for(lock, kSlice);
  return shared->found;
}

int wire_type(sip::RecordType type, bool v6) {
  if (type == sip::RecordType::naptr) return ns_t_naptr;
  if (type == sip::RecordType::srv) return ns_t_srv;
  return v6 ? ns_t_aaaa : ns_t_a;
}

void note(const sip::ServerLocation::Query& query, bool v6, const sip::DnsAnswer& answer, Located& out) {
  std::string value;
  const auto add = [&value](const std::string& text) { value += (value.empty() ? "" : ", ") + text; };
  for (const auto& r : answer.naptr) add(r.service + " -> " + r.replacement);
  for (const auto& r : answer.srv)
    add(std::to_string(r.priority) + " " + std::to_string(r.weight) + " " + r.target + ":" + std::to_string(r.port));
  for (const auto& address : answer.addresses) add(base::address_text(address));
  if (value.empty() || out.records.size() >= kMaxFacts) return;
  const std::string type = query.type == sip::RecordType::naptr ? "NAPTR "
                           : query.type == sip::RecordType::srv ? "SRV "
                           : v6                                 ? "AAAA "
                                                                : "A ";
  out.records.push_back({type + findings::printable(query.name), findings::printable(value)});
}

}  // namespace

Located locate(const sip::ServerName& name, bool v6, const std::vector<base::Endpoint>& servers, Until until) {
  Located out;
  NameServers dns(servers);
  sip::Resolver hosts;
  sip::ServerLocation location(name, base::random_u64());
  sip::ServerLocation::Queries queries;
  location.start(queries);
  while (!location.finished() && !queries.empty()) {
    const auto query = queries.front();
    queries.erase(queries.begin());
    const bool over = until.over() || *until.cancelled;
    // A name without a dot is this network's own.
    const bool by_dns = query.name.find('.') != std::string::npos && !query.name.ends_with(".localhost");
    sip::DnsAnswer answer;
    if (by_dns && !over) answer = dns.ask(query.name, wire_type(query.type, v6));
    if (query.type == sip::RecordType::address && answer.addresses.empty() && !over)
      answer.addresses = ask_this_machine(hosts, query.name, v6, until);
    note(query, v6, answer, out);
    location.on_answer(query.id, std::move(answer), queries);
  }
  if (location.finished()) out.hops = location.hops();
  out.servers_silent = dns.silent();
  return out;
}

}  // namespace frontdesk::trial
