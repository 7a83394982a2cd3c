// For tests: bearer tokens and session cookies by name, each with its principal.
#pragma once
#include <map>
#include <string>

#include "rest/authenticator.hpp"

namespace frontdesk::rest {

class FixtureAuthenticator final : public Authenticator {
 public:
  void add(std::string secret, access::Principal principal) { known_[std::move(secret)] = std::move(principal); }

  Answer<Caller> authenticate(const http::Request& request) override {
    if (const auto* shown = http::find_field(request.headers, "Authorization")) {
      if (!shown->starts_with("Bearer ")) return refused();
      return found(shown->substr(7), Credential::bearer);
    }
    if (const auto* shown = http::find_field(request.headers, "Cookie")) {
      if (!shown->starts_with("session=")) return refused();
      return found(shown->substr(8), Credential::cookie);
    }
    return refused();
  }

 private:
  Answer<Caller> found(const std::string& secret, Credential credential) const {
    const auto principal = known_.find(secret);
    if (principal == known_.end()) return refused();
    return Caller{principal->second, credential};
  }
  static tl::unexpected<Problem> refused() { return tl::unexpected(Problem(401, "sign in, or send a token")); }

  std::map<std::string, access::Principal> known_;
};

}  // namespace frontdesk::rest
