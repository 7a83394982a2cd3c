#include "app/door.hpp"

#include <utility>

#include "base/clock.hpp"

namespace frontdesk::app {

namespace {

/// While the database does not answer nobody is sent away: nobody could have been signed out in it either.
bool still_welcome(accounts::Accounts& accounts, const access::Principal& who) {
  const bool at_this_machine = who.kind == access::Principal::Kind::user && who.session.empty();
  if (at_this_machine) {
    const auto anybody = accounts.registration.anybody();
    return !anybody || !*anybody;
  }
  return accounts.authentication.still_valid(who, base::wall_now()).value_or(true);
}

}  // namespace

live::Doorkeeper door_of(std::shared_ptr<rest::Authenticator> authenticator, accounts::Accounts* accounts) {
  live::Doorkeeper door;
  door.identify = [knows = std::move(authenticator)](const http::Request& request) -> base::Result<access::Principal> {
    const auto caller = knows->authenticate(request);
    if (caller) return caller->principal;
    constexpr int kForbidden = 403;
    const auto code =
        caller.error().status == kForbidden ? base::ErrorCode::permission_denied : base::ErrorCode::unauthenticated;
    return base::fail(code, "app", caller.error().detail);
  };
  if (accounts != nullptr)
    door.still_welcome = [accounts](const access::Principal& who) { return still_welcome(*accounts, who); };
  return door;
}

}  // namespace frontdesk::app
