#include <atomic>
#include <thread>

#include "accounts/accounts_fixture_test.hpp"
#include "crypto/digest.hpp"

namespace frontdesk::accounts {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::string_view kZoe = "zoe@hillside.example";

}  // namespace

TEST_P(AccountsTest, SignInGivesTokensThatAreSomebody) {
  owner();
  const auto tokens = sign_in(" Zoe@Hillside.example ");
  const auto principal = who(tokens.access);
  ASSERT_TRUE(principal);
  EXPECT_EQ(principal->role, access::Role::owner);
  EXPECT_EQ(principal->organisation, "org_local");
  EXPECT_EQ(principal->session, tokens.who.session);
  EXPECT_TRUE(is_recent(*principal, now));
  pass(minutes(16));
  EXPECT_FALSE(who(tokens.access));
}

TEST_P(AccountsTest, SignInSaysTheSameOfUnknownPeopleAndWrongPasswords) {
  owner();
  const auto wrong = try_password(kZoe, "turquoise lamp harbour 8");
  const auto unknown = try_password("nobody@hillside.example", kPassword);
  const auto no_address = try_password("nonsense", kPassword);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error(), unknown.error());
  EXPECT_EQ(wrong.error(), no_address.error());
  EXPECT_EQ(wrong.error().code, base::ErrorCode::unauthenticated);
}

TEST_P(AccountsTest, SignInLooksAtEveryByteOfThePassword) {
  const auto tokens = owner();
  const std::string eighty = "turquoise lamp harbour, turquoise lamp harbour, turquoise lamp harbour, violet ";
  ASSERT_GT(eighty.size(), 72U);
  ASSERT_TRUE(desk.registration.change_password(tokens.who, secret(kPassword), secret(eighty + "brush"), home, now));
  EXPECT_FALSE(try_password(kZoe, eighty + "spoon"));
  EXPECT_FALSE(try_password(kZoe, eighty));
  EXPECT_FALSE(try_password(kZoe, std::string("turquoise\0lamp", 14)));
  EXPECT_FALSE(try_password(kZoe, std::string(1'000'000, 'x')));
  EXPECT_TRUE(try_password(kZoe, eighty + "brush"));
}

TEST_P(AccountsTest, SignInDelaysFromTheFifthFailureAndLocksFromTheTenth) {
  owner();
  std::vector<std::vector<int>> waits;
  for (const auto* email : {"zoe@hillside.example", "nobody@hillside.example"}) {  // unknown people alike
    const Visitor from{*base::parse_address(email[0] == 'z' ? "192.0.2.1" : "192.0.2.2", 443), ""};
    const auto attempt = [&](std::string_view password) {
      return desk.sign_in.password({email, secret(password), ""}, from, now);
    };
    auto& seen = waits.emplace_back();
    for (int failure = 1; failure <= 10; ++failure) {
      ASSERT_EQ(attempt("wrong wrong wrong").error().code, base::ErrorCode::unauthenticated) << failure;
      if (failure < 5) continue;
      const auto early = attempt(kPassword);
      ASSERT_FALSE(early) << failure;
      ASSERT_EQ(early.error().code, base::ErrorCode::resource_exhausted) << failure;
      seen.push_back(early.error().detail);
      pass(base::seconds(early.error().detail - 1));
      ASSERT_FALSE(attempt(kPassword));
      pass(base::seconds(1));
    }
    EXPECT_EQ(attempt(kPassword).has_value(), email == kZoe);  // after the lock
  }
  EXPECT_EQ(waits[0], (std::vector<int>{2, 4, 8, 16, 32, 900}));
  EXPECT_EQ(waits[1], waits[0]);
}

TEST_P(AccountsTest, SignInLocksAnAccountOnlyForTheAddressThatFailed) {
  owner();
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(try_password(kZoe, "wrong wrong wrong"));
  EXPECT_EQ(try_password(kZoe, kPassword).error().code, base::ErrorCode::resource_exhausted);
  EXPECT_TRUE(desk.sign_in.password({std::string(kZoe), secret(kPassword), ""}, elsewhere, now));
}

TEST_P(AccountsTest, SignInSlowsAnAddressThatTriesManyAccounts) {
  owner();
  int looked_at = 0;
  for (int i = 0; i < 100; ++i) {
    const auto failed = try_password("person" + std::to_string(i) + "@hillside.example", "wrong wrong wrong");
    if (failed.error().code == base::ErrorCode::unauthenticated) ++looked_at;
  }
  EXPECT_EQ(looked_at, 30);
}

