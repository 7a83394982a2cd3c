// A plain socket that speaks as badly as a test wants, with a deadline on every read.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <charconv>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "http/message.hpp"

namespace frontdesk::http {

/// A response as it came over the wire.
struct Received {
  int status = 0;  ///< 0: the connection ended first
  std::string head;
  std::string body;

  /// A header's value; empty if it is not there.
  std::string field(std::string_view name) const {
    Fields fields;
    for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
      const auto end = head.find("\r\n", at);
      const auto line = head.substr(at, end - at);
      if (const auto colon = line.find(": "); colon != std::string::npos)
        fields.push_back({line.substr(0, colon), line.substr(colon + 2)});
      at = end + 2;
    }
    const auto* value = find_field(fields, name);
    return value == nullptr ? std::string() : *value;
  }
};

class TestClient {
 public:
  explicit TestClient(const base::Endpoint& server, int deadline_seconds = 10)
      : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval limit{deadline_seconds, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.port);
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~TestClient() { ::close(socket_); }
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  bool connected() const { return connected_; }
  int descriptor() const { return socket_; }

  /// False if the server closed before it took everything.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  /// `without_body`: the response to a HEAD request.
  Received receive(bool without_body = false) {
    Received received;
    while (pending_.find("\r\n\r\n") == std::string::npos)
      if (!read_more()) return received;
    const auto end = pending_.find("\r\n\r\n") + 4;
    received.head = pending_.substr(0, end);
    pending_.erase(0, end);
    std::size_t length = 0;
    if (const auto text = received.field("Content-Length"); !without_body && !text.empty())
      std::from_chars(text.data(), text.data() + text.size(), length);
    while (pending_.size() < length)
      if (!read_more()) return received;
    received.body = pending_.substr(0, length);
    pending_.erase(0, length);
    std::from_chars(received.head.data() + 9, received.head.data() + 12, received.status);
    return received;
  }

  Received get(std::string_view target, std::string_view more_headers = {}, std::string_view method = "GET") {
    std::string request(method);
    request.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(more_headers).append("\r\n");
    if (!send(request)) return {};
    return receive(method == "HEAD");
  }

  /// So many bytes, or fewer if the connection ends or the deadline passes.
  std::string read_exactly(std::size_t count) {
    while (pending_.size() < count && read_more()) {
    }
    const auto bytes = pending_.substr(0, count);
    pending_.erase(0, count);
    return bytes;
  }

  /// True once the server has ended the connection, discarding what comes before.
  bool closed() {
    while (read_more()) {
    }
    return ended_;
  }

 private:
  bool read_more() {
    char bytes[16 * 1024];
    const auto count = ::recv(socket_, bytes, sizeof bytes, 0);
    if (count == 0 || (count < 0 && errno == ECONNRESET)) ended_ = true;
    if (count <= 0) return false;
    pending_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }

  int socket_;
  bool connected_ = false;
  bool ended_ = false;
  std::string pending_;
};

}  // namespace frontdesk::http
