// From a response to what goes on the wire: conditional requests (RFC 9110, section 13), ranges, HEAD,
// and the headers every response carries.
#pragma once
#include <string>

#include "base/time.hpp"
#include "http/message.hpp"
#include "http/range.hpp"

namespace frontdesk::http {

struct Transmission {
  int status = 0;
  std::string head;  ///< status line and fields, with the empty line
  std::string body;  ///< empty if there is a file
  FileHandle file;
  Slice slice;  ///< of the file
  std::shared_ptr<LiveBody> live;
};

/// `keep_alive` becomes the Connection header.
Transmission prepare(Response response, const Request& request, bool keep_alive, base::UtcTime now);

/// "Sun, 22 Nov 2026 14:52:00 GMT"
std::string http_date(base::UtcTime time);

}  // namespace frontdesk::http
