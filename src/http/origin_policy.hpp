// Keeps other people's web pages away from a server that may have no sign-in yet: DNS rebinding gives a hostile
// page a name that resolves to this machine, so the name in the Host header must be one of ours; and
// browsers say when a request comes from another site (https://www.w3.org/TR/fetch-metadata/).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "http/message.hpp"

namespace frontdesk::http {

/// Why the request is refused, in words for its sender; nothing if it is welcome. `listen` is the
/// address the server is bound to.
std::optional<std::string> refusal(const Request& request, const base::Endpoint& listen,
                                   const std::vector<std::string>& allowed_hosts,
                                   const std::vector<std::string>& allowed_origins = {});

/// For WebSocket handshakes, which browsers send to anybody, from any page, with our cookies, as a GET (RFC 6455,
/// section 10.2). Programs that are no browsers name no origin.
std::optional<std::string> foreign_origin(const Request& request);

/// "localhost:8080" -> "localhost", "[::1]:80" -> "::1"; empty if malformed.
std::string host_name(std::string_view host_and_port);

}  // namespace frontdesk::http