TEST_P(AccountsTest, SignInForgetsFailuresAfterASuccess) {
  owner();
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 4; ++i) EXPECT_EQ(try_password(kZoe, "wrong").error().code, base::ErrorCode::unauthenticated);
    EXPECT_TRUE(try_password(kZoe, kPassword));
  }
}

TEST_P(AccountsTest, RefreshRotatesAndEndsTheFamilyOnReuse) {
  const auto first = owner();
  const auto second = desk.sign_in.refresh(first.refresh.expose(), home, now);
  ASSERT_TRUE(second);
  EXPECT_NE(second->refresh, first.refresh);
  EXPECT_EQ(second->who.session, first.who.session);
  ASSERT_TRUE(who(second->access));
  const auto other = sign_in(kZoe);
  EXPECT_FALSE(desk.sign_in.refresh(first.refresh.expose(), elsewhere, now));  // a thief, or the owner after one
  EXPECT_FALSE(desk.sign_in.refresh(second->refresh.expose(), home, now));
  EXPECT_FALSE(who(second->access));
  EXPECT_FALSE(who(first.access));
  EXPECT_TRUE(who(other.access));  // another sign-in is another family
  EXPECT_EQ(log->list(*connection, "org_local", 0, 1)->front().action, "session.refresh_token_reused");
}

TEST_P(AccountsTest, RefreshEndsWithTime) {
  auto tokens = owner();
  EXPECT_FALSE(desk.sign_in.refresh("", home, now));
  EXPECT_FALSE(desk.sign_in.refresh(tokens.access.expose(), home, now));
  for (int days = 0; days < 75; days += 25) {
    pass(hours(25 * 24));
    auto next = desk.sign_in.refresh(tokens.refresh.expose(), home, now);
    ASSERT_TRUE(next) << days;
    tokens = std::move(*next);
  }
  pass(hours(16 * 24));
  EXPECT_FALSE(desk.sign_in.refresh(tokens.refresh.expose(), home, now));
}

TEST_P(AccountsTest, SignOutEndsTheSessionAtOnce) {
  const auto tokens = owner();
  ASSERT_TRUE(desk.sign_in.sign_out(tokens.who, home, now));
  EXPECT_FALSE(who(tokens.access));
  EXPECT_FALSE(desk.sign_in.refresh(tokens.refresh.expose(), home, now));
}

TEST_P(AccountsTest, SessionsAreListedAndRevokedByTheirOwnerOnly) {
  const auto zoe = owner();
  const auto also_zoe = sign_in(kZoe);
  const auto max = colleague(zoe, "max@hillside.example", access::Role::viewer);
  ASSERT_EQ(desk.authentication.sessions(zoe.who, now)->size(), 2U);
  EXPECT_FALSE(desk.authentication.revoke_session(max.who, zoe.who.session, home, now));
  EXPECT_TRUE(who(zoe.access));
  ASSERT_TRUE(desk.authentication.revoke_session(zoe.who, also_zoe.who.session, home, now));
  EXPECT_FALSE(who(also_zoe.access));
  EXPECT_FALSE(desk.authentication.revoke_session(zoe.who, also_zoe.who.session, home, now));
  const auto third = sign_in(kZoe);
  ASSERT_TRUE(desk.authentication.revoke_other_sessions(zoe.who, home, now));
  EXPECT_FALSE(who(third.access));
  EXPECT_TRUE(who(zoe.access));
}

TEST_P(AccountsTest, SessionsOfOnePersonAreBounded) {
  owner();
  for (std::size_t i = 0; i < kMostSessions + 3; ++i) {
    pass(base::seconds(1));
    (void)sign_in(kZoe);
  }
  EXPECT_EQ(desk.authentication.sessions(sign_in(kZoe).who, now)->size(), kMostSessions);
}

