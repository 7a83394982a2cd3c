// Private: the servers of a name (RFC 3263) in the order a registration would try them, and the records that said so.
#pragma once
#include <vector>

#include "sip/server_location.hpp"
#include "sip/trial/findings/findings.hpp"
#include "sip/trial/wire.hpp"

namespace frontdesk::trial {

struct Located {
  std::vector<sip::Hop> hops;
  std::vector<findings::Fact> records;  ///< "SRV _sip._udp.example.com": "10 0 sip1.example.com:5060"
  bool servers_silent = false;          ///< a name server did not answer
};

/// By the name servers, then by what this machine knows itself (/etc/hosts). Blocks until the deadline at most, plus
/// one DNS question.
Located locate(const sip::ServerName& name, bool v6, const std::vector<base::Endpoint>& servers, Until until);

}  // namespace frontdesk::trial
