// A peer that speaks TCP, by hand.
#pragma once
#include "sip/raw_peer_fixture_test.hpp"

namespace frontdesk::sip::test {

/// One listening socket and one connection, used from the test's thread.
class TcpServer {
 public:
  TcpServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(::listen(listener_, 4), 0);
    socklen_t length = sizeof(address);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
  }
  ~TcpServer() {
    ::close(listener_);
    if (connection_ >= 0) ::close(connection_);
  }
  TcpServer(const TcpServer&) = delete;
  TcpServer& operator=(const TcpServer&) = delete;

  std::uint16_t port() const { return port_; }
  bool accept() {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, 20'000) != 1) return false;
    if (connection_ >= 0) ::close(connection_);
    connection_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    return connection_ >= 0;
  }
  bool connect(const base::Endpoint& to) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(to.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    hang_up();
    connection_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return ::connect(connection_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  void hang_up() {
    if (connection_ >= 0) ::close(connection_);
    connection_ = -1;
  }
  /// Until a message starts so; empty after the time. For messages without bytes of another in one piece.
  std::string receive_starting(const std::string& start) {
    for (auto text = receive(); !text.empty(); text = receive()) {
      if (const auto at = text.find(start); at != std::string::npos) return text.substr(at);
    }
    return {};
  }
  std::string receive(int patience_ms = 10'000) {
    pollfd waiting{connection_, POLLIN, 0};
    std::string text(65536, '\0');
    const auto size = ::poll(&waiting, 1, patience_ms) == 1 ? ::recv(connection_, text.data(), text.size(), 0) : 0;
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, size)));
    return text;
  }
  void send(const std::string& text) { (void)::send(connection_, text.data(), text.size(), MSG_NOSIGNAL); }
  void accept_registration(const std::string& request) {
    send("SIP/2.0 200 OK\r\nVia: " + header(request, "Via") + "\r\nFrom: " + header(request, "From") +
         "\r\nTo: " + header(request, "To") + ";tag=r\r\nCall-ID: " + header(request, "Call-ID") +
         "\r\nCSeq: " + header(request, "CSeq") + "\r\nContact: " + header(request, "Contact") +
         ";expires=300\r\nContent-Length: 0\r\n\r\n");
  }

 private:
  int listener_, connection_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace frontdesk::sip::test