TEST_P(AccountsTest, SecondFactorIsAskedForAndTakesEachCodeOnce) {
  const auto zoe = owner();
  const auto setup = desk.second_factor.begin(zoe.who, now);
  ASSERT_TRUE(setup);
  const auto key = *crypto::from_base32(setup->secret.expose());
  const auto code = [&](int steps = 0) {
    return credentials::hotp(key, static_cast<std::uint64_t>(credentials::totp_step(now) + steps));
  };
  EXPECT_FALSE(desk.second_factor.confirm(zoe.who, "000000", home, now));
  EXPECT_TRUE(std::holds_alternative<SessionTokens>(*try_password(kZoe, kPassword)));  // not before it is confirmed
  const auto recovery = desk.second_factor.confirm(zoe.who, code(), home, now);
  ASSERT_TRUE(recovery);
  ASSERT_EQ(recovery->size(), 10U);
  const auto challenge = [&] {
    const auto needed = try_password(kZoe, kPassword);
    return std::get<CodeNeeded>(*needed).challenge.expose();
  };
  EXPECT_FALSE(desk.sign_in.second_factor(challenge(), code(), home, now));  // used to confirm
  EXPECT_FALSE(desk.sign_in.second_factor(challenge(), code(-1), home, now));
  EXPECT_FALSE(desk.sign_in.second_factor(challenge(), code(+2), home, now));
  const auto open = challenge();
  ASSERT_TRUE(desk.sign_in.second_factor(open, code(+1), home, now));
  EXPECT_FALSE(desk.sign_in.second_factor(open, recovery->at(1).expose(), home, now));  // the challenge is used
  EXPECT_FALSE(desk.sign_in.second_factor(challenge(), code(+1), home, now));
  EXPECT_TRUE(desk.sign_in.second_factor(challenge(), recovery->at(0).expose(), home, now));
  EXPECT_FALSE(desk.sign_in.second_factor(challenge(), recovery->at(0).expose(), home, now));
  EXPECT_EQ(*desk.second_factor.recovery_codes_left(zoe.who), 9);
  const auto late = challenge();
  pass(minutes(5));
  EXPECT_FALSE(desk.sign_in.second_factor(late, code(), home, now));
  EXPECT_FALSE(is_kept(setup->secret.expose()));
  EXPECT_FALSE(is_kept(recovery->at(2).expose()));
}

TEST_P(AccountsTest, SecondFactorLocksAgainstGuessingFromManyAddresses) {
  const auto zoe = owner();
  const auto setup = desk.second_factor.begin(zoe.who, now);
  const auto key = *crypto::from_base32(setup->secret.expose());
  ASSERT_TRUE(desk.second_factor.confirm(
      zoe.who, credentials::hotp(key, static_cast<std::uint64_t>(credentials::totp_step(now))), home, now));
  int looked_at = 0;
  for (int i = 0; i < 100; ++i) {
    const Visitor bot{*base::parse_address("198.51.100." + std::to_string(i), 443), "bot"};
    const auto needed = desk.sign_in.password({std::string(kZoe), secret(kPassword), ""}, bot, now);
    const auto failed =
        desk.sign_in.second_factor(std::get<CodeNeeded>(*needed).challenge.expose(), "000000", bot, now);
    ASSERT_FALSE(failed);
    if (failed.error().code == base::ErrorCode::unauthenticated) ++looked_at;
    pass(base::seconds(10));
  }
  EXPECT_LE(looked_at, 20);
}

TEST_P(AccountsTest, SecondFactorEndsAChallengeAfterFiveTries) {
  const auto zoe = owner();
  const auto setup = desk.second_factor.begin(zoe.who, now);
  const auto key = *crypto::from_base32(setup->secret.expose());
  const auto code = [&](int steps) {
    return credentials::hotp(key, static_cast<std::uint64_t>(credentials::totp_step(now) + steps));
  };
  ASSERT_TRUE(desk.second_factor.confirm(zoe.who, code(0), home, now));
  const auto challenge = std::get<CodeNeeded>(*try_password(kZoe, kPassword)).challenge.expose();
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(desk.sign_in.second_factor(challenge, "000000", home, now));
  pass(base::seconds(40));
  EXPECT_FALSE(desk.sign_in.second_factor(challenge, code(0), home, now));
  const auto fresh = std::get<CodeNeeded>(*try_password(kZoe, kPassword)).challenge.expose();
  EXPECT_TRUE(desk.sign_in.second_factor(fresh, code(0), home, now));
}

TEST_P(AccountsTest, SecondFactorIsRemovedWithThePasswordOnly) {
  const auto zoe = owner();
  const auto setup = desk.second_factor.begin(zoe.who, now);
  const auto key = *crypto::from_base32(setup->secret.expose());
  ASSERT_TRUE(desk.second_factor.confirm(
      zoe.who, credentials::hotp(key, static_cast<std::uint64_t>(credentials::totp_step(now))), home, now));
  EXPECT_FALSE(desk.second_factor.begin(zoe.who, now));
  EXPECT_FALSE(desk.second_factor.remove(zoe.who, secret("wrong wrong wrong"), home, now));
  ASSERT_TRUE(desk.second_factor.remove(zoe.who, secret(kPassword), home, now));
  EXPECT_TRUE(std::holds_alternative<SessionTokens>(*try_password(kZoe, kPassword)));
}

