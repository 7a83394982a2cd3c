#include "app/door.hpp"

#include <utility>

namespace frontdesk::app {

live::Doorkeeper door_of(std::shared_ptr<rest::Authenticator> authenticator) {
  live::Doorkeeper door;
  door.identify = [knows = std::move(authenticator)](const http::Request& request) -> base::Result<access::Principal> {
    const auto caller = knows->authenticate(request);
    if (caller) return caller->principal;
    constexpr int kForbidden = 403;
    const auto code =
        caller.error().status == kForbidden ? base::ErrorCode::permission_denied : base::ErrorCode::unauthenticated;
    return base::fail(code, "app", caller.error().detail);
  };
  return door;
}

}  // namespace frontdesk::app
