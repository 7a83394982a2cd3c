// Servers on loopback for tests: each connection runs a script on a thread of its own, over TCP or TLS, with a deadline
// on every read.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <csignal>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/endpoint.hpp"

namespace frontdesk::outbound {

/// The server's end of one connection.
class Peer {
 public:
  Peer(int socket, SSL* tls) : socket_(socket), tls_(tls) {}

  /// A request, head and body by its length; empty at the connection's end.
  std::string request() {
    while (pending_.find("\r\n\r\n") == std::string::npos)
      if (!read_more()) return {};
    const auto end = pending_.find("\r\n\r\n") + 4;
    std::size_t length = 0;
    if (const auto at = pending_.find("Content-Length: "); at < end)
      std::from_chars(pending_.data() + at + 16, pending_.data() + end, length);
    while (pending_.size() < end + length)
      if (!read_more()) return {};
    const auto whole = pending_.substr(0, end + length);
    pending_.erase(0, end + length);
    return whole;
  }
  /// Everything up to and with `mark`.
  std::string until(std::string_view mark) {
    while (pending_.find(mark) == std::string::npos)
      if (!read_more()) return {};
    const auto end = pending_.find(mark) + mark.size();
    const auto taken = pending_.substr(0, end);
    pending_.erase(0, end);
    return taken;
  }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto count = tls_ != nullptr ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                                         : static_cast<int>(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  bool answer(std::string_view body, std::string_view headers = {}) {
    return send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(headers) +
                "\r\n" + std::string(body));
  }
  /// Until the other side ends the connection.
  bool ended() {
    while (read_more()) pending_.clear();
    return true;
  }
  void reset() {
    const linger now{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  SSL* tls() { return tls_; }

 private:
  bool read_more() {
    char bytes[16 * 1024];
    const auto count = tls_ != nullptr ? SSL_read(tls_, bytes, sizeof bytes)
                                       : static_cast<int>(::recv(socket_, bytes, sizeof bytes, 0));
    if (count <= 0) return false;
    pending_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }
  int socket_;
  SSL* tls_;
  std::string pending_;
};

class ScriptedServer {
 public:
  using Script = std::function<void(Peer&)>;

  explicit ScriptedServer(Script script, SSL_CTX* tls = nullptr, const std::string& address = "127.0.0.1",
                          std::uint16_t port = 0)
      : script_(std::move(script)), tls_(tls), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
    const int on = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    inet_pton(AF_INET, address.c_str(), &at.sin_addr);
    socklen_t size = sizeof at;
    listening_ = ::bind(listener_, reinterpret_cast<sockaddr*>(&at), size) == 0 && ::listen(listener_, 128) == 0;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { accept(); });
  }
  ~ScriptedServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    for (const int socket : open_sockets()) ::shutdown(socket, SHUT_RDWR);
    for (auto& each : scripts_) each.join();
    ::close(listener_);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  bool listening() const { return listening_; }
  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }
  std::string url(std::string_view path = "/", std::string_view host = "127.0.0.1") const {
    return (tls_ != nullptr ? "https://" : "http://") + std::string(host) + ":" + std::to_string(port_) +
           std::string(path);
  }

 private:
  void accept() {
    while (!stopping_) {
      const int socket = ::accept(listener_, nullptr, nullptr);
      if (socket < 0) continue;
      ++connections_;
      const timeval limit{20, 0};
      setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
      {
        const std::lock_guard lock(mutex_);
        open_.push_back(socket);
      }
      scripts_.emplace_back([this, socket] { run(socket); });
    }
  }
  void run(int socket) {
    SSL* tls = tls_ != nullptr ? SSL_new(tls_) : nullptr;
    if (tls != nullptr) SSL_set_fd(tls, socket);
    if (tls == nullptr || SSL_accept(tls) == 1) {
      Peer peer(socket, tls);
      script_(peer);
    }
    if (tls != nullptr) SSL_shutdown(tls);
    SSL_free(tls);
    const std::lock_guard lock(mutex_);
    std::erase(open_, socket);
    ::close(socket);
  }
  std::vector<int> open_sockets() {
    const std::lock_guard lock(mutex_);
    return open_;
  }

  Script script_;
  SSL_CTX* tls_;
  int listener_;
  bool listening_ = false;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> connections_{0};
  std::thread thread_;
  std::vector<std::thread> scripts_;  ///< touched by the accepting thread, and after it
  std::mutex mutex_;
  std::vector<int> open_;
};

}  // namespace frontdesk::outbound
