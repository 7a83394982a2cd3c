// Pages of other sites that may use the API (https://fetch.spec.whatwg.org, CORS): those whose origins the owner lists,
// with a token that the page holds. Cookies are never allowed to come along, so a listed site that is broken into gains
// nothing from who is signed in.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "http/message.hpp"

namespace frontdesk::http {

/// The request's Origin if it is listed; nullptr if there is none or it is not.
const std::string* allowed_origin(const Request& request, const std::vector<std::string>& allowed);

/// The answer to a preflight of a listed origin; nothing if it is none. `allow`: the methods of the address.
std::optional<Response> preflight(const Request& request, const std::vector<std::string>& allowed,
                                  const std::string& allow);

/// Lets the page of a listed origin read the response.
void permit_origin(Response& response, const Request& request, const std::vector<std::string>& allowed);

}  // namespace frontdesk::http
