// Port: who makes a request. Implemented where people and tokens are known.
#pragma once
#include "access/access.hpp"
#include "http/message.hpp"
#include "rest/problem.hpp"

namespace frontdesk::rest {

/// How it was shown. What a browser sends by itself needs proof that the page was ours (protocol/forgery.hpp).
enum class Credential { bearer, cookie, none };

struct Caller {
  access::Principal principal;
  Credential credential = Credential::none;
};

class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// Problem 401 if nothing was shown, or what was shown is unknown, expired or revoked; the detail tells a person what
  /// to do and an attacker nothing. Called on answering threads, several at once; may block.
  virtual Answer<Caller> authenticate(const http::Request& request) = 0;
};

/// Before anybody has signed up: whoever works at this machine is the owner. Others are refused.
class LocalOwner final : public Authenticator {
 public:
  explicit LocalOwner(std::string organisation);
  Answer<Caller> authenticate(const http::Request& request) override;

 private:
  std::string organisation_;
};

}  // namespace frontdesk::rest
