// Where requests for a SIP domain go: NAPTR, SRV and address records in the order RFC 3263, section 4
// and RFC 2782 give them. Pure: the shell asks the name server and hands in the answers and a seed.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/random.hpp"
#include "sip/dialog_state.hpp"

namespace frontdesk::sip {

enum class RecordType { naptr, srv, address };

struct NaptrRecord {
  std::uint16_t order = 0, preference = 0;
  std::string flags, service, replacement;
};

struct SrvRecord {
  std::uint16_t priority = 0, weight = 0, port = 0;
  std::string target;
};

/// RFC 2782: by priority, among equals by chance in proportion to the weight. "." is nobody.
std::vector<SrvRecord> in_order(std::vector<SrvRecord> records, base::Random& random);

struct DnsAnswer {
  std::vector<NaptrRecord> naptr;
  std::vector<SrvRecord> srv;
  std::vector<base::Endpoint> addresses;
};

/// What is looked for.
struct ServerName {
  std::string host;                    ///< or a numeric address
  std::uint16_t port = 0;              ///< 0: by SRV records
  std::optional<Transport> transport;  ///< nullopt: by NAPTR and SRV records, UDP last
  std::uint16_t default_port = 0;      ///< if there are no SRV records; 0: the transport's own
};

class ServerLocation {
 public:
  struct Query {
    base::RequestId id;
    RecordType type;
    std::string name;
  };
  using Queries = std::vector<Query>;

  static constexpr std::size_t kMaxHops = 8;
  static constexpr std::size_t kMaxLookups = 12;  ///< SRV targets, and services, of one domain

  ServerLocation(ServerName name, std::uint64_t seed) : name_(std::move(name)), random_(seed) {}

  void start(Queries& out);
  /// An empty answer for what does not exist and for what nobody answered.
  void on_answer(base::RequestId id, DnsAnswer answer, Queries& out);
  bool finished() const { return finished_; }
  /// In the order to try them; Hop::link is 0. Complete when finished().
  std::vector<Hop> hops() const;

 private:
  struct Lookup {
    base::RequestId id = 0;
    std::string name;
    Transport transport = Transport::udp;
    std::uint16_t port = 0;  ///< of address lookups
    bool answered = false;
    DnsAnswer answer;
  };
  enum class Stage { naptr, srv, address };

  void ask(RecordType type, std::vector<Lookup> lookups, Queries& out);
  void ask_services(const std::vector<NaptrRecord>& records, Queries& out);
  void ask_addresses(Queries& out);
  void ask_plain_address(Queries& out);

  ServerName name_;
  base::Random random_;
  Stage stage_ = Stage::naptr;
  std::vector<Lookup> lookups_;  ///< of the current stage, in order of preference
  base::RequestId last_id_ = 0;
  bool finished_ = false;
};

}  // namespace frontdesk::sip
