#include "sip/trial/wire.hpp"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "sip/libre.hpp"
#include "sip/syntax.hpp"

namespace frontdesk::trial {
namespace {

constexpr int kSliceMs = 100;  ///< how soon a cancelled test ends

Outcome outcome_of(int error) {
  switch (error) {
    case ECONNREFUSED:
      return Outcome::port_closed;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EADDRNOTAVAIL:
    case EACCES:
    case EPERM:
    case EINVAL:
      return Outcome::no_route;
    case ETIMEDOUT:
      return Outcome::timed_out;
    default:
      return Outcome::lost;
  }
}

/// The value of Content-Length; 0 if there is none.
std::size_t content_length(std::string_view head) {
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
    const auto line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const auto name = sip::trimmed(line.substr(0, colon));
    if (!sip::equal_ignoring_case(name, "Content-Length") && !sip::equal_ignoring_case(name, "l")) continue;
    return sip::parse_decimal(sip::trimmed(line.substr(colon + 1))).value_or(0);
  }
  return 0;
}

}  // namespace

Wire::~Wire() {
  close();
}

void Wire::close() {
  if (ssl_) SSL_free(ssl_);
  ssl_ = nullptr;
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  buffered_.clear();
}

Outcome Wire::wait(short events, Until until) const {
  while (!*until.cancelled) {
    const auto left = base::to_ms(until.at - base::monotonic_now());
    if (left <= 0) return Outcome::timed_out;
    pollfd waiting{fd_, events, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left + 1, kSliceMs)));
    if (ready > 0) return Outcome::ok;
    if (ready < 0 && errno != EINTR) return Outcome::lost;
  }
  return Outcome::cancelled;
}

Outcome Wire::open(const sip::Hop& to, const base::Endpoint& local, Until until) {
  close();
  transport_ = to.transport;
  const int type = to.transport == sip::Transport::udp ? SOCK_DGRAM : SOCK_STREAM;
  fd_ = ::socket(to.to.v6 ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd_ < 0) return Outcome::no_route;
  base::Endpoint from = local;
  from.port = 0;
  if (from.address != base::Endpoint{}.address && from.v6 == to.to.v6) {
    const sa address = sip::address_from(from);
    if (::bind(fd_, &address.u.sa, address.len) != 0) return outcome_of(errno);
  }
  const sa peer = sip::address_from(to.to);
  if (::connect(fd_, &peer.u.sa, peer.len) != 0) {
    if (errno != EINPROGRESS) return outcome_of(errno);
    if (const auto ready = wait(POLLOUT, until); ready != Outcome::ok) return ready;
    int error = 0;
    socklen_t size = sizeof(error);
    ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return outcome_of(error);
  }
  sa bound{};
  bound.len = sizeof(bound.u);
  if (::getsockname(fd_, &bound.u.sa, &bound.len) != 0) return Outcome::lost;
  local_ = sip::endpoint_from(bound);
  return Outcome::ok;
}

/// What OpenSSL waits for.
Outcome Wire::wait_for_tls(int result, Until until) const {
  const int wanted = SSL_get_error(ssl_, result);
  ERR_clear_error();
  if (wanted == SSL_ERROR_WANT_READ) return wait(POLLIN, until);
  if (wanted == SSL_ERROR_WANT_WRITE) return wait(POLLOUT, until);
  return Outcome::lost;
}

Outcome Wire::secure(sip::TlsContext& context, Until until) {
  ssl_ = SSL_new(tls_openssl_context(context.get()));
  if (!ssl_ || SSL_set_fd(ssl_, fd_) != 1) return Outcome::lost;
  SSL_set_verify(ssl_, SSL_VERIFY_NONE, nullptr);
  while (true) {
    ERR_clear_error();
    const int result = SSL_connect(ssl_);
    if (result == 1) return Outcome::ok;
    if (const auto ready = wait_for_tls(result, until); ready != Outcome::ok) return ready;
  }
}

Outcome Wire::send(std::string_view message, Until until) {
  while (!message.empty()) {
    if (ssl_) {
      ERR_clear_error();
      const int sent = SSL_write(ssl_, message.data(), static_cast<int>(message.size()));
      if (sent > 0) {
        message.remove_prefix(static_cast<std::size_t>(sent));
      } else if (const auto ready = wait_for_tls(sent, until); ready != Outcome::ok) {
        return ready;
      }
      continue;
    }
    const auto sent = ::send(fd_, message.data(), message.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      message.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN && errno != EINTR) {
      return outcome_of(errno);
    } else if (const auto ready = wait(POLLOUT, until); ready != Outcome::ok) {
      return ready;
    }
  }
  return Outcome::ok;
}

Outcome Wire::read_some(Until until) {
  std::array<char, 65536> chunk{};
  if (ssl_) {
    ERR_clear_error();
    const int size = SSL_read(ssl_, chunk.data(), static_cast<int>(chunk.size()));
    if (size <= 0) return wait_for_tls(size, until);
    buffered_.append(chunk.data(), static_cast<std::size_t>(size));
    return Outcome::ok;
  }
  const auto size = ::recv(fd_, chunk.data(), chunk.size(), 0);
  if (size > 0) buffered_.append(chunk.data(), static_cast<std::size_t>(size));
  if (size > 0) return Outcome::ok;
  if (size == 0) return transport_ == sip::Transport::udp ? Outcome::ok : Outcome::lost;
  if (errno == EAGAIN || errno == EINTR) return wait(POLLIN, until);
  return outcome_of(errno);
}

bool Wire::take_message(std::string& message) {
  buffered_.erase(0, std::min(buffered_.find_first_not_of("\r\n"), buffered_.size()));  // pongs
  std::size_t size = buffered_.size();
  if (transport_ != sip::Transport::udp) {
    const auto head = buffered_.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    size = head + 4 + std::min(content_length(std::string_view(buffered_).substr(0, head)), kMaxMessage);
  }
  if (size == 0 || size > buffered_.size()) return false;
  message = buffered_.substr(0, size);
  buffered_.erase(0, size);
  return true;
}

Outcome Wire::receive(std::string& message, Until until) {
  while (!take_message(message)) {
    if (buffered_.size() > 2 * kMaxMessage) return Outcome::not_sip;
    // Whatever speaks another protocol need not send an empty line.
    const auto start = std::string_view(buffered_).substr(0, buffered_.find("\r\n"));
    if (start.size() < buffered_.size() && start.find("SIP/2.0") == std::string_view::npos) return Outcome::not_sip;
    if (*until.cancelled) return Outcome::cancelled;
    if (until.over()) return Outcome::timed_out;
    if (const auto read = read_some(until); read != Outcome::ok) return read;
  }
  return Outcome::ok;
}

}  // namespace frontdesk::trial
