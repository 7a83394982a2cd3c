// Everything the program asks of others over HTTP/1.1 (RFC 9110, 9112): one thread, warm connections, TLS 1.2 and 1.3
// that verify chain and name, a deadline for each step. Where it may connect is decided by address_guard, by the
// address itself, at each use of a connection; redirects are followed only if asked, and each is decided anew. No proxy
// is used and the environment is not consulted.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "http/live_body.hpp"
#include "http/message.hpp"
#include "outbound/address_guard/address_guard.hpp"

namespace boost::asio {
class io_context;
}

namespace frontdesk::outbound {

using http::Field;
using http::Fields;

struct Deadlines {
  base::Duration connect = base::seconds(5);      ///< name, connection and TLS together; and waiting for a free one
  base::Duration first_byte = base::seconds(30);  ///< of the response, from the request's last byte
  base::Duration idle = base::seconds(30);        ///< without a byte in the middle of request or response
  base::Duration total = base::seconds(300);      ///< with all redirects
};

struct Request {
  std::string method = "GET";
  std::string url;
  Fields headers;  ///< not Host, Connection, Content-Length, Transfer-Encoding: those are the client's
  std::string body;
  std::shared_ptr<http::LiveBody> upload;      ///< instead of body: sent as it comes
  std::optional<std::uint64_t> upload_length;  ///< unset: sent in chunks
  Deadlines deadlines;
  std::size_t header_bytes = 32 * 1024;  ///< of the response; longer ones are refused
  std::uint64_t body_bytes = 16 * 1024 * 1024;
  int redirects = 0;  ///< how many to follow; then, or with 0, the redirect is the response
  /// Whether it does no harm twice: then it is sent again if a kept connection turns out to be dead.
  std::optional<bool> repeatable;                         ///< unset: by the method (RFC 9110, section 9.2.2)
  std::shared_ptr<const address_guard::Policy> policy{};  ///< unset: the client's
};

struct Head {
  int status = 0;
  Fields headers;   ///< without trailers
  std::string url;  ///< where it came from, after redirects
};

/// From the call of send(); 0: not reached.
struct Timing {
  base::Duration connected{0};   ///< a connection was there
  base::Duration sent{0};        ///< the request's last byte was handed over
  base::Duration first_byte{0};  ///< of the response
  base::Duration total{0};
  bool reused = false;   ///< the connection was kept from before
  bool resumed = false;  ///< a new connection, TLS resumed
};

struct Ending {
  /// Success is any whole response, whatever its status. Else the code tells what happened: permission_denied (the
  /// guard), deadline_exceeded, unavailable (no connection, or lost), unauthenticated (TLS), resource_exhausted (a
  /// limit), data_loss (not HTTP, or cut off), invalid_argument (the request); retry says whether again is sensible.
  base::Status status;
  bool sent = false;  ///< part of the request went out: the other side may have acted on it
  Timing timing;
};

enum class Flow { more, pause };

/// What became of a request: at most one head, pieces of body, exactly one end; or nothing more after cancel().
/// Called on the client's thread: must not block.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void head(base::RequestId id, const Head& head) = 0;
  /// pause: nothing more is read until resume(); the total deadline runs on.
  virtual Flow body(base::RequestId id, std::string_view bytes) = 0;
  virtual void end(base::RequestId id, const Ending& ending) = 0;
};

/// Safe from any thread.
class Client {
 public:
  virtual ~Client() = default;  ///< ends what is left with cancelled
  virtual base::RequestId send(Request request, std::shared_ptr<Sink> sink) = 0;
  /// No event of this request begins afterwards. Its connection is closed.
  virtual void cancel(base::RequestId id) = 0;
  virtual void resume(base::RequestId id) = 0;
  /// Opens connections so that as many are waiting; errors are dropped.
  virtual void warm(std::string url, int connections) = 0;

  struct Counts {
    std::uint64_t requests = 0, opened = 0, reused = 0, refused_addresses = 0, stale = 0;
    int running = 0, idle = 0;
  };
  virtual Counts counts() const = 0;
};

struct ClientOptions {
  address_guard::Policy policy;
  std::string ca_file;  ///< PEM; empty: the authorities of the system
  std::string user_agent = "frontdesk";
  int running = 1024;      ///< requests at once; more are refused with resource_exhausted
  int per_host = 128;      ///< connections to one host; more requests wait for one
  int idle_per_host = 16;  ///< connections kept
  int idle_total = 128;
  base::Duration idle_for = base::seconds(50);  ///< below the minute after which many servers close
  /// Addresses of a name; may block. Unset: the system's resolver. Numeric hosts are not asked about.
  std::function<base::Result<std::vector<base::Endpoint>>(const std::string& host, std::uint16_t port)> lookup;
};

/// On a thread of its own. invalid_argument if the authorities cannot be read.
base::Result<std::unique_ptr<Client>> start_client(ClientOptions options);

/// On the one thread that runs `context`, which must outlive the client and still be run after it is destroyed.
base::Result<std::unique_ptr<Client>> attach_client(boost::asio::io_context& context, ClientOptions options);

}  // namespace frontdesk::outbound
