// An HTTP/1.1 server (RFC 9112) for the console and the API: one network thread, and a few threads
// for the functions that answer, because they read the database and files.
//
// Until somebody has an account there is no sign-in, so it protects itself from web pages of others: a request must
// name a loopback host, the address the server listens on, or a host listed in the options (against DNS rebinding), and
// must not come from another site (Sec-Fetch-Site, Origin).
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "http/router.hpp"
#include "http/websocket/protocol.hpp"

namespace frontdesk::http {

inline constexpr std::size_t kLargeBody = 1024 * 1024;
/// A body may take longer than `request` at this pace: bytes a second.
inline constexpr std::size_t kSlowestUpload = 128 * 1024;

struct Limits {
  std::size_t header_bytes = 16 * 1024;  ///< 431 above
  std::size_t body_bytes = 64 * 1024;    ///< 413 above
  int large_bodies = 3;                  ///< of more than kLargeBody being held at once; 503 above
  int connections = 200;                 ///< 503 above; without WebSockets
  int web_sockets = 1000;                ///< 503 above
  int answering_threads = 2;
  int waiting_requests = 64;                            ///< for an answering thread; 503 above
  base::Duration idle = base::seconds(60);              ///< between requests
  base::Duration request = base::seconds(10);           ///< from a request's first byte to its last
  base::Duration write = base::seconds(30);             ///< for each 64 KiB of the response
  base::Duration web_socket_write = base::seconds(10);  ///< for what one writing takes; a slower client is dropped
  websocket::Limits web_socket;
  base::Duration stop_grace = base::seconds(3);  ///< for requests that are being answered
};

/// One answered request, for metrics and the log: no path, because paths and queries can tell who called.
struct Exchange {
  std::string request_id;
  std::string method;
  std::string route;  ///< the pattern; empty if none matched
  int status = 0;
  base::Duration took{0};  ///< until the last byte was written
  std::string failure;     ///< what a responding function threw
};

/// Where TLS connections are taken beside the others. TLS 1.3 alone (RFC 8446): every browser of today speaks it.
struct TlsListening {
  base::Endpoint listen;                   ///< port 0: any free one
  std::string certificate_file, key_file;  ///< PEM; the whole chain, the server's own first
};

struct ServerOptions {
  base::Endpoint listen;  ///< port 0: any free one
  std::optional<TlsListening> tls;
  std::vector<std::string> allowed_hosts;  ///< names beside loopback, without port: "frontdesk.example.org"
  /// Other sites whose pages may use the API, with tokens, never with cookies: "https://crm.example.org".
  std::vector<std::string> allowed_origins;
  bool behind_tls = false;  ///< browsers reach it by https only: tells them to keep to that (RFC 6797)
  Limits limits;
  std::function<void(const Exchange&)> report;  ///< called on the network thread; must not block
};

class Server {
 public:
  /// already_exists if the port is in use, permission_denied, invalid_argument (not an address of this machine, no
  /// certificate and key that belong together).
  static base::Result<std::unique_ptr<Server>> start(ServerOptions options, Router router);
  ~Server();  ///< stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Where it listens, with the port that was chosen.
  base::Endpoint bound() const;
  /// Port 0: TLS is not listened for.
  base::Endpoint bound_tls() const;
  /// Reads certificate and key again, for connections that come from now on. After an error the old ones serve.
  base::Status reload_certificate();
  /// Takes no more connections, lets running requests finish within the grace, joins the threads.
  /// Safe to call twice; not from a responding function.
  void stop();

 private:
  class Engine;
  explicit Server(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace frontdesk::http