TEST_P(AccountsTest, SideBySideEachTokenAndCodeCountsOnce) {
  const auto zoe = owner();
  const auto together = [](const std::function<bool()>& attempt) {
    std::atomic<int> succeeded{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; ++i)
      threads.emplace_back([&] {
        if (attempt()) ++succeeded;
      });
    for (auto& each : threads) each.join();
    return succeeded.load();
  };
  EXPECT_EQ(together([&] { return desk.sign_in.refresh(zoe.refresh.expose(), home, now).has_value(); }), 1);
  EXPECT_FALSE(who(zoe.access));  // the others were reuse
  const auto again = sign_in(kZoe);
  const auto setup = desk.second_factor.begin(again.who, now);
  const auto key = *crypto::from_base32(setup->secret.expose());
  const auto code = [&](int steps) {
    return credentials::hotp(key, static_cast<std::uint64_t>(credentials::totp_step(now) + steps));
  };
  ASSERT_TRUE(desk.second_factor.confirm(again.who, code(0), home, now));
  std::vector<std::string> challenges;
  for (int i = 0; i < 6; ++i)
    challenges.push_back(std::get<CodeNeeded>(*try_password(kZoe, kPassword)).challenge.expose());
  std::atomic<std::size_t> next{0};
  EXPECT_EQ(together([&] { return desk.sign_in.second_factor(challenges.at(next++), code(1), home, now).has_value(); }),
            1);
  std::atomic<int> looked_at{0};
  (void)together([&] {
    for (int i = 0; i < 4; ++i) {
      const auto tried = desk.sign_in.password({"max@hillside.example", secret("wrong"), ""}, elsewhere, now);
      if (tried.error().code == base::ErrorCode::unauthenticated) ++looked_at;
    }
    return false;
  });
  EXPECT_EQ(looked_at, 5);
}

TEST_P(AccountsTest, HashesAreRenewedWhenTheCostRises) {
  owner();
  bcrypt::HashWorker stronger(bcrypt::kLeastCost + 1);
  Office next{connections, *log, stronger, letters, office.box, office.settings};
  SignIn later(next);
  ASSERT_TRUE(later.password({std::string(kZoe), secret(kPassword), ""}, home, now));
  EXPECT_EQ(bcrypt::cost_of((*find_user_by_email(*connection, kZoe))->password_hash), bcrypt::kLeastCost + 1);
  EXPECT_TRUE(later.password({std::string(kZoe), secret(kPassword), ""}, home, now));
}

TEST_P(AccountsTest, AccessTokensOutliveOneRotationOfTheirKey) {
  const auto tokens = owner();
  ASSERT_TRUE(rotate_signing_key(office, now));
  EXPECT_TRUE(who(tokens.access));
  EXPECT_TRUE(who(sign_in(kZoe).access));
  ASSERT_TRUE(rotate_signing_key(office, now));
  EXPECT_FALSE(who(tokens.access));
}

// Every kind of credential that must not pass, each beside one that does.
TEST_P(AccountsTest, RequestsPassOnlyWithAGoodCredential) {
  const auto tokens = owner();
  const auto key = *signing_key(office, *connection, now);
  credentials::Claims claims{"https://desk.example", "frontdesk", tokens.who.id, "org_local",
                             tokens.who.session,     now,         now,           {now.unix_ms + 900'000}};
  ASSERT_TRUE(who(base::Secret(credentials::sign(claims, key))));
  std::vector<std::pair<std::string, std::string>> bad = {
      {"none", ""}, {"words", "Bearer x"}, {"a refresh token", tokens.refresh.expose()}};
  const auto forge = [&](const char* what, const std::function<void(credentials::Claims&)>& change) {
    auto other = claims;
    change(other);
    bad.emplace_back(what, credentials::sign(other, key));
  };
  forge("expired", [](auto& c) { c.issued.unix_ms -= 3'600'000, c.expires.unix_ms -= 3'600'000; });
  forge("wrong audience", [](auto& c) { c.audience = "other"; });
  forge("wrong issuer", [](auto& c) { c.issuer = "https://evil.example"; });
  forge("another organisation", [](auto& c) { c.organisation = "org_2"; });
  forge("another user", [](auto& c) { c.subject = "user_2"; });
  forge("no such session", [](auto& c) { c.session = "session_2"; });
  bad.emplace_back("another key", credentials::sign(claims, {key.kid, base::Secret(std::string(32, 'x'))}));
  const auto good = tokens.access.expose();
  const auto none = crypto::base64url(crypto::bytes_of(R"({"alg":"none"})"));
  bad.emplace_back("alg none", none + good.substr(good.find('.'), good.rfind('.') + 1 - good.find('.')));
  for (const auto& [what, credential] : bad) {
    const auto refused = desk.authentication.authenticate(credential, home.address, now);
    ASSERT_FALSE(refused) << what;
    EXPECT_EQ(refused.error().code, base::ErrorCode::unauthenticated) << what;
  }
}

}  // namespace frontdesk::accounts
