#include "sip/connection_watch.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace frontdesk::sip {
namespace {

/// Long beyond any registration: libre's own pings stay out of the way, only
/// its loss report is wanted.
constexpr std::uint32_t kNoPingSeconds = 24 * 3600;
constexpr unsigned kUnacknowledgedMs = 20'000;  ///< what is sent is acknowledged by then, or the way is broken
constexpr int kAboveTls = 10;

}  // namespace

bool ConnectionWatch::follow(struct sip* stack, const sip_msg* response) {
  tcp_conn* connection = sip_msg_tcpconn(response);
  if (connection == connection_.get()) return false;
  leave();
  if (!connection) return true;
  send_at_once(response);
  const int fd = tcp_conn_fd(connection);
  const unsigned limit = kUnacknowledgedMs;
  if (fd >= 0) (void)::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof(limit));
  connection_ = Ref<tcp_conn>(static_cast<tcp_conn*>(mem_ref(connection)));
  const auto on_data = [](int*, mbuf* data, bool*, void* arg) {
    const bool pong = mbuf_get_left(data) == 2 && mbuf_buf(data)[0] == '\r' && mbuf_buf(data)[1] == '\n';
    auto& self = *static_cast<ConnectionWatch*>(arg);
    if (pong) at_boundary(self.faults_, self.on_pong_);
    return false;
  };
  tcp_register_helper(listener_.out(), connection, kAboveTls, nullptr, nullptr, on_data, this);
  const auto on_lost = [](int, void* arg) {
    auto& self = *static_cast<ConnectionWatch*>(arg);
    at_boundary(self.faults_, self.on_lost_);
  };
  sip_keepalive_start(loss_report_.out(), stack, response, kNoPingSeconds, on_lost, this);
  return true;
}

void ConnectionWatch::close() {
  const int fd = connection_ ? tcp_conn_fd(connection_.get()) : -1;
  if (fd >= 0) (void)::shutdown(fd, SHUT_RDWR);
  leave();
}

void ConnectionWatch::leave() {
  loss_report_.reset();
  listener_.reset();
  connection_.reset();
}

}  // namespace frontdesk::sip
