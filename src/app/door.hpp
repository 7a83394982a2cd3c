// Who may watch and make calls over /ws, and for how long: whoever the API would know.
#pragma once
#include <memory>

#include "accounts/accounts.hpp"
#include "live/doorkeeper.hpp"
#include "rest/authenticator.hpp"

namespace frontdesk::app {

/// `accounts` must outlive what is returned; null: nobody is ever sent away.
live::Doorkeeper door_of(std::shared_ptr<rest::Authenticator> authenticator, accounts::Accounts* accounts);

}  // namespace frontdesk::app
