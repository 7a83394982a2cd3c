#include "api/account_authenticator.hpp"

#include "base/clock.hpp"

namespace frontdesk::api {
namespace {

constexpr std::string_view kBearer = "Bearer ";

std::string_view bearer(const http::Request& request) {
  const auto* field = http::find_field(request.headers, "Authorization");
  if (field == nullptr) return {};
  std::string_view value(*field);
  return value.starts_with(kBearer) ? value.substr(kBearer.size()) : std::string_view();
}

}  // namespace

std::string_view cookie(const http::Request& request, std::string_view name) {
  const auto* field = http::find_field(request.headers, "Cookie");
  std::string_view rest = field == nullptr ? std::string_view() : std::string_view(*field);
  while (!rest.empty()) {
    const auto end = std::min(rest.find(';'), rest.size());
    auto pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
      return pair.substr(name.size() + 1);
  }
  return {};
}

rest::Answer<rest::Caller> AccountAuthenticator::authenticate(const http::Request& request) {
  const auto anybody = has_anybody();
  if (!anybody) return tl::unexpected(rest::Problem(anybody.error()));
  if (!*anybody) return local_owner(request);
  const bool shows_authorization = http::find_field(request.headers, "Authorization") != nullptr;
  const auto credential = shows_authorization ? bearer(request) : cookie(request, kSessionCookie);
  if (credential.empty() && !shows_authorization) return tl::unexpected(rest::Problem(401, "sign in, or send a token"));
  auto principal = accounts_.authentication.authenticate(credential, request.peer, base::wall_now());
  if (!principal) return tl::unexpected(rest::Problem(principal.error()));
  return rest::Caller{std::move(*principal), shows_authorization ? rest::Credential::bearer : rest::Credential::cookie};
}

base::Result<bool> AccountAuthenticator::has_anybody() {
  if (anybody_) return true;
  const auto anybody = accounts_.registration.anybody();
  if (anybody) anybody_ = *anybody;
  return anybody;
}

/// A cookie may be there from an earlier installation: nothing that is shown means anything yet.
rest::Answer<rest::Caller> AccountAuthenticator::local_owner(const http::Request& request) {
  auto owner = local_owner_.authenticate(request);
  if (owner) owner->principal.authenticated_at = base::wall_now();
  return owner;
}

}  // namespace frontdesk::api
