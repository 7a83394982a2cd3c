// Private: the TCP and TLS connections that peers have opened to us, found among this process's own
// descriptors, because libre names a connection only once a message has come over it.
#pragma once
#include <cstdint>
#include <vector>

#include "sip/connection_quota.hpp"

namespace frontdesk::sip {

/// Those accepted on one of `ports`.
std::vector<ConnectionQuota::Connection> accepted_connections(const std::vector<std::uint16_t>& ports);

/// libre listens with a queue of five: a burst fills it, and whoever comes then, a provider too, waits for the
/// repetition of its SYN (1 s, 2 s, 4 s). Makes it as long as the kernel allows.
void lengthen_queues(const std::vector<std::uint16_t>& ports);

/// Cheap: about how many descriptors this process has open; a lower bound of the highest.
int lowest_free_descriptor();

/// Ends it: libre reads the end and lets go.
void hang_up_connection(const ConnectionQuota::Connection& connection);

}  // namespace frontdesk::sip
