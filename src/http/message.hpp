// Requests and responses as values, free of sockets (RFC 9110). Errors are problem documents (RFC 9457).
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "http/file.hpp"
#include "http/live_body.hpp"

namespace frontdesk::http {

struct Field {
  std::string name;
  std::string value;
  friend bool operator==(const Field&, const Field&) = default;
};
using Fields = std::vector<Field>;

/// The first field of that name, in any case; nullptr if there is none.
const std::string* find_field(const Fields& fields, std::string_view name);

struct Request {
  std::string id;                                 ///< "req_...": also in the X-Request-Id header of the response
  std::string method;                             ///< "GET"
  std::string host;                               ///< the Host header, or the authority of an absolute-form target
  std::vector<std::string> segments;              ///< of the path, percent-decoded: "/a/b%20c" is {"a", "b c"}
  Fields query;                                   ///< decoded, in order, duplicates kept
  std::map<std::string, std::string> parameters;  ///< what {name} in the route's pattern stood for
  Fields headers;
  std::string body;
  base::Endpoint peer;
  bool encrypted = false;  ///< came by TLS
};

class WebSocketPeer;

struct Response {
  int status = 200;
  Fields headers;                  ///< Content-Type and the like; length, date and security headers are the server's
  std::string body;                ///< ignored if there is a file
  FileHandle file;                 ///< sent whole or in the range that was asked for
  std::shared_ptr<LiveBody> live;  ///< instead of both: sent as it comes; the connection's end is the body's
  std::shared_ptr<WebSocketPeer> web_socket;  ///< with 101, of upgrade(): the connection is its from here on
  std::string nonce;                          ///< of a page: its own <script nonce> and <style nonce> may run
};

Response text(std::string body, std::string_view content_type);
Response json(std::string body);
/// A page; whoever writes its <script nonce="..."> makes a new nonce for each response.
Response html(std::string page, std::string nonce = {});
Response file(FileHandle file, std::string_view content_type);
Response live(std::shared_ptr<LiveBody> body, std::string_view content_type);

/// application/problem+json. `detail` is shown to the user: what is wrong and what to do.
/// `parameter` names the offending query parameter, if one is to blame.
Response problem(int status, std::string_view detail, std::string_view parameter = {});

/// The problem for an error of another module; its message is safe to show.
Response problem(const base::Error& error);

/// The status of such an error.
int status_of(base::ErrorCode code);

std::string_view reason_phrase(int status);

}  // namespace frontdesk::http
