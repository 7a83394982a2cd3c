// One reading and one writing on a socket or on TLS over it, as coroutines. Private to modules that include Asio.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>

namespace frontdesk::http {

struct Moved {
  std::size_t bytes = 0;
  boost::system::error_code error;
};

template <class Layer>
boost::asio::awaitable<Moved> read_from(Layer& layer, void* into, std::size_t room) {
  Moved moved;
  const auto buffer = boost::asio::buffer(into, room);
  moved.bytes =
      co_await layer.async_read_some(buffer, boost::asio::redirect_error(boost::asio::use_awaitable, moved.error));
  co_return moved;
}

/// All of it, or an error.
template <class Layer>
boost::asio::awaitable<Moved> write_to(Layer& layer, const void* bytes, std::size_t count) {
  Moved moved;
  const auto buffer = boost::asio::buffer(bytes, count);
  moved.bytes = co_await boost::asio::async_write(layer, buffer,
                                                  boost::asio::redirect_error(boost::asio::use_awaitable, moved.error));
  co_return moved;
}

}  // namespace frontdesk::http
