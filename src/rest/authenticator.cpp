#include "rest/authenticator.hpp"

namespace frontdesk::rest {

LocalOwner::LocalOwner(std::string organisation) : organisation_(std::move(organisation)) {}

Answer<Caller> LocalOwner::authenticate(const http::Request& request) {
  if (!request.peer.is_loopback())
    return tl::unexpected(Problem(401, "nobody has signed up yet: open this page on the machine itself"));
  // Nothing is shown here, so a page of another site, though it be listed, must not pass for somebody at this machine.
  if (const auto* origin = http::find_field(request.headers, "Origin");
      origin != nullptr && !origin->ends_with("://" + request.host))
    return tl::unexpected(Problem(401, "pages of other sites need a token"));
  Caller caller;
  caller.principal.organisation = organisation_;
  caller.principal.id = "user_local";
  caller.principal.role = access::Role::owner;
  return caller;
}

}  // namespace frontdesk::rest
