// A connection, plain or TLS, behind one type: so that what speaks HTTP over it is compiled once. Private to modules
// that include Asio. Buffers live in the caller until the operation is over; one reading and one writing at a time.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>
#include <memory>

#include "http/moved.hpp"

namespace frontdesk::http {

class Stream {
 public:
  virtual ~Stream() = default;
  /// The socket below: for its options and addresses, and to cancel or close what is under way.
  virtual boost::asio::ip::tcp::socket& socket() = 0;
  /// Before anything else; of a plain connection there is none.
  virtual boost::asio::awaitable<boost::system::error_code> handshake() = 0;
  virtual boost::asio::awaitable<Moved> read(void* into, std::size_t room) = 0;
  /// All of it, or an error.
  virtual boost::asio::awaitable<Moved> write(const void* bytes, std::size_t count) = 0;
  /// Tells the peer that nothing more comes: in TLS close_notify (RFC 8446, section 6.1) and waits for the peer's, then
  /// FIN. Give it a deadline.
  virtual boost::asio::awaitable<void> finish() = 0;
  virtual bool encrypted() const = 0;
};

std::unique_ptr<Stream> plain_stream(boost::asio::ip::tcp::socket socket);
/// As the server. `context` must outlive the handshake's beginning only: OpenSSL counts its users.
std::unique_ptr<Stream> tls_server_stream(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& context);

}  // namespace frontdesk::http
