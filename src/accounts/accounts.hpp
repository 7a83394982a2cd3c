// Accounts as one: what the routes and the program hold.
#pragma once
#include "accounts/authentication.hpp"
#include "accounts/registration.hpp"
#include "accounts/second_factor.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/team.hpp"

namespace frontdesk::accounts {

struct Accounts {
  explicit Accounts(Office& shared)
      : registration(shared), sign_in(shared), second_factor(shared), authentication(shared), team(shared) {}

  Registration registration;
  SignIn sign_in;
  SecondFactor second_factor;
  Authentication authentication;
  Team team;
};

}  // namespace frontdesk::accounts
