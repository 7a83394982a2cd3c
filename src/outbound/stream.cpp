#include "outbound/stream.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace frontdesk::outbound {
namespace {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;

void close_socket(tcp::socket& socket) {
  error_code ignored;
  socket.close(ignored);
}

/// Whether a read that does not wait finds nothing.
template <class Layer>
bool silent(tcp::socket& socket, Layer& layer) {
  error_code error;
  socket.non_blocking(true, error);
  if (error) return false;
  char byte = 0;
  layer.read_some(net::buffer(&byte, 1), error);
  return error == net::error::would_block || error == net::error::try_again;
}

class PlainStream : public Stream {
 public:
  explicit PlainStream(tcp::socket socket) : socket_(std::move(socket)) {}

  net::awaitable<base::Status> handshake() override { co_return base::Status{}; }
  net::awaitable<Moved> read(char* into, std::size_t room) override {
    Moved moved = co_await http::read_from(socket_, into, room);
    co_return moved;
  }
  net::awaitable<Moved> write(const char* bytes, std::size_t count) override {
    Moved moved = co_await http::write_to(socket_, bytes, count);
    co_return moved;
  }
  bool fit() override { return silent(socket_, socket_); }
  bool resumed() const override { return false; }
  void close() override { close_socket(socket_); }

 private:
  tcp::socket socket_;
};

class TlsStream : public Stream {
 public:
  TlsStream(tcp::socket socket, TlsContext& tls, std::string host)
      : stream_(std::move(socket), tls.context()), host_(std::move(host)) {}
  /// OpenSSL takes a session whose connection just ends for broken, and would not resume it.
  ~TlsStream() override { SSL_set_shutdown(native(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN); }
  SSL* native() { return stream_.native_handle(); }

  net::awaitable<base::Status> handshake() override {
    error_code error;
    co_await stream_.async_handshake(net::ssl::stream_base::client, net::redirect_error(net::use_awaitable, error));
    if (error) co_return tl::unexpected(tls_error(native(), error, host_));
    co_return base::Status{};
  }
  net::awaitable<Moved> read(char* into, std::size_t room) override {
    Moved moved = co_await http::read_from(stream_, into, room);
    co_return moved;
  }
  net::awaitable<Moved> write(const char* bytes, std::size_t count) override {
    Moved moved = co_await http::write_to(stream_, bytes, count);
    co_return moved;
  }
  bool fit() override { return silent(stream_.next_layer(), stream_); }  // reads session tickets on the way
  bool resumed() const override { return SSL_session_reused(const_cast<TlsStream*>(this)->native()) == 1; }
  void close() override { close_socket(stream_.next_layer()); }

 private:
  net::ssl::stream<tcp::socket> stream_;
  std::string host_;
};

}  // namespace

std::unique_ptr<Stream> plain_stream(tcp::socket socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

base::Result<std::unique_ptr<Stream>> tls_stream(tcp::socket socket, TlsContext& tls, const address_guard::Url& url) {
  auto stream = std::make_unique<TlsStream>(std::move(socket), tls, url.host);
  if (auto ready = tls.prepare(stream->native(), url); !ready) return tl::unexpected(ready.error());
  return stream;
}

}  // namespace frontdesk::outbound
