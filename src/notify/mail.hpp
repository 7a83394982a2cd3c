// E-mail: the port through which the program sends it, and what goes over the wire (RFC 5322, RFC 2047, RFC 2045).
#pragma once
#include <string>

#include "base/error.hpp"
#include "base/protect.hpp"
#include "base/time.hpp"

namespace frontdesk::notify {

struct Mail {
  std::string to;  ///< user@host, in ASCII
  std::string subject;
  base::Secret text;  ///< plain; may carry links that sign people in
};

class Mailer {
 public:
  virtual ~Mailer() = default;
  /// Takes it to be sent later; must not wait for a server. unavailable: there is no way to send mail;
  /// resource_exhausted: too many wait already.
  virtual base::Status send(Mail mail) = 0;
};

/// For installations that have no mail server.
class NoMailer final : public Mailer {
 public:
  base::Status send(Mail mail) override;
};

struct Sender {
  std::string address;  ///< user@host
  std::string name;     ///< "Hillside Dental", any UTF-8
};

/// Nothing in it that could end a header or an address.
bool is_plain_address(std::string_view text);

/// The whole message, lines ended by CR LF. `id` makes the Message-ID. invalid_argument: an address is none.
base::Result<base::Secret> message_text(const Mail& mail, const Sender& from, base::UtcTime now, std::string_view id);

}  // namespace frontdesk::notify
