#include <gtest/gtest.h>

#include "config/config.hpp"

namespace frontdesk::config {
namespace {

const std::string kBusiness = "\n[business]\nname = \"B\"\ntimezone = \"Europe/London\"\n";

std::vector<std::string> keys_of(const std::string& mail, const Environment& environment = {}) {
  const auto config = parse_config("[mail]\n" + mail + kBusiness, "/etc/frontdesk/frontdesk.toml", environment);
  std::vector<std::string> keys;
  if (!config)
    for (const auto& problem : config.error()) keys.push_back(problem.key);
  return keys;
}

using Keys = std::vector<std::string>;

}  // namespace

TEST(MailSection, IsReadWithThePasswordFromTheEnvironment) {
  const auto config = parse_config(
      "[mail]\nserver = \"smtp.example.org\"\nuser = \"u\"\nfrom = \"desk@example.org\"\nsecurity = \"tls\"\n"
      "ca_file = \"ca.pem\"\n" +
          kBusiness,
      "/etc/frontdesk/frontdesk.toml", {{"FRONTDESK_MAIL_PASSWORD", "p"}});
  ASSERT_TRUE(config) << describe(config.error().front());
  EXPECT_EQ(config->mail.port, 465) << "usual for TLS from the first byte";
  EXPECT_EQ(config->mail.password.expose(), "p");
  EXPECT_EQ(config->mail.ca_file, "/etc/frontdesk/ca.pem");
}

TEST(MailSection, IsEmptyWhereNothingIsWritten) {
  const auto config = parse_config(kBusiness, "/f.toml", {});
  ASSERT_TRUE(config) << describe(config.error().front());
  EXPECT_TRUE(config->mail.server.empty());
  EXPECT_EQ(config->mail.port, 587);
}

TEST(MailSection, TellsWhatIsMissingOrUnsafe) {
  EXPECT_EQ(keys_of("server = \"s.example\""), (Keys{"mail.from"}));
  EXPECT_EQ(keys_of("from = \"a@b.example\""), (Keys{"mail.server"}));
  EXPECT_EQ(keys_of("server = \"s.example\"\nfrom = \"a@b.example\"\nuser = \"u\""), (Keys{"mail.password"}));
  EXPECT_EQ(keys_of("server = \"s.example\"\nfrom = \"a b@c.example\""), (Keys{"mail.from"}));
  EXPECT_EQ(keys_of("server = \"s.example\"\nfrom = \"a@b.example\"\nsecurity = \"ssl\""), (Keys{"mail.security"}));
  EXPECT_EQ(keys_of("server = \"s.example\"\nfrom = \"a@b.example\"\nuser = \"u\"\npassword = \"p\"\n"
                    "security = \"none\""),
            (Keys{"mail.security"}));
  EXPECT_EQ(keys_of("server = \"s.example\"\nfrom = \"a@b.example\"\nport = 0"), (Keys{"mail.port"}));
}

}  // namespace frontdesk::config
