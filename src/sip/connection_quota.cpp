#include "sip/connection_quota.hpp"

#include <algorithm>

namespace frontdesk::sip {

std::vector<ConnectionQuota::Connection> ConnectionQuota::sweep(const std::vector<Connection>& open,
                                                                base::Instant now) {
  for (auto& [peer, known] : known_) known.seen = false;
  for (const auto& connection : open) known_.try_emplace(connection.peer, Known{now}).first->second.seen = true;
  std::erase_if(known_, [](const auto& entry) { return !entry.second.seen; });

  // Who spoke stays first, then each source's oldest, then each source's second: a flood hurts its own latest, and a
  // newcomer's only connection is not among them.
  struct Stranger {
    const Connection* connection;
    const Known* known;
    std::size_t rank = 0;  ///< among those of its source
  };
  std::vector<Stranger> strangers;
  for (const auto& connection : open) {
    if (!connection.trusted) strangers.push_back({&connection, &known_.at(connection.peer)});
  }
  std::stable_sort(strangers.begin(), strangers.end(), [](const Stranger& a, const Stranger& b) {
    return a.known->spoke != b.known->spoke ? a.known->spoke : a.known->since < b.known->since;
  });
  std::map<std::array<std::uint8_t, 16>, std::size_t> of_source;
  for (auto& stranger : strangers) stranger.rank = of_source[stranger.connection->peer.address]++;
  std::stable_sort(strangers.begin(), strangers.end(), [](const Stranger& a, const Stranger& b) {
    return a.known->spoke != b.known->spoke ? a.known->spoke : a.rank < b.rank;
  });
  std::vector<Connection> doomed;
  std::size_t kept = 0;
  for (const auto& stranger : strangers) {
    const bool idle = !stranger.known->spoke && now - stranger.known->since >= kIdleLimit;
    const bool babbles = !stranger.known->spoke && (stranger.connection->received > kMaxUnspoken ||
                                                    stranger.connection->received_in > kMaxUnspokenSegments);
    if (idle || babbles || stranger.rank >= kPerSource || kept >= kStrangers) {
      doomed.push_back(*stranger.connection);
    } else {
      ++kept;
    }
  }
  return doomed;
}

}  // namespace frontdesk::sip
