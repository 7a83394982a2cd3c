// Which accepted connections must go: of one source more than its share, and those that have shown no
// request in time, so that idle strangers do not take the descriptors that a provider needs. Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "base/endpoint.hpp"
#include "base/time.hpp"

namespace frontdesk::sip {

class ConnectionQuota {
 public:
  static constexpr std::size_t kPerSource = 50;
  static constexpr std::size_t kStrangers = 400;  ///< of all sources together
  static constexpr base::Duration kIdleLimit = base::seconds(20);
  /// Without a request in them: every segment makes libre read all that came before it again.
  static constexpr std::uint64_t kMaxUnspoken = 16 * 1024;
  static constexpr std::uint64_t kMaxUnspokenSegments = 400;

  struct Connection {
    int descriptor = -1;
    base::Endpoint peer;
    bool trusted = false;           ///< of a trunk
    std::uint64_t received = 0;     ///< bytes
    std::uint64_t received_in = 0;  ///< segments
    friend bool operator==(const Connection&, const Connection&) = default;
  };

  /// A well-formed request came from `peer`: not idle.
  void on_request(const base::Endpoint& peer) {
    if (const auto found = known_.find(peer); found != known_.end()) found->second.spoke = true;
  }
  /// `open`: all accepted connections there are. Those to be closed.
  std::vector<Connection> sweep(const std::vector<Connection>& open, base::Instant now);

 private:
  struct Known {
    base::Instant since;
    bool spoke = false;
    bool seen = true;
  };
  struct ByEndpoint {
    bool operator()(const base::Endpoint& a, const base::Endpoint& b) const {
      if (a.port != b.port) return a.port < b.port;
      return a.v6 != b.v6 ? a.v6 < b.v6 : a.address < b.address;
    }
  };
  std::map<base::Endpoint, Known, ByEndpoint> known_;
};

}  // namespace frontdesk::sip
