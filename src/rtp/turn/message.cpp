#include "rtp/turn/message.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "rtp/stun/decoding.hpp"

namespace frontdesk::turn {
namespace {

using stun::decode;
using stun::endpoint_from;
using stun::Ref;

constexpr std::size_t kMaxText = 763;  // realm and nonce: RFC 8489, sections 14.9 and 14.10
constexpr std::uint8_t kUdp = 17;

std::uint16_t code_of(Method method) {
  switch (method) {
    case Method::allocate:
      return STUN_METHOD_ALLOCATE;
    case Method::refresh:
      return STUN_METHOD_REFRESH;
    case Method::create_permission:
      return STUN_METHOD_CREATEPERM;
    case Method::channel_bind:
      return STUN_METHOD_CHANBIND;
  }
  return STUN_METHOD_ALLOCATE;
}

sa address_of(const base::Endpoint& endpoint) {
  sa address{};
  if (endpoint.v6) {
    sa_set_in6(&address, endpoint.address.data(), endpoint.port);
  } else {
    std::uint32_t host = 0;
    for (std::size_t i = 0; i < 4; ++i) host = host << 8U | endpoint.address[i];
    sa_set_in(&address, host, endpoint.port);
  }
  return address;
}

Bytes taken(const mbuf& buffer) {
  return {buffer.buf, buffer.buf + buffer.end};
}

std::string text_of(const stun_msg* message, stun_attrib type) {
  const stun_attr* attribute = stun_msg_attr(message, static_cast<std::uint16_t>(type));
  if (attribute == nullptr || attribute->v.str == nullptr) return {};
  std::string text = attribute->v.str;
  return text.size() <= kMaxText ? text : std::string();
}

/// The first two bits of a channel's data are 01, of a STUN message 00 (section 12).
bool is_channel_data(ByteView datagram) {
  return datagram.size() >= kChannelHead && datagram[0] >= kFirstChannel >> 8U && datagram[0] <= kLastChannel >> 8U;
}

}  // namespace

Bytes long_term_key(const std::string& username, const std::string& realm, const base::Secret& password) {
  Bytes key(MD5_SIZE);
  const std::string text = username + ":" + realm + ":" + password.expose();
  md5(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), key.data());
  return key;
}

Bytes encode(const Request& request) {
  const Ref<mbuf> buffer(mbuf_alloc(512));
  if (!buffer) return {};
  const sa peer = request.peer ? address_of(*request.peer) : sa{};
  const std::uint16_t channel = request.channel.value_or(0);
  const std::uint32_t lifetime = request.lifetime_s.value_or(0);
  const std::uint8_t transport = kUdp;
  const auto* proof = request.proof ? &*request.proof : nullptr;
  const auto text = [proof](std::string Proof::*member) {
    return proof == nullptr ? nullptr : (proof->*member).c_str();
  };
  // Attributes whose value is null are left out.
  const int failed =
      stun_msg_encode(buffer.get(), code_of(request.method), STUN_CLASS_REQUEST, request.id.data(), nullptr,
                      proof == nullptr ? nullptr : proof->key.data(), proof == nullptr ? 0 : proof->key.size(), false,
                      0, 7, STUN_ATTR_REQ_TRANSPORT, request.method == Method::allocate ? &transport : nullptr,  //
                      STUN_ATTR_LIFETIME, request.lifetime_s ? &lifetime : nullptr,                              //
                      STUN_ATTR_CHANNEL_NUMBER, request.channel ? &channel : nullptr,                            //
                      STUN_ATTR_XOR_PEER_ADDR, request.peer ? &peer : nullptr,                                   //
                      STUN_ATTR_USERNAME, text(&Proof::username),                                                //
                      STUN_ATTR_REALM, text(&Proof::realm),                                                      //
                      STUN_ATTR_NONCE, text(&Proof::nonce));
  return failed == 0 ? taken(*buffer) : Bytes{};
}

