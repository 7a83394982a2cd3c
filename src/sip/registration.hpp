// A trunk: an account at a SIP provider that this user agent registers (RFC 3261, section 10) so
// that calls reach it, and what may be told about the state of that registration.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/protect.hpp"
#include "base/time.hpp"

namespace frontdesk::sip {

enum class Transport { udp, tcp, tls };

/// "udp", "tcp", "tls": the value of the URI parameter.
constexpr const char* transport_name(Transport transport) {
  return transport == Transport::udp ? "udp" : transport == Transport::tcp ? "tcp" : "tls";
}

struct TrunkRegistration {
  std::string name;                     ///< ours; unique among trunks
  std::string registrar_host;           ///< host name or address; also the domain of the address of record
  std::uint16_t registrar_port = 5060;  ///< 0: by SRV records, then the transport's own port (RFC 3263)
  std::optional<Transport> transport = Transport::udp;  ///< nullopt: by NAPTR and SRV records
  std::string backup_host;     ///< another registrar for the same account, tried after the first; may be empty
  std::string outbound_proxy;  ///< "host" or "host:port": all requests go there, with a Route; may be empty
  std::string ca_file;         ///< of TLS: the only authorities trusted (PEM); empty: those of the system
  bool verify = true;          ///< of TLS: chain and host name
  bool registers = true;       ///< false: the provider knows our address; calls from its addresses are the trunk's
  base::Duration keep_alive = base::seconds(25);  ///< below the 30 s after which routers forget a UDP mapping
  std::string username;                ///< as the provider prints it: "#PurplePhone5772" is escaped where needed
  std::string authorization_username;  ///< empty: the same as username
  base::Secret password;
  std::string realm;                            ///< that it asks credentials for; empty: as its registrar names it
  base::Duration expires = base::seconds(300);  ///< what we ask for; the registrar may grant less or ask for more
};

/// peered: without registration; calls from the provider's addresses are taken.
enum class RegistrationState { registering, registered, failed, unregistered, peered };

struct RegistrationStatus {
  RegistrationState state = RegistrationState::registering;
  int status = 0;                  ///< the SIP status behind it, 0 if no answer came
  std::string explanation;         ///< a sentence for the owner: what happened and what to do
  base::Duration next_attempt{0};  ///< from now: the refresh when registered, the retry when failed; 0: none
  friend bool operator==(const RegistrationStatus&, const RegistrationStatus&) = default;
};

}  // namespace frontdesk::sip
