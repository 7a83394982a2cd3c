// A request whose whole response is waited for, on a thread that may block (never the client's own).
#pragma once
#include "outbound/client.hpp"

namespace frontdesk::outbound {

struct Response {
  int status = 0;
  Fields headers;
  std::string body;
  std::string url;
  Timing timing;
};

/// How it ended when there is no whole response.
struct Failure {
  base::Error error;
  bool sent = false;
};

tl::expected<Response, Failure> fetch(Client& client, Request request);

}  // namespace frontdesk::outbound
