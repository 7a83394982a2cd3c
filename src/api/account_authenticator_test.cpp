#include "api/account_authenticator.hpp"

#include <gtest/gtest.h>

#include "accounts/desk.hpp"
#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "store/call_records.hpp"

namespace frontdesk::api {
namespace {

class AccountAuthenticatorTest : public testing::Test {
 protected:
  std::unique_ptr<accounts::Desk> open() {
    std::filesystem::create_directory(folder);
    auto opened = accounts::Desk::open(folder, "", {"https://desk.example"}, none, base::wall_now());
    return std::move(*opened);
  }
  ~AccountAuthenticatorTest() override {
    desk.reset();
    std::filesystem::remove_all(folder);
  }

  int status_from(const char* address, http::Fields headers = {}) {
    http::Request request;
    request.method = "GET";
    request.host = "127.0.0.1:8080";
    request.peer = *base::parse_endpoint(address);
    request.headers = std::move(headers);
    const auto caller = authenticator.authenticate(request);
    if (caller) last = *caller;
    return caller ? 200 : caller.error().status;
  }

  std::string sign_up() {
    const base::Secret password("violet spoon window 4");
    const auto link = (*desk->accounts().registration.first_owner_link(base::wall_now()))->expose();
    const accounts::Visitor home{*base::parse_endpoint("127.0.0.1:4000"), "test"};
    const auto token = link.substr(link.find("#token=") + 7);
    EXPECT_TRUE(desk->accounts().registration.register_account({"zoe@hillside.example", password, "Zoe", token}, home,
                                                               base::wall_now()));
    const auto in = desk->accounts().sign_in.password({"zoe@hillside.example", password, ""}, home, base::wall_now());
    return std::get<accounts::SessionTokens>(*in).access.expose();
  }

  const std::filesystem::path folder = std::filesystem::temp_directory_path() / base::new_id("authenticator");
  notify::NoMailer none;
  std::unique_ptr<accounts::Desk> desk = open();
  AccountAuthenticator authenticator{desk->accounts(), std::string(store::kLocalOrganisation)};
  rest::Caller last;
};

TEST_F(AccountAuthenticatorTest, ThisMachineIsTheOwnerUntilSomebodySignsUp) {
  EXPECT_EQ(status_from("127.0.0.1:4000"), 200);
  EXPECT_EQ(last.principal.role, access::Role::owner);
  EXPECT_TRUE(accounts::is_recent(last.principal, base::wall_now()));
  EXPECT_EQ(status_from("192.0.2.7:4000"), 401);
  const auto token = sign_up();
  EXPECT_EQ(status_from("127.0.0.1:4000"), 401);
  EXPECT_EQ(status_from("192.0.2.7:4000", {{"Authorization", "Bearer " + token}}), 200);
  EXPECT_EQ(last.credential, rest::Credential::bearer);
  EXPECT_EQ(status_from("192.0.2.7:4000", {{"Cookie", "a=b; session=" + token}}), 200);
  EXPECT_EQ(last.credential, rest::Credential::cookie);
}

TEST_F(AccountAuthenticatorTest, WhatIsShownAndWrongIsNeverTakenForNothing) {
  EXPECT_EQ(status_from("192.0.2.7:4000", {{"Authorization", "Bearer x"}}), 401);
  EXPECT_EQ(status_from("127.0.0.1:4000", {{"Cookie", "session=of.an.earlier.installation"}}), 200);
  const auto token = sign_up();
  for (const auto* shown : {"Bearer x", "Bearer ", "Basic dXNlcg==", ""})
    EXPECT_EQ(status_from("127.0.0.1:4000", {{"Authorization", shown}}), 401) << shown;
  EXPECT_EQ(status_from("127.0.0.1:4000", {{"Cookie", "session=x"}}), 401);
  EXPECT_EQ(status_from("127.0.0.1:4000", {{"Authorization", "Basic x"}, {"Cookie", "session=" + token}}), 401);
  for (const auto* cookies : {"xsession=", "session", "session=", "; ; =", "sessions=1; session="})
    EXPECT_EQ(status_from("127.0.0.1:4000", {{"Cookie", cookies + token.substr(0, 0)}}), 401) << cookies;
}

}  // namespace
}  // namespace frontdesk::api
