#include "http/stream.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace frontdesk::http {
namespace {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;

class PlainStream final : public Stream {
 public:
  explicit PlainStream(tcp::socket socket) : socket_(std::move(socket)) {}

  tcp::socket& socket() override { return socket_; }
  net::awaitable<error_code> handshake() override { co_return error_code{}; }
  net::awaitable<Moved> read(void* into, std::size_t room) override {
    Moved moved = co_await read_from(socket_, into, room);
    co_return moved;
  }
  net::awaitable<Moved> write(const void* bytes, std::size_t count) override {
    Moved moved = co_await write_to(socket_, bytes, count);
    co_return moved;
  }
  net::awaitable<void> finish() override {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    co_return;
  }
  bool encrypted() const override { return false; }

 private:
  tcp::socket socket_;
};

class TlsServerStream final : public Stream {
 public:
  TlsServerStream(tcp::socket socket, net::ssl::context& context) : stream_(std::move(socket), context) {}

  tcp::socket& socket() override { return stream_.next_layer(); }
  net::awaitable<error_code> handshake() override {
    error_code error;
    co_await stream_.async_handshake(net::ssl::stream_base::server, net::redirect_error(net::use_awaitable, error));
    co_return error;
  }
  net::awaitable<Moved> read(void* into, std::size_t room) override {
    Moved moved = co_await read_from(stream_, into, room);
    co_return moved;
  }
  net::awaitable<Moved> write(const void* bytes, std::size_t count) override {
    Moved moved = co_await write_to(stream_, bytes, count);
    co_return moved;
  }
  net::awaitable<void> finish() override {
    error_code ignored;
    co_await stream_.async_shutdown(net::redirect_error(net::use_awaitable, ignored));
    stream_.next_layer().shutdown(tcp::socket::shutdown_send, ignored);
  }
  bool encrypted() const override { return true; }

 private:
  net::ssl::stream<tcp::socket> stream_;
};

}  // namespace

std::unique_ptr<Stream> plain_stream(tcp::socket socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

std::unique_ptr<Stream> tls_server_stream(tcp::socket socket, net::ssl::context& context) {
  return std::make_unique<TlsServerStream>(std::move(socket), context);
}

}  // namespace frontdesk::http
