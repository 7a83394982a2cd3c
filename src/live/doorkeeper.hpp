// Port: who is asking.
#pragma once
#include <functional>

#include "access/access.hpp"
#include "base/error.hpp"
#include "http/message.hpp"

namespace frontdesk::live {

struct Doorkeeper {
  /// By cookie or bearer token. unauthenticated: 401; permission_denied: 403. On an answering thread; may block.
  std::function<base::Result<access::Principal>(const http::Request&)> identify;
  /// While a connection lasts: false once the session ended or the token was revoked. Empty: it never is.
  std::function<bool(const access::Principal&)> still_welcome;
};

}  // namespace frontdesk::live
