#include "accounts/accounts_fixture_test.hpp"
#include "accounts/credentials/api_token.hpp"

namespace frontdesk::accounts {
namespace {

using std::chrono::hours;

constexpr std::string_view kZoe = "zoe@hillside.example";
constexpr std::string_view kOther = "violet spoon window 4";

}  // namespace

TEST_P(AccountsTest, TheFirstOwnerComesByAOneTimeLink) {
  const auto first = desk.registration.first_owner_link(now);
  ASSERT_TRUE(first && *first);
  EXPECT_TRUE((*first)->expose().starts_with("https://desk.example/welcome#token="));
  const auto second = desk.registration.first_owner_link(now);  // started again before anybody came
  const NewAccount late{"zoe@hillside.example", secret(kPassword), "Zoë", token_in((*first)->expose())};
  EXPECT_FALSE(desk.registration.register_account(late, home, now));
  auto account = late;
  account.token = token_in((*second)->expose());
  account.password = secret("password1234");
  EXPECT_FALSE(desk.registration.register_account(account, home, now));  // and the link is still good
  account.password = secret(kPassword);
  ASSERT_TRUE(desk.registration.register_account(account, home, now));
  EXPECT_EQ(sign_in(kZoe).who.role, access::Role::owner);
  account.email = "mallory@hillside.example";
  EXPECT_FALSE(desk.registration.register_account(account, home, now));
  EXPECT_FALSE(*desk.registration.first_owner_link(now));
  EXPECT_FALSE(is_kept(account.token));
  EXPECT_FALSE(is_kept(std::string(kPassword)));
}

TEST_P(AccountsTest, NobodyRegistersWithoutAnInvitation) {
  owner();
  const auto refused =
      desk.registration.register_account({"max@hillside.example", secret(kPassword), "Max", ""}, home, now);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::permission_denied);
  EXPECT_FALSE(desk.registration.register_account(
      {"max@hillside.example", secret(kPassword), "Max", std::string(43, 'A')}, home, now));
}

TEST_P(AccountsTest, OpenRegistrationProvesTheAddressAndTellsNobodyWhoIsThere) {
  const auto zoe = owner();
  office.settings.open_registration = true;
  const NewAccount max{"max@other.example", secret(kPassword), "Max", ""};
  const auto fresh = desk.registration.register_account(max, home, now);
  const auto verification = mailed_token();
  auto known = max;
  known.email = kZoe;
  const auto again = desk.registration.register_account(known, home, now);
  ASSERT_TRUE(fresh && again);
  EXPECT_EQ(fresh->verify_email, again->verify_email);
  EXPECT_EQ(mailed_token(), "");
  EXPECT_EQ(try_password(max.email, kPassword).error().code, base::ErrorCode::failed_precondition);
  EXPECT_EQ(try_password(max.email, "wrong wrong wrong").error().code, base::ErrorCode::unauthenticated);
  EXPECT_FALSE(desk.registration.reset_password(verification, secret(kOther), home, now));  // a token of another kind
  ASSERT_TRUE(desk.registration.verify_email(verification, home, now));
  EXPECT_FALSE(desk.registration.verify_email(verification, home, now));
  const auto in = sign_in(max.email);
  EXPECT_EQ(in.who.role, access::Role::owner);
  EXPECT_NE(in.who.organisation, zoe.who.organisation);
  EXPECT_EQ(desk.team.members(in.who)->size(), 1U);
}

TEST_P(AccountsTest, ForgottenPasswordsAreResetOnceAndInTime) {
  const auto before = owner();
  ASSERT_TRUE(desk.registration.forgot_password(kZoe, home, now));
  const auto old_token = mailed_token();
  ASSERT_TRUE(desk.registration.forgot_password(kZoe, home, now));
  const auto token = mailed_token();
  EXPECT_FALSE(is_kept(token));
  EXPECT_FALSE(desk.registration.reset_password(old_token, secret(kOther), home, now));
  EXPECT_FALSE(desk.registration.reset_password(token, secret("password1234"), home, now));
  ASSERT_TRUE(desk.registration.reset_password(token, secret(kOther), home, now));
  EXPECT_FALSE(desk.registration.reset_password(token, secret(kPassword), home, now));
  EXPECT_FALSE(who(before.access));
  EXPECT_FALSE(desk.sign_in.refresh(before.refresh.expose(), home, now));
  EXPECT_FALSE(try_password(kZoe, kPassword));
  (void)sign_in(kZoe, kOther);
  ASSERT_TRUE(desk.registration.forgot_password(kZoe, home, now));
  const auto late = mailed_token();
  pass(hours(1));
  EXPECT_FALSE(desk.registration.reset_password(late, secret(kPassword), home, now));
}