Bytes send_indication(const TransactionId& id, const base::Endpoint& peer, ByteView data) {
  const Ref<mbuf> buffer(mbuf_alloc(data.size() + 64));
  const Ref<mbuf> content(mbuf_alloc(data.size() + 1));
  if (!buffer || !content || mbuf_write_mem(content.get(), data.data(), data.size()) != 0) return {};
  content->pos = 0;
  const sa address = address_of(peer);
  if (stun_msg_encode(buffer.get(), STUN_METHOD_SEND, STUN_CLASS_INDICATION, id.data(), nullptr, nullptr, 0, false, 0,
                      2, STUN_ATTR_XOR_PEER_ADDR, &address, STUN_ATTR_DATA, content.get()) != 0)
    return {};
  return taken(*buffer);
}

std::optional<Answer> read_answer(ByteView datagram, Method method, const Bytes& key) {
  Ref<mbuf> buffer;
  const auto message = decode(datagram, buffer);
  if (!message || stun_msg_method(message.get()) != code_of(method)) return std::nullopt;
  const auto kind = stun_msg_class(message.get());
  if (kind != STUN_CLASS_SUCCESS_RESP && kind != STUN_CLASS_ERROR_RESP) return std::nullopt;
  Answer answer;
  std::copy_n(stun_msg_tid(message.get()), answer.id.size(), answer.id.begin());
  answer.success = kind == STUN_CLASS_SUCCESS_RESP;
  answer.genuine = !key.empty() && stun_msg_chk_mi(message.get(), key.data(), key.size()) == 0;
  answer.realm = text_of(message.get(), STUN_ATTR_REALM);
  answer.nonce = text_of(message.get(), STUN_ATTR_NONCE);
  if (const auto* error = stun_msg_attr(message.get(), STUN_ATTR_ERR_CODE)) {
    answer.error = error->v.err_code.code;
    if (error->v.err_code.reason != nullptr) answer.reason = std::string(error->v.err_code.reason).substr(0, kMaxText);
  }
  if (const auto* relayed = stun_msg_attr(message.get(), STUN_ATTR_XOR_RELAY_ADDR))
    answer.relayed = endpoint_from(relayed->v.sa);
  if (const auto* lifetime = stun_msg_attr(message.get(), STUN_ATTR_LIFETIME)) answer.lifetime_s = lifetime->v.uint32;
  return answer;
}

std::optional<Data> read_data(ByteView datagram) {
  if (is_channel_data(datagram)) {
    const std::size_t length = static_cast<std::size_t>(datagram[2]) << 8U | datagram[3];
    if (length > datagram.size() - kChannelHead) return std::nullopt;
    const auto channel = static_cast<std::uint16_t>(datagram[0] << 8U | datagram[1]);
    return Data{std::nullopt, channel, datagram.subspan(kChannelHead, length)};
  }
  Ref<mbuf> buffer;
  const auto message = decode(datagram, buffer);
  if (!message || stun_msg_method(message.get()) != STUN_METHOD_DATA ||
      stun_msg_class(message.get()) != STUN_CLASS_INDICATION)
    return std::nullopt;
  const auto* peer = stun_msg_attr(message.get(), STUN_ATTR_XOR_PEER_ADDR);
  const auto* data = stun_msg_attr(message.get(), STUN_ATTR_DATA);
  if (peer == nullptr || data == nullptr) return std::nullopt;
  // The attribute lies in a copy of the datagram, at the same place.
  const auto place = static_cast<std::size_t>(data->v.mb.buf + data->v.mb.pos - buffer->buf);
  const auto length = data->v.mb.end - data->v.mb.pos;
  if (place > datagram.size() || length > datagram.size() - place) return std::nullopt;
  return Data{endpoint_from(peer->v.sa), std::nullopt, datagram.subspan(place, length)};
}

void write_channel_head(std::uint16_t channel, std::size_t length, std::span<std::uint8_t, kChannelHead> head) {
  head[0] = static_cast<std::uint8_t>(channel >> 8U);
  head[1] = static_cast<std::uint8_t>(channel);
  head[2] = static_cast<std::uint8_t>(length >> 8U);
  head[3] = static_cast<std::uint8_t>(length);
}

}  // namespace frontdesk::turn
