// From what the network or the provider did to what it means and what to do about it, in plain words.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "sip/trial/findings/findings.hpp"

namespace frontdesk::findings {

/// Whom the test speaks to, as the owner entered it.
struct Target {
  std::string host;
  std::string address;    ///< "192.0.2.1:5060", once it is known
  std::string transport;  ///< "UDP", "TCP", "TLS"
};

enum class NameFault { not_found, server_silent };
enum class NetworkFault { port_closed, no_route, time_out, connection_lost, not_sip, cancelled };
enum class CertificateFault { expired, not_yet_valid, wrong_name, self_signed, unknown_authority, other };

/// A final answer other than success, or a challenge we cannot answer.
struct Refusal {
  int status = 0;
  std::string reason;             ///< the provider's own words
  bool credentials_sent = false;  ///< with the request it answers
  bool separate_auth_user = false;
  std::optional<std::uint32_t> retry_after_s;
};

Diagnosis diagnose(NameFault fault, const Target& target);
Diagnosis diagnose(NetworkFault fault, const Target& target);
/// `names`: what the certificate is for; may be empty.
Diagnosis diagnose(CertificateFault fault, const Target& target, const std::string& names);
Diagnosis diagnose(const Refusal& refusal);
/// The library's words for a handshake that came to nothing.
Diagnosis tls_refused(const Target& target, const std::string& why);
Diagnosis other_realm(const std::string& asked, const std::string& expected);

}  // namespace frontdesk::findings
