// The port through which accounts send e-mail. Texts are plain; whoever sends them writes the headers.
#pragma once
#include <string>

#include "base/error.hpp"
#include "base/protect.hpp"

namespace frontdesk::accounts {

struct Mail {
  std::string to;  ///< a normal address (credentials::normal_email)
  std::string subject;
  base::Secret text;  ///< carries links that sign people in
};

class Mailer {
 public:
  virtual ~Mailer() = default;
  /// Takes it to be sent later; must not wait for a server. unavailable: there is no way to send mail.
  virtual base::Status send(Mail mail) = 0;
};

}  // namespace frontdesk::accounts
