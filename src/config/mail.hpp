// The server that sends mail ([mail]): invitations, links to reset a password, alerts.
#pragma once
#include <cstdint>
#include <string>

#include "base/protect.hpp"

namespace frontdesk::config {

/// How the connection is protected; none is for a server on this machine.
enum class MailSecurity { starttls, tls, none };

struct Mail {
  std::string server;  ///< a host's name; empty: no mail is sent
  std::uint16_t port = 587;
  MailSecurity security = MailSecurity::starttls;
  std::string user;  ///< empty: without signing in
  base::Secret password;
  std::string from;       ///< user@host
  std::string from_name;  ///< empty: the business's
  std::string ca_file;    ///< PEM; empty: the authorities of the system
  friend bool operator==(const Mail&, const Mail&) = default;
};

}  // namespace frontdesk::config
