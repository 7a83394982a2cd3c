#include "rtp/stun/decoding.hpp"

#include <cstring>

namespace frontdesk::stun {
namespace {

constexpr std::size_t kMaxMessage = 1500;

}  // namespace

Ref<stun_msg> decode(std::span<const std::uint8_t> datagram, Ref<mbuf>& buffer) {
  if (datagram.size() > kMaxMessage) return {};
  buffer.reset(mbuf_alloc(datagram.size() + 1));
  if (!buffer || mbuf_write_mem(buffer.get(), datagram.data(), datagram.size()) != 0) return {};
  buffer->pos = 0;
  stun_msg* decoded = nullptr;
  stun_unknown_attr unknown{};
  if (stun_msg_decode(&decoded, buffer.get(), &unknown) != 0) return {};
  Ref<stun_msg> message(decoded);
  return stun_msg_mcookie(decoded) ? std::move(message) : Ref<stun_msg>();
}

base::Endpoint endpoint_from(const sa& address) {
  base::Endpoint endpoint;
  endpoint.port = sa_port(&address);
  endpoint.v6 = sa_af(&address) == AF_INET6;
  if (endpoint.v6)
    sa_in6(&address, endpoint.address.data());
  else
    std::memcpy(endpoint.address.data(), &address.u.in.sin_addr, 4);
  return endpoint;
}

}  // namespace frontdesk::stun
