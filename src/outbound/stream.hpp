// A connection, plain or TLS, behind one type: so that what speaks HTTP over it is compiled once. Private to this
// folder: it includes Asio. Buffers live in the caller until the operation is over.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <memory>

#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "http/moved.hpp"
#include "outbound/tls_context.hpp"

namespace frontdesk::outbound {

using http::Moved;

class Stream {
 public:
  virtual ~Stream() = default;
  virtual boost::asio::awaitable<base::Status> handshake() = 0;
  virtual boost::asio::awaitable<Moved> read(char* into, std::size_t room) = 0;
  /// All of it, or an error.
  virtual boost::asio::awaitable<Moved> write(const char* bytes, std::size_t count) = 0;
  /// Of a connection nobody uses: still open, and nothing has come unasked.
  virtual bool fit() = 0;
  virtual bool resumed() const = 0;
  virtual void close() = 0;  ///< ends what is under way with an error
};

std::unique_ptr<Stream> plain_stream(boost::asio::ip::tcp::socket socket);
base::Result<std::unique_ptr<Stream>> tls_stream(boost::asio::ip::tcp::socket socket, TlsContext& tls,
                                                 const address_guard::Url& url);

/// A connection and what it is good for.
struct Connection {
  std::unique_ptr<Stream> stream;
  base::Endpoint remote;
  std::string origin;
  base::Instant idle_since{};
  bool reused = false;
};

}  // namespace frontdesk::outbound
