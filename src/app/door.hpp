// Who may watch and make calls over /ws: whoever the API would know.
#pragma once
#include <memory>

#include "live/doorkeeper.hpp"
#include "rest/authenticator.hpp"

namespace frontdesk::app {

live::Doorkeeper door_of(std::shared_ptr<rest::Authenticator> authenticator);

}  // namespace frontdesk::app
