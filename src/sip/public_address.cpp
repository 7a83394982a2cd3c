#include "sip/public_address.hpp"

namespace frontdesk::sip {
namespace {

base::Endpoint at(const base::Endpoint& address, std::uint16_t port) {
  base::Endpoint endpoint = address;
  endpoint.port = port;
  return endpoint;
}

}  // namespace

bool PublicAddress::is_outside(const base::Endpoint& peer) const {
  return options_.local_network ? !options_.local_network(peer) : !peer.is_private();
}

base::Endpoint PublicAddress::seen_by(const base::Endpoint& peer, base::Endpoint ours) const {
  const auto& known = options_.public_address ? options_.public_address : learnt_;
  if (!known || known->v6 != ours.v6 || !is_outside(peer)) return ours;
  return at(*known, ours.port);
}

base::Endpoint PublicAddress::media_seen_by(const base::Endpoint& peer, const base::Endpoint& ours,
                                            const base::Endpoint& mapped) const {
  if (mapped.is_set() && mapped.v6 == ours.v6 && is_outside(peer)) return mapped;
  return seen_by(peer, ours);
}

bool PublicAddress::learn(const base::Endpoint& registrar, const base::Endpoint& seen, const base::Endpoint& ours) {
  if (!options_.learn || options_.public_address || seen.is_unspecified() || seen.v6 != ours.v6) return false;
  if (!is_outside(registrar) || (learnt_ && learnt_->same_address(seen))) return false;
  const bool known = !learnt_ && seen.same_address(ours);
  learnt_ = seen;
  return !known;
}

}  // namespace frontdesk::sip
