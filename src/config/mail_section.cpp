#include <filesystem>

#include "config/sections.hpp"

namespace frontdesk::config {
namespace {

constexpr std::int64_t kImplicitTlsPort = 465;

MailSecurity read_security(TableReader& reader) {
  const auto text = reader.text("security").value_or("starttls");
  if (text == "tls") return MailSecurity::tls;
  if (text == "none") return MailSecurity::none;
  if (text != "starttls") reader.problem("security", "must be \"starttls\", \"tls\" or \"none\"");
  return MailSecurity::starttls;
}

bool is_address(const std::string& text) {
  const auto at = text.find('@');
  return at != std::string::npos && at > 0 && at + 1 < text.size() &&
         text.find_first_of(" <>,;\r\n") == std::string::npos;
}

}  // namespace

Mail read_mail(TableReader& reader) {
  Mail mail;
  mail.server = reader.text("server").value_or("");
  mail.security = read_security(reader);
  const auto usual = mail.security == MailSecurity::tls ? kImplicitTlsPort : std::int64_t{mail.port};
  mail.port = static_cast<std::uint16_t>(reader.integer("port", 1, 65535).value_or(usual));
  mail.user = reader.text("user").value_or("");
  mail.password = base::Secret(reader.text("password").value_or(""));
  mail.from = reader.text("from").value_or("");
  mail.from_name = reader.text("from_name").value_or("");
  if (const auto file = reader.text("ca_file"); file && !file->empty())
    mail.ca_file = (std::filesystem::path(reader.file()).parent_path() / *file).lexically_normal().string();
  if (mail.server.empty()) {
    if (!mail.from.empty() || !mail.user.empty())
      reader.problem("server", "is missing: write the name of the mail server, such as \"smtp.example.org\"");
  } else if (!is_address(mail.from)) {
    reader.problem("from", "must be the address that mail comes from, such as \"reception@example.org\"");
  }
  if (!mail.user.empty() && mail.password.expose().empty())
    reader.problem("password", "is missing: set FRONTDESK_MAIL_PASSWORD, or write password = \"...\"");
  if (!mail.user.empty() && mail.security == MailSecurity::none && mail.server != "localhost" &&
      !mail.server.starts_with("127."))
    reader.problem("security", "must not be \"none\" with a password and a server elsewhere: it would go in the clear");
  reader.finish();
  return mail;
}

}  // namespace frontdesk::config
