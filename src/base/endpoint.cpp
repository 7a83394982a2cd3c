#include "base/endpoint.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

namespace frontdesk::base {

bool Endpoint::is_loopback() const {
  if (!v6) return address[0] == 127;
  static constexpr std::array<std::uint8_t, 16> kLoopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return address == kLoopback;
}

bool Endpoint::is_private() const {
  const int first = address[0], second = address[1];
  if (is_loopback()) return true;
  if (v6) return (first & 0xfe) == 0xfc || (first == 0xfe && (second & 0xc0) == 0x80);
  return first == 10 || (first == 172 && (second & 0xf0) == 16) || (first == 192 && second == 168) ||
         (first == 169 && second == 254) || (first == 100 && (second & 0xc0) == 64);
}

bool Endpoint::is_unspecified() const {
  return address == std::array<std::uint8_t, 16>{};
}

std::optional<Endpoint> parse_address(std::string_view text, std::uint16_t port) {
  const std::string terminated(text);
  Endpoint endpoint;
  endpoint.port = port;
  if (inet_pton(AF_INET, terminated.c_str(), endpoint.address.data()) == 1) return endpoint;
  endpoint.v6 = true;
  if (inet_pton(AF_INET6, terminated.c_str(), endpoint.address.data()) == 1) return endpoint;
  return std::nullopt;
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!bracketed && host.find(':') != std::string_view::npos) return std::nullopt;
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return parse_address(host, port);
}

std::string address_text(const Endpoint& endpoint) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(endpoint.v6 ? AF_INET6 : AF_INET, endpoint.address.data(), text.data(), text.size());
  return text.data();
}

std::string to_string(const Endpoint& endpoint) {
  const std::string host = address_text(endpoint);
  return (endpoint.v6 ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port);
}

}  // namespace frontdesk::base
