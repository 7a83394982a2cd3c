// A trunk: an account at a SIP provider that this user agent registers (RFC 3261, section 10) so
// that calls reach it, and what may be told about the state of that registration.
#pragma once
#include <cstdint>
#include <string>

#include "base/protect.hpp"
#include "base/time.hpp"

namespace frontdesk::sip {

enum class Transport { udp, tcp };

struct TrunkRegistration {
  std::string name;            ///< ours; unique among trunks
  std::string registrar_host;  ///< host name or address; also the domain of the address of record
  std::uint16_t registrar_port = 5060;
  Transport transport = Transport::udp;
  std::string username;                ///< as the provider prints it: "#PurplePhone5772" is escaped where needed
  std::string authorization_username;  ///< empty: the same as username
  base::Secret password;
  base::Duration expires = base::seconds(300);  ///< what we ask for; the registrar may grant less or ask for more
};

enum class RegistrationState { registering, registered, failed, unregistered };

struct RegistrationStatus {
  RegistrationState state = RegistrationState::registering;
  int status = 0;                  ///< the SIP status behind it, 0 if no answer came
  std::string explanation;         ///< a sentence for the owner: what happened and what to do
  base::Duration next_attempt{0};  ///< from now: the refresh when registered, the retry when failed; 0: none
  friend bool operator==(const RegistrationStatus&, const RegistrationStatus&) = default;
};

}  // namespace frontdesk::sip
