// A request as it is written on the wire, and what may not be in it. Private to this folder.
#pragma once
#include "outbound/address_guard/url.hpp"
#include "outbound/client.hpp"

namespace frontdesk::outbound {

/// invalid_argument: a method or header that would not be one line, or that is the client's to write.
base::Status check_request(const Request& request);

/// The request line and headers, with the empty line.
std::string request_head(const Request& request, const address_guard::Url& url, std::string_view user_agent);

bool is_repeatable(const Request& request);

/// Whether this status with this Location is followed, and how the next request looks: GET after 303, and after 301 and
/// 302 to a POST; to another origin without anything that could be a credential.
bool is_redirect(int status);
void redirect_request(Request& request, int status, bool same_origin);

}  // namespace frontdesk::outbound
