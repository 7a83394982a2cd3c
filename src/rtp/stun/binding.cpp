#include "rtp/stun/binding.hpp"

#include <algorithm>
#include <cstring>

#include "base/entropy.hpp"
#include "rtp/stun/decoding.hpp"

namespace frontdesk::stun {

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
  Ref<mbuf> buffer;
  const auto message = decode(datagram, buffer);
  if (!message) return Answer::none;
  const bool ours = stun_msg_method(message.get()) == STUN_METHOD_BINDING &&
                    std::equal(id.begin(), id.end(), stun_msg_tid(message.get()));
  if (!ours) return Answer::none;
  if (stun_msg_class(message.get()) == STUN_CLASS_ERROR_RESP) return Answer::refused;
  if (stun_msg_class(message.get()) != STUN_CLASS_SUCCESS_RESP) return Answer::none;
  const stun_attr* attribute = stun_msg_attr(message.get(), STUN_ATTR_XOR_MAPPED_ADDR);
  if (attribute == nullptr) attribute = stun_msg_attr(message.get(), STUN_ATTR_MAPPED_ADDR);
  if (attribute == nullptr) return Answer::refused;
  mapped = endpoint_from(attribute->v.sa);
  return mapped.is_set() && !mapped.is_unspecified() ? Answer::mapped : Answer::refused;
}

}  // namespace frontdesk::stun
