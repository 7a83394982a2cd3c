#include "sip/accepted_connections.hpp"

#include <dirent.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>

#include "sip/libre.hpp"

namespace frontdesk::sip {
namespace {

constexpr int kQueueLength = 4096;  ///< the kernel's own limit may be lower

using AddressOf = int (*)(int, sockaddr*, socklen_t*);

std::optional<base::Endpoint> inet_address(AddressOf ask, int descriptor) {
  sa address{};
  address.len = sizeof(address.u);
  if (ask(descriptor, &address.u.sa, &address.len) != 0) return std::nullopt;
  if (address.u.sa.sa_family != AF_INET && address.u.sa.sa_family != AF_INET6) return std::nullopt;
  return endpoint_from(address);
}

std::optional<ConnectionQuota::Connection> accepted(int descriptor, const std::vector<std::uint16_t>& ports) {
  const auto local = inet_address(::getsockname, descriptor);
  if (!local || std::find(ports.begin(), ports.end(), local->port) == ports.end()) return std::nullopt;
  const auto peer = inet_address(::getpeername, descriptor);
  int type = 0;
  socklen_t size = sizeof(type);
  if (!peer || ::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM)
    return std::nullopt;
  tcp_info info{};
  size = sizeof(info);
  if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) info = {};
  return ConnectionQuota::Connection{descriptor, *peer, false, info.tcpi_bytes_received, info.tcpi_data_segs_in};
}

/// Calls `take(descriptor)` for each descriptor of this process.
template <class Take>
void each_descriptor(Take&& take) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/fd"), ::closedir);
  while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr) {
    const std::string_view name(entry->d_name);
    int descriptor = -1;
    if (std::from_chars(name.data(), name.data() + name.size(), descriptor).ec == std::errc{}) take(descriptor);
  }
}

}  // namespace

std::vector<ConnectionQuota::Connection> accepted_connections(const std::vector<std::uint16_t>& ports) {
  std::vector<ConnectionQuota::Connection> found;
  each_descriptor([&](int descriptor) {
    if (const auto connection = accepted(descriptor, ports)) found.push_back(*connection);
  });
  return found;
}

void lengthen_queues(const std::vector<std::uint16_t>& ports) {
  each_descriptor([&](int descriptor) {
    const auto local = inet_address(::getsockname, descriptor);
    int listens = 0;
    socklen_t size = sizeof(listens);
    if (!local || std::find(ports.begin(), ports.end(), local->port) == ports.end()) return;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens)
      (void)::listen(descriptor, kQueueLength);
  });
}

int lowest_free_descriptor() {
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return std::numeric_limits<int>::max();  // there are none left
  ::close(descriptor);
  return descriptor;
}

void hang_up_connection(const ConnectionQuota::Connection& connection) {
  (void)::shutdown(connection.descriptor, SHUT_RDWR);
}

}  // namespace frontdesk::sip
