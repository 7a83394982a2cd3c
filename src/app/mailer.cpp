#include "app/mailer.hpp"

#include "notify/smtp/smtp_mailer.hpp"

namespace frontdesk::app {
namespace {

smtp::Encryption encryption_of(config::MailSecurity security) {
  switch (security) {
    case config::MailSecurity::tls:
      return smtp::Encryption::implicit;
    case config::MailSecurity::none:
      return smtp::Encryption::none;
    case config::MailSecurity::starttls:
      break;
  }
  return smtp::Encryption::starttls;
}

}  // namespace

std::unique_ptr<notify::Mailer> mailer_of(const config::Config& config) {
  const auto& mail = config.mail;
  if (mail.server.empty()) return std::make_unique<notify::NoMailer>();
  smtp::Settings settings;
  settings.host = mail.server;
  settings.port = mail.port;
  settings.encryption = encryption_of(mail.security);
  settings.user = mail.user;
  settings.password = mail.password;
  settings.from = {mail.from, mail.from_name.empty() ? config.business.name : mail.from_name};
  settings.certificates = mail.ca_file;
  return std::make_unique<smtp::SmtpMailer>(std::move(settings));
}

}  // namespace frontdesk::app
