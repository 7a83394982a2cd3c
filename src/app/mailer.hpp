// The mailer that the configuration asks for.
#pragma once
#include <memory>

#include "config/config.hpp"
#include "notify/mail.hpp"

namespace frontdesk::app {

/// Without a server in [mail], one that says that no mail is sent.
std::unique_ptr<notify::Mailer> mailer_of(const config::Config& config);

}  // namespace frontdesk::app
