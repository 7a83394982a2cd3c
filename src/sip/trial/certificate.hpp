// Private: what a TLS connection says about itself and whom the peer's certificate is for.
#pragma once
#include <openssl/types.h>

#include <optional>
#include <string>
#include <vector>

#include "sip/trial/findings/diagnosis.hpp"

namespace frontdesk::trial {

struct Encryption {
  std::vector<findings::Fact> facts;  ///< version, cipher, names, issuer, days_left, chain
  std::string version;                ///< "TLSv1.3"
  std::string names;                  ///< that the certificate is for
  int days_left = 0;
  std::optional<findings::CertificateFault> fault;
};

/// After a handshake that verified nothing: what the verification would have said.
Encryption look_at(SSL* connection);

}  // namespace frontdesk::trial