TEST_P(AccountsTest, ForgottenPasswordsOfNobodyAreAnsweredAlike) {
  owner();
  const auto mails = letters.mails.size();
  const auto tokens = [&] { return connection->run("SELECT COUNT(*) FROM email_tokens")->front().integer(0); };
  const auto before = tokens();
  EXPECT_TRUE(desk.registration.forgot_password("nobody@hillside.example", home, now));
  EXPECT_EQ(letters.mails.size(), mails);
  EXPECT_EQ(tokens(), before + 1);
  int allowed = 0;
  for (int i = 0; i < 50; ++i)
    if (desk.registration.forgot_password(kZoe, home, now)) ++allowed;
  EXPECT_LE(allowed, 20);  // nobody's letter box is flooded by us
}

TEST_P(AccountsTest, ChangedPasswordsEndOtherSessions) {
  const auto zoe = owner();
  const auto phone = sign_in(kZoe);
  EXPECT_FALSE(desk.registration.change_password(zoe.who, secret("wrong wrong wrong"), secret(kOther), home, now));
  EXPECT_FALSE(desk.registration.change_password(zoe.who, secret(kPassword), secret(kZoe), home, now));
  ASSERT_TRUE(desk.registration.change_password(zoe.who, secret(kPassword), secret(kOther), home, now));
  EXPECT_TRUE(who(zoe.access));
  EXPECT_FALSE(who(phone.access));
  EXPECT_EQ(letters.mails.back().to, kZoe);
}

TEST_P(AccountsTest, InvitationsJoinOnceWithTheirRoleAndAddress) {
  const auto zoe = owner();
  const auto invited = desk.team.invite(zoe.who, "Max@hillside.example", access::Role::editor, home, now);
  ASSERT_TRUE(invited);
  EXPECT_TRUE(invited->mailed);
  EXPECT_EQ(letters.mails.back().to, "max@hillside.example");
  EXPECT_EQ(desk.team.invitations(zoe.who, now)->size(), 1U);
  const auto token = token_in(invited->link.expose());
  EXPECT_FALSE(is_kept(token));
  ASSERT_TRUE(desk.registration.register_account({"evil@x.example", secret(kPassword), "Max", token}, home, now));
  EXPECT_FALSE(desk.registration.register_account({"evil@x.example", secret(kPassword), "Max", token}, home, now));
  EXPECT_FALSE(try_password("evil@x.example", kPassword));
  EXPECT_EQ(sign_in("max@hillside.example").who.role, access::Role::editor);
  EXPECT_EQ(desk.team.invite(zoe.who, "max@hillside.example", access::Role::viewer, home, now).error().code,
            base::ErrorCode::already_exists);
  const auto other = desk.team.invite(zoe.who, "ann@hillside.example", access::Role::viewer, home, now);
  ASSERT_TRUE(desk.team.withdraw(zoe.who, other->invitation.id, home, now));
  EXPECT_FALSE(
      desk.registration.register_account({"", secret(kPassword), "Ann", token_in(other->link.expose())}, home, now));
}

TEST_P(AccountsTest, InvitationsAreAcceptedByWhoeverTheyAreFor) {
  const auto zoe = owner();
  const auto max = colleague(zoe, "max@hillside.example", access::Role::admin);
  office.settings.open_registration = true;
  ASSERT_TRUE(desk.registration.register_account({"ann@other.example", secret(kPassword), "Ann", ""}, home, now));
  ASSERT_TRUE(desk.registration.verify_email(mailed_token(), home, now));
  const auto ann = sign_in("ann@other.example");
  const auto invited = desk.team.invite(zoe.who, "ann@other.example", access::Role::viewer, home, now);
  const auto token = token_in(invited->link.expose());
  EXPECT_FALSE(desk.team.accept(max.who, token, home, now));
  ASSERT_TRUE(desk.team.accept(ann.who, token, home, now));
  EXPECT_FALSE(desk.team.accept(ann.who, token, home, now));
  EXPECT_EQ(desk.team.members(zoe.who)->size(), 3U);
  const auto here = desk.sign_in.password({"ann@other.example", secret(kPassword), "org_local"}, home, now);
  EXPECT_EQ(std::get<SessionTokens>(*here).who.role, access::Role::viewer);
  EXPECT_FALSE(desk.sign_in.password({"ann@other.example", secret(kPassword), "org_nowhere"}, home, now));
}

