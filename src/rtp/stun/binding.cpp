#include "rtp/stun/binding.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

extern "C" {
#include <re.h>
}

#include "base/entropy.hpp"

namespace frontdesk::stun {
namespace {

constexpr std::size_t kMaxMessage = 1500;

template <class T>
using Ref = std::unique_ptr<T, decltype([](T* object) { mem_deref(object); })>;

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

}  // namespace

TransactionId random_transaction() {
  TransactionId id{};
  const std::uint64_t first = base::random_u64(), second = base::random_u64();
  std::memcpy(id.data(), &first, 8);
  std::memcpy(id.data() + 8, &second, 4);
  return id;
}

std::vector<std::uint8_t> binding_request(const TransactionId& id) {
  const Ref<mbuf> buffer(mbuf_alloc(64));
  if (!buffer || stun_msg_encode(buffer.get(), STUN_METHOD_BINDING, STUN_CLASS_REQUEST, id.data(), nullptr, nullptr, 0,
                                 true, 0, 0) != 0)
    return {};
  return {buffer->buf, buffer->buf + buffer->end};
}

Answer read_binding_answer(std::span<const std::uint8_t> datagram, const TransactionId& id, base::Endpoint& mapped) {
  if (datagram.size() > kMaxMessage) return Answer::none;
  const Ref<mbuf> buffer(mbuf_alloc(datagram.size() + 1));
  if (!buffer || mbuf_write_mem(buffer.get(), datagram.data(), datagram.size()) != 0) return Answer::none;
  buffer->pos = 0;
  stun_msg* decoded = nullptr;
  stun_unknown_attr unknown{};
  if (stun_msg_decode(&decoded, buffer.get(), &unknown) != 0) return Answer::none;
  const Ref<stun_msg> message(decoded);
  const bool ours = stun_msg_method(decoded) == STUN_METHOD_BINDING && stun_msg_mcookie(decoded) &&
                    std::equal(id.begin(), id.end(), stun_msg_tid(decoded));
  if (!ours) return Answer::none;
  if (stun_msg_class(decoded) == STUN_CLASS_ERROR_RESP) return Answer::refused;
  if (stun_msg_class(decoded) != STUN_CLASS_SUCCESS_RESP) return Answer::none;
  const stun_attr* attribute = stun_msg_attr(decoded, STUN_ATTR_XOR_MAPPED_ADDR);
  if (attribute == nullptr) attribute = stun_msg_attr(decoded, STUN_ATTR_MAPPED_ADDR);
  if (attribute == nullptr) return Answer::refused;
  mapped = endpoint_from(attribute->v.sa);
  return mapped.is_set() && !mapped.is_unspecified() ? Answer::mapped : Answer::refused;
}

}  // namespace frontdesk::stun
