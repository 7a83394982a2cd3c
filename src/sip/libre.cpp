#include "sip/libre.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace frontdesk::sip {

base::Endpoint endpoint_from(const sa& address) {
  base::Endpoint endpoint;
  endpoint.port = sa_port(&address);
  endpoint.v6 = sa_af(&address) == AF_INET6;
  if (endpoint.v6) {
    sa_in6(&address, endpoint.address.data());
  } else {
    std::memcpy(endpoint.address.data(), &address.u.in.sin_addr, 4);
  }
  return endpoint;
}

sa address_from(const base::Endpoint& endpoint) {
  sa address;
  if (endpoint.v6) {
    sa_set_in6(&address, endpoint.address.data(), endpoint.port);
  } else {
    sa_init(&address, AF_INET);
    std::memcpy(&address.u.in.sin_addr, endpoint.address.data(), 4);
    sa_set_port(&address, endpoint.port);
  }
  return address;
}

void send_at_once(const sip_msg* message) {
  if (message->tp == SIP_TRANSP_UDP) return;
  const int fd = tcp_conn_fd(sip_msg_tcpconn(message));
  const int on = 1;
  if (fd >= 0) (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

void Timer::start(base::Duration delay, std::function<void()> action) {
  action_ = std::move(action);
  const auto ms = std::max<std::int64_t>(0, base::to_ms(delay + base::milliseconds(1) - base::Duration(1)));
  tmr_start(
      &timer_, static_cast<std::uint64_t>(ms),
      [](void* arg) {
        // Moved out first: the action may start this timer again or destroy it.
        auto& self = *static_cast<Timer*>(arg);
        FaultSink& faults = self.faults_;
        const auto run = std::move(self.action_);
        at_boundary(faults, run);
      },
      this);
}

}  // namespace frontdesk::sip