TEST_P(AccountsTest, NobodyGivesMoreThanTheyHave) {
  const auto zoe = owner();
  const auto max = colleague(zoe, "max@hillside.example", access::Role::admin);
  const auto eve = colleague(zoe, "eve@hillside.example", access::Role::editor);
  EXPECT_FALSE(desk.team.invite(max.who, "a@hillside.example", access::Role::owner, home, now));
  EXPECT_FALSE(desk.team.invite(eve.who, "a@hillside.example", access::Role::viewer, home, now));
  EXPECT_FALSE(desk.team.change_role(max.who, max.who.id, access::Role::owner, home, now));
  EXPECT_FALSE(desk.team.change_role(max.who, zoe.who.id, access::Role::viewer, home, now));
  EXPECT_FALSE(desk.team.remove(max.who, zoe.who.id, home, now));
  EXPECT_FALSE(desk.team.change_role(eve.who, max.who.id, access::Role::viewer, home, now));
  EXPECT_FALSE(desk.team.remove(eve.who, max.who.id, home, now));
  EXPECT_TRUE(desk.team.change_role(max.who, eve.who.id, access::Role::viewer, home, now));
  EXPECT_EQ(who(eve.access)->role, access::Role::viewer);  // with the next request
}

TEST_P(AccountsTest, OnlyOwnersTouchOwners) {
  const auto zoe = owner();
  const auto ann = colleague(zoe, "ann@hillside.example", access::Role::owner);
  const auto max = colleague(zoe, "max@hillside.example", access::Role::admin);
  EXPECT_EQ(desk.team.remove(max.who, ann.who.id, home, now).error().code, base::ErrorCode::permission_denied);
  EXPECT_EQ(desk.team.change_role(max.who, ann.who.id, access::Role::viewer, home, now).error().code,
            base::ErrorCode::permission_denied);
  EXPECT_EQ(who(ann.access)->role, access::Role::owner);
  EXPECT_TRUE(desk.team.remove(zoe.who, ann.who.id, home, now));
}

TEST_P(AccountsTest, TheLastOwnerStays) {
  const auto zoe = owner();
  const auto max = colleague(zoe, "max@hillside.example", access::Role::owner);
  ASSERT_TRUE(desk.team.change_role(zoe.who, max.who.id, access::Role::admin, home, now));
  EXPECT_EQ(desk.team.remove(zoe.who, zoe.who.id, home, now).error().code, base::ErrorCode::failed_precondition);
  EXPECT_EQ(desk.team.change_role(zoe.who, zoe.who.id, access::Role::admin, home, now).error().code,
            base::ErrorCode::failed_precondition);
  ASSERT_TRUE(desk.team.change_role(zoe.who, max.who.id, access::Role::owner, home, now));
  EXPECT_TRUE(desk.team.remove(zoe.who, zoe.who.id, home, now));
  EXPECT_FALSE(who(zoe.access));
  EXPECT_EQ(desk.team.remove(max.who, max.who.id, home, now).error().code, base::ErrorCode::failed_precondition);
}

TEST_P(AccountsTest, WhoIsRemovedIsOutAtOnce) {
  const auto zoe = owner();
  const auto max = colleague(zoe, "max@hillside.example", access::Role::admin);
  const auto token = desk.authentication.make_api_token(max.who, {"sync", {"calls.read"}, {}}, home, now);
  ASSERT_TRUE(token && who(token->text) && who(max.access));
  ASSERT_TRUE(desk.team.remove(zoe.who, max.who.id, home, now));
  EXPECT_FALSE(who(token->text));
  EXPECT_FALSE(who(max.access));
  EXPECT_FALSE(desk.sign_in.refresh(max.refresh.expose(), home, now));
  EXPECT_EQ(try_password("max@hillside.example", kPassword).error().code, base::ErrorCode::permission_denied);
}

