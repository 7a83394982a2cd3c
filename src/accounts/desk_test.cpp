#include "accounts/desk.hpp"

#include "accounts/accounts_fixture_test.hpp"

namespace frontdesk::accounts {

TEST_P(AccountsTest, DesksOpenAFolderAndComeBackToIt) {
  const auto own = folder / "own";
  std::filesystem::create_directory(own);
  const base::Secret password = secret(kPassword);
  base::Secret access;
  {
    const auto first = Desk::open(own, "", {"https://desk.example"}, letters, now);
    ASSERT_TRUE(first) << first.error().message;
    auto& accounts = (*first)->accounts();
    const auto link = accounts.registration.first_owner_link(now);
    const auto text = (*link)->expose();
    ASSERT_TRUE(accounts.registration.register_account(
        {"zoe@hillside.example", password, "Zoë", text.substr(text.find("#token=") + 7)}, home, now));
    const auto in = accounts.sign_in.password({"zoe@hillside.example", password, ""}, home, now);
    ASSERT_TRUE(in);
    access = std::get<SessionTokens>(*in).access;
    ASSERT_TRUE((*first)->sweep(now));
  }
  const auto again = Desk::open(own, "", {"https://desk.example"}, letters, now);
  ASSERT_TRUE(again);
  EXPECT_TRUE((*again)->accounts().authentication.authenticate(access.expose(), home.address, now));
  EXPECT_FALSE(*(*again)->accounts().registration.first_owner_link(now));
  EXPECT_FALSE(Desk::open(own, std::string(64, '1'), {"https://desk.example"}, letters, now));
}

TEST_P(AccountsTest, OperatorsMakeResetLinksForThoseWithoutMail) {
  const auto zoe = owner();
  const auto link = desk.registration.reset_link("Zoe@Hillside.example", now);
  ASSERT_TRUE(link);
  EXPECT_EQ(log->list(*connection, "org_local", 0, 1)->front().actor, "operator");
  ASSERT_TRUE(desk.registration.reset_password(token_in(link->expose()), secret("violet spoon window 4"), home, now));
  (void)sign_in("zoe@hillside.example", "violet spoon window 4");
  EXPECT_FALSE(desk.registration.reset_link("nobody@hillside.example", now));
}

INSTANTIATE_TEST_SUITE_P(Databases, AccountsTest, testing::Values(Kind::sqlite, Kind::postgres),
                         test_databases::KindName());

}  // namespace frontdesk::accounts
