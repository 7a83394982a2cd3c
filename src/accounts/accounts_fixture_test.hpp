// An office with a database of its own, of both kinds, cheap hashes and a letter box instead of a mail server.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "accounts/access_keys.hpp"
#include "accounts/accounts.hpp"
#include "accounts/credentials/totp.hpp"
#include "accounts/token_rows.hpp"
#include "crypto/encoding.hpp"
#include "store/test_databases/refused_records.hpp"
#include "store/test_databases/test_databases.hpp"

namespace frontdesk::accounts {

class LetterBox final : public notify::Mailer {
 public:
  base::Status send(notify::Mail mail) override {
    mails.push_back(std::move(mail));
    return {};
  }
  std::vector<notify::Mail> mails;
};

using test_databases::Kind;

class AccountsTest : public testing::TestWithParam<Kind> {
 protected:
  AccountsTest()
      : folder(database.location().folder),
        connection(database.open()),
        ring(std::make_shared<const vault::KeyRing>(*vault::KeyRing::from_text(std::string(64, 'a')))),
        log(std::move(*audit::Log::open(*connection, secrets::DataKeys(ring), folder / "audit.anchor", kStart))),
        connections(*connection),
        office{connections, *log, hashes, letters, secrets::SecretBox(secrets::DataKeys(ring)), {}},
        desk(office) {
    office.settings.base_url = "https://desk.example";
  }
  ~AccountsTest() override { EXPECT_TRUE(log->verify(*connection)->findings.empty()); }

  static constexpr base::UtcTime kStart{1'800'000'000'000};
  static base::Secret secret(std::string_view text) { return base::Secret(std::string(text)); }

  void pass(base::Duration time) { now.unix_ms += base::to_ms(time); }
  static std::string token_in(const std::string& text) {
    const auto at = text.find("#token=");
    return at == std::string::npos ? std::string() : text.substr(at + 7, 43);
  }
  std::string mailed_token() const { return token_in(letters.mails.back().text.expose()); }

  /// The first owner, signed in.
  SessionTokens owner() {
    const auto link = desk.registration.first_owner_link(now);
    EXPECT_TRUE(link && *link);
    const auto made = desk.registration.register_account(
        {"zoe@hillside.example", secret(kPassword), "Zoë", token_in((*link)->expose())}, home, now);
    EXPECT_TRUE(made) << made.error().message;
    return sign_in("zoe@hillside.example");
  }
  /// Invited by `by`, joined and signed in.
  SessionTokens colleague(const SessionTokens& by, const std::string& email, access::Role role) {
    const auto invited = desk.team.invite(by.who, email, role, home, now);
    EXPECT_TRUE(invited) << invited.error().message;
    const auto made = desk.registration.register_account(
        {"", secret(kPassword), "Someone", token_in(invited->link.expose())}, home, now);
    EXPECT_TRUE(made) << made.error().message;
    return sign_in(email);
  }
  base::Result<SignedIn> try_password(std::string_view email, std::string_view password) {
    return desk.sign_in.password({std::string(email), secret(password), ""}, home, now);
  }
  SessionTokens sign_in(std::string_view email, std::string_view password = kPassword) {
    auto in = try_password(email, password);
    EXPECT_TRUE(in) << in.error().message;
    return in ? std::get<SessionTokens>(std::move(*in)) : SessionTokens{};
  }
  base::Result<access::Principal> who(const base::Secret& credential) {
    return desk.authentication.authenticate(credential.expose(), home.address, now);
  }
  /// Anywhere in the files of the folder, or in a text of PostgreSQL's tables.
  bool is_kept(const std::string& text) const {
    if (database.location().shared()) {
      const auto columns = connection->run(
          "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() AND "
          "data_type = 'text'");
      EXPECT_TRUE(columns && columns->size() > 50U);
      for (const auto& row : *columns) {
        const auto found = connection->run(
            "SELECT COUNT(*) FROM " + row.text(0) + " WHERE POSITION(? IN " + row.text(1) + ") > 0", {text});
        EXPECT_TRUE(found) << row.text(0) << "." << row.text(1);
        if (found && found->front().integer(0) > 0) return true;
      }
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      std::ifstream in(entry.path(), std::ios::binary);
      if (std::string(std::istreambuf_iterator<char>(in), {}).find(text) != std::string::npos) return true;
    }
    return false;
  }

  static constexpr std::string_view kPassword = "turquoise lamp harbour 7";
  base::UtcTime now = kStart;
  const Visitor home{*base::parse_address("192.0.2.10", 443), "Mozilla/5.0"};
  const Visitor elsewhere{*base::parse_address("203.0.113.5", 443), "curl/8"};
  test_databases::TestDatabase database{GetParam()};
  std::filesystem::path folder;
  std::unique_ptr<store::Connection> connection;
  std::shared_ptr<const vault::KeyRing> ring;
  std::unique_ptr<audit::Log> log;
  OneConnection connections;
  bcrypt::HashWorker hashes{bcrypt::kLeastCost};
  LetterBox letters;
  Office office;
  Accounts desk;
};

}  // namespace frontdesk::accounts