TEST_P(AccountsTest, OtherOrganisationsAreOutOfReach) {
  const auto zoe = owner();
  const auto max = colleague(zoe, "max@hillside.example", access::Role::viewer);
  office.settings.open_registration = true;
  ASSERT_TRUE(desk.registration.register_account({"eve@other.example", secret(kPassword), "Eve", ""}, home, now));
  ASSERT_TRUE(desk.registration.verify_email(mailed_token(), home, now));
  const auto eve = sign_in("eve@other.example");  // an owner, elsewhere
  const auto invited = desk.team.invite(zoe.who, "ann@hillside.example", access::Role::viewer, home, now);
  const auto token = desk.authentication.make_api_token(zoe.who, {"sync", {"calls.read"}, {}}, home, now);
  EXPECT_FALSE(desk.team.change_role(eve.who, max.who.id, access::Role::owner, home, now));
  EXPECT_FALSE(desk.team.remove(eve.who, max.who.id, home, now));
  EXPECT_FALSE(desk.team.withdraw(eve.who, invited->invitation.id, home, now));
  EXPECT_FALSE(desk.authentication.revoke_api_token(eve.who, token->token.id, home, now));
  EXPECT_FALSE(desk.authentication.revoke_session(eve.who, max.who.session, home, now));
  EXPECT_TRUE(desk.authentication.api_tokens(eve.who)->empty());
  EXPECT_TRUE(desk.team.invitations(eve.who, now)->empty());
  EXPECT_TRUE(who(token->text) && who(max.access));
}

TEST_P(AccountsTest, ApiTokensDoWhatTheirScopesAndTheirMakerMay) {
  const auto zoe = owner();
  const auto max = colleague(zoe, "max@hillside.example", access::Role::admin);
  EXPECT_FALSE(desk.authentication.make_api_token(max.who, {"sync", {"system.operate"}, {}}, home, now));
  EXPECT_FALSE(desk.authentication.make_api_token(max.who, {" ", {"calls.read"}, {}}, home, now));
  const auto made = desk.authentication.make_api_token(
      max.who, {"sync", {"calls.read", "team.write", "tokens.write"}, base::UtcTime{now.unix_ms + 86'400'000}}, home,
      now);
  ASSERT_TRUE(made);
  EXPECT_FALSE(is_kept(made->text.expose()));
  EXPECT_EQ(made->token.hint, made->text.expose().substr(0, 7));
  const auto principal = who(made->text);
  ASSERT_TRUE(principal);
  EXPECT_EQ(principal->kind, access::Principal::Kind::token);
  EXPECT_TRUE(access::allows(*principal, access::permission::kReadCalls));
  EXPECT_FALSE(access::allows(*principal, access::permission::kReadMessages));
  EXPECT_FALSE(desk.authentication.make_api_token(*principal, {"child", {"calls.read"}, {}}, home, now));
  const auto listed = desk.authentication.api_tokens(max.who)->front();
  EXPECT_EQ(listed.last_used, now);
  EXPECT_EQ(listed.last_used_from, "192.0.2.10");
  ASSERT_TRUE(desk.team.change_role(zoe.who, max.who.id, access::Role::viewer, home, now));
  EXPECT_FALSE(access::allows(*who(made->text), access::permission::kWriteTeam));
  pass(hours(24));
  EXPECT_FALSE(who(made->text));
}

TEST_P(AccountsTest, ApiTokensAreRevokedAtOnce) {
  const auto zoe = owner();
  const auto made = desk.authentication.make_api_token(zoe.who, {"sync", {"calls.read"}, {}}, home, now);
  ASSERT_TRUE(who(made->text));
  ASSERT_TRUE(desk.authentication.revoke_api_token(zoe.who, made->token.id, home, now));
  EXPECT_FALSE(who(made->text));
  EXPECT_FALSE(desk.authentication.revoke_api_token(zoe.who, made->token.id, home, now));
  EXPECT_FALSE(who(credentials::make_api_token({})));  // well formed, nobody's
}

TEST_P(AccountsTest, WhoWasLetInStaysUntilSignedOutExpiredRevokedRemovedOrDemoted) {
  const auto zoe = owner();
  const auto valid = [&](const access::Principal& who) {
    const auto answer = desk.authentication.still_valid(who, now);
    EXPECT_TRUE(answer);
    return answer && *answer;
  };
  const auto ann = colleague(zoe, "ann@hillside.example", access::Role::editor);
  const auto bob = colleague(zoe, "bob@hillside.example", access::Role::editor);
  const auto made = desk.authentication.make_api_token(zoe.who, {"wall", {"calls.read"}, {}}, home, now);
  ASSERT_TRUE(made);
  const auto wall = who(made->text);
  ASSERT_TRUE(wall);
  EXPECT_TRUE(valid(zoe.who) && valid(ann.who) && valid(bob.who) && valid(*wall));
  auto of_others = ann.who;
  of_others.organisation = "org_other";
  EXPECT_FALSE(valid(of_others));
  auto forged = ann.who;
  forged.id = zoe.who.id;
  EXPECT_FALSE(valid(forged));
  ASSERT_TRUE(desk.authentication.revoke_api_token(zoe.who, made->token.id, home, now));
  EXPECT_FALSE(valid(*wall));
  ASSERT_TRUE(desk.team.change_role(zoe.who, ann.who.id, access::Role::viewer, home, now));
  EXPECT_FALSE(valid(ann.who));
  ASSERT_TRUE(desk.team.remove(zoe.who, bob.who.id, home, now));
  EXPECT_FALSE(valid(bob.who));
  pass(std::chrono::hours(24 * 400));
  EXPECT_FALSE(valid(zoe.who));
}

