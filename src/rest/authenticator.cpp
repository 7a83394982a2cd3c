#include "rest/authenticator.hpp"

namespace frontdesk::rest {

LocalOwner::LocalOwner(std::string organisation) : organisation_(std::move(organisation)) {}

Answer<Caller> LocalOwner::authenticate(const http::Request& request) {
  if (!request.peer.is_loopback())
    return tl::unexpected(Problem(401, "nobody has signed up yet: open this page on the machine itself"));
  Caller caller;
  caller.principal.organisation = organisation_;
  caller.principal.id = "user_local";
  caller.principal.role = access::Role::owner;
  return caller;
}

}  // namespace frontdesk::rest