TEST_P(AccountsTest, AllowListsHoldForEveryWayIn) {
  const auto zoe = owner();
  const auto token = desk.authentication.make_api_token(zoe.who, {"sync", {"calls.read"}, {}}, home, now);
  const AllowedNetwork here{*credentials::parse_network("192.0.2.0/24"), "office"};
  const AllowedNetwork there{*credentials::parse_network("198.51.100.0/24"), ""};
  EXPECT_EQ(desk.team.set_networks(zoe.who, {there}, home, now).error().code, base::ErrorCode::failed_precondition);
  ASSERT_TRUE(desk.team.set_networks(zoe.who, {here, there}, home, now));
  EXPECT_EQ(desk.team.networks(zoe.who)->size(), 2U);
  EXPECT_TRUE(who(zoe.access) && who(token->text));
  for (const auto& credential : {zoe.access, token->text})
    EXPECT_EQ(desk.authentication.authenticate(credential.expose(), elsewhere.address, now).error().code,
              base::ErrorCode::permission_denied);
  EXPECT_FALSE(desk.sign_in.password({std::string(kZoe), secret(kPassword), ""}, elsewhere, now));
  EXPECT_FALSE(desk.sign_in.refresh(zoe.refresh.expose(), elsewhere, now));
  EXPECT_TRUE(desk.sign_in.refresh(zoe.refresh.expose(), home, now));  // the refused one did not use it up
  ASSERT_TRUE(desk.team.set_networks(zoe.who, {}, home, now));
  EXPECT_TRUE(desk.authentication.authenticate(zoe.access.expose(), elsewhere.address, now));
}

TEST_P(AccountsTest, NothingChangesThatCannotBeRecorded) {
  const auto zoe = owner();
  const auto max = colleague(zoe, "max@hillside.example", access::Role::viewer);
  ASSERT_TRUE(test_databases::refuse_rows(*connection, GetParam(), "audit_log"));
  EXPECT_FALSE(desk.team.remove(zoe.who, max.who.id, home, now));
  EXPECT_FALSE(desk.team.change_role(zoe.who, max.who.id, access::Role::owner, home, now));
  EXPECT_FALSE(desk.authentication.make_api_token(zoe.who, {"sync", {"calls.read"}, {}}, home, now));
  EXPECT_FALSE(desk.registration.change_password(zoe.who, secret(kPassword), secret(kOther), home, now));
  ASSERT_TRUE(test_databases::take_rows_again(*connection, GetParam(), "audit_log"));
  EXPECT_EQ(who(max.access)->role, access::Role::viewer);
  EXPECT_TRUE(desk.authentication.api_tokens(zoe.who)->empty());
  (void)sign_in(kZoe);
}

TEST_P(AccountsTest, WhatExpiredIsSwept) {
  const auto zoe = owner();
  (void)try_password(kZoe, "wrong wrong wrong");
  ASSERT_TRUE(desk.registration.forgot_password(kZoe, home, now));
  const auto count = [&](const std::string& table) {
    return connection->run("SELECT COUNT(*) FROM " + table)->front().integer(0);
  };
  ASSERT_TRUE(sweep(*connection, now));
  EXPECT_GT(count("email_tokens"), 0);
  EXPECT_GT(count("sign_in_attempts"), 0);
  pass(hours(25));
  ASSERT_TRUE(sweep(*connection, now));
  EXPECT_EQ(count("email_tokens"), 0);
  EXPECT_EQ(count("sign_in_attempts"), 0);
  EXPECT_EQ(count("sessions"), 1);
  pass(hours(200 * 24));
  ASSERT_TRUE(sweep(*connection, now));
  EXPECT_EQ(count("sessions"), 0);
  EXPECT_EQ(count("refresh_tokens"), 0);
}

}  // namespace frontdesk::accounts
