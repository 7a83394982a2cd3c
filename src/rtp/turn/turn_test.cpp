#include <gtest/gtest.h>

#include <cstring>
#include <memory>

extern "C" {
#include <re.h>
}

#include "rtp/turn/allocation.hpp"

namespace frontdesk::turn {
namespace {

using base::milliseconds;
using base::seconds;

const base::Endpoint kServer = *base::parse_endpoint("192.0.2.10:3478");
const base::Endpoint kRelayed = *base::parse_endpoint("192.0.2.10:50000");
const base::Endpoint kPeer = *base::parse_endpoint("198.51.100.7:20000");
const base::Endpoint kOther = *base::parse_endpoint("198.51.100.8:20000");

template <class T>
using Ref = std::unique_ptr<T, decltype([](T* object) { mem_deref(object); })>;

sa socket_address(const base::Endpoint& endpoint) {
  sa address{};
  sa_set_str(&address, base::address_text(endpoint).c_str(), endpoint.port);
  return address;
}

/// What a server would say and what it has heard, with libre's codec, which coturn is tried with elsewhere.
class Server {
 public:
  std::string realm = "example.org", nonce = "n1", password = "secret";
  std::uint32_t lifetime = 600;
  int refuse = 0;  ///< this error instead of success
  int refuse_channel = 0;
  bool sign = true;
  std::vector<std::uint16_t> methods;  ///< of requests that proved who they are
  std::uint32_t asked_lifetime = 1;
  std::uint16_t channel = 0;

  Bytes answer(ByteView datagram) {
    const Ref<mbuf> buffer(mbuf_alloc(datagram.size() + 1));
    mbuf_write_mem(buffer.get(), datagram.data(), datagram.size());
    buffer->pos = 0;
    stun_msg* decoded = nullptr;
    stun_unknown_attr unknown{};
    if (stun_msg_decode(&decoded, buffer.get(), &unknown) != 0) return {};
    const Ref<stun_msg> message(decoded);
    if (stun_msg_class(decoded) != STUN_CLASS_REQUEST) return {};
    const auto key = long_term_key("ann", realm, base::Secret(password));
    const auto* given = stun_msg_attr(decoded, STUN_ATTR_NONCE);
    const bool proved = stun_msg_chk_mi(decoded, key.data(), key.size()) == 0;
    if (given == nullptr || !proved) return error(decoded, 401, {});
    if (nonce != given->v.nonce) return error(decoded, 438, {});
    const auto method = stun_msg_method(decoded);
    methods.push_back(method);
    if (const auto* asked = stun_msg_attr(decoded, STUN_ATTR_LIFETIME)) asked_lifetime = asked->v.lifetime;
    if (const auto* asked = stun_msg_attr(decoded, STUN_ATTR_CHANNEL_NUMBER)) channel = asked->v.channel_number;
    if (refuse != 0) return error(decoded, refuse, key);
    if (method == STUN_METHOD_CHANBIND && refuse_channel != 0) return error(decoded, refuse_channel, key);
    return success(decoded, key);
  }

  static Bytes data_indication(const base::Endpoint& peer, const std::string& text) {
    const Ref<mbuf> content(mbuf_alloc(text.size() + 1));
    mbuf_write_mem(content.get(), reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    content->pos = 0;
    const sa address = socket_address(peer);
    const TransactionId id{9};
    const Ref<mbuf> out(mbuf_alloc(512));
    stun_msg_encode(out.get(), STUN_METHOD_DATA, STUN_CLASS_INDICATION, id.data(), nullptr, nullptr, 0, false, 0, 2,
                    STUN_ATTR_XOR_PEER_ADDR, &address, STUN_ATTR_DATA, content.get());
    return {out->buf, out->buf + out->end};
  }

 private:
  Bytes error(const stun_msg* request, int code, const Bytes& key) const {
    char reason[] = "refused";
    const stun_errcode what{static_cast<std::uint16_t>(code), reason};
    const bool challenge = code == 401 || code == 438;
    const Ref<mbuf> out(mbuf_alloc(512));
    stun_msg_encode(out.get(), stun_msg_method(request), STUN_CLASS_ERROR_RESP, stun_msg_tid(request), &what,
                    key.empty() ? nullptr : key.data(), key.size(), false, 0, 2, STUN_ATTR_REALM,
                    challenge ? realm.c_str() : nullptr, STUN_ATTR_NONCE, challenge ? nonce.c_str() : nullptr);
    return {out->buf, out->buf + out->end};
  }
  Bytes success(const stun_msg* request, const Bytes& key) const {
    const sa relayed = socket_address(kRelayed);
    const bool allocates = stun_msg_method(request) == STUN_METHOD_ALLOCATE;
    const bool timed = allocates || stun_msg_method(request) == STUN_METHOD_REFRESH;
    const Ref<mbuf> out(mbuf_alloc(512));
    stun_msg_encode(out.get(), stun_msg_method(request), STUN_CLASS_SUCCESS_RESP, stun_msg_tid(request), nullptr,
                    sign ? key.data() : nullptr, sign ? key.size() : 0, false, 0, 2, STUN_ATTR_XOR_RELAY_ADDR,
                    allocates ? &relayed : nullptr, STUN_ATTR_LIFETIME, timed ? &lifetime : nullptr);
    return {out->buf, out->buf + out->end};
  }
};

class Turn : public ::testing::Test {
 protected:
  TransactionId mint() {
    TransactionId id{};
    ++minted;
    std::memcpy(id.data(), &minted, sizeof minted);
    return id;
  }
  /// What the allocation has to say reaches the server, and back; `lose` of the requests do not.
  void converse(int rounds = 8, int lose = 0) {
    for (int i = 0; i < rounds; ++i)
      for (const auto& request : ours.poll(now)) {
        if (lose-- > 0) continue;
        const auto answer = server.answer(request);
        if (!answer.empty()) ours.on_datagram(answer, kServer, now);
      }
  }
  void run_to(base::Instant until) {
    while (ours.next_wakeup() <= until) {
      now = std::max(now, ours.next_wakeup());
      converse(4);
    }
    now = until;
  }
  std::string text(ByteView bytes) { return {bytes.begin(), bytes.end()}; }
  Bytes bytes(const std::string& words) { return {words.begin(), words.end()}; }

  std::uint64_t minted = 0;
  base::Instant now{seconds(100)};
  Server server;
  Allocation ours{{kServer, "ann", base::Secret("secret")}, [this] { return mint(); }, now};
};

TEST_F(Turn, AnAddressIsHeldAfterTheChallenge) {
  EXPECT_TRUE(ours.asking());
  converse();
  ASSERT_EQ(ours.failure(), "");
  EXPECT_EQ(ours.relayed(), kRelayed);
  EXPECT_EQ(server.methods, (std::vector<std::uint16_t>{STUN_METHOD_ALLOCATE}));
}

TEST_F(Turn, LostDatagramsAreSentAgain) {
  converse(1, 2);
  EXPECT_TRUE(ours.asking());
  now = now + milliseconds(200);
  converse();
  EXPECT_TRUE(ours.relayed());
}

TEST_F(Turn, AServerThatIsSilentFailsInTime) {
  const auto began = now;
  int sent = 0;
  for (; ours.asking(); now = now + milliseconds(10)) sent += static_cast<int>(ours.poll(now).size());
  EXPECT_LE(now - began, kAllocationLimit + milliseconds(20));
  EXPECT_GE(sent, 3);
  EXPECT_NE(ours.failure().find("did not answer in time"), std::string::npos);
}

TEST_F(Turn, AWrongPasswordIsToldAndNotTriedForEver) {
  server.password = "other";
  converse(20);
  EXPECT_NE(ours.failure().find("turn_password"), std::string::npos);
  EXPECT_LT(minted, 6U);
}

TEST_F(Turn, QuotasAreToldInWords) {
  server.refuse = 486;
  converse();
  EXPECT_NE(ours.failure().find("quota"), std::string::npos);
}

TEST_F(Turn, AStaleNonceIsReplaced) {
  converse();
  server.nonce = "n2";
  run_to(now + seconds(545));
  EXPECT_TRUE(ours.relayed()) << ours.failure();
  EXPECT_EQ(server.methods.back(), STUN_METHOD_REFRESH);
}

TEST_F(Turn, AnswersOfOthersAreNotBelieved) {
  const auto first = ours.poll(now);
  const auto challenge = server.answer(first.front());
  ours.on_datagram(challenge, kOther, now);
  EXPECT_TRUE(ours.poll(now).empty()) << "another address";
  ours.on_datagram(challenge, kServer, now);
  const auto proved = ours.poll(now);
  ASSERT_EQ(proved.size(), 1U);
  server.sign = false;
  ours.on_datagram(server.answer(proved.front()), kServer, now);
  EXPECT_TRUE(ours.asking()) << "an answer that nobody signed";
  server.sign = true;
  ours.on_datagram(server.answer(proved.front()), kServer, now);
  EXPECT_EQ(ours.relayed(), kRelayed);
}

TEST_F(Turn, DataGoesInIndicationsUntilItsChannelIsBound) {
  converse();
  const auto early = bytes("early");
  const auto indication = ours.wrap(early, kPeer, now);
  ASSERT_GT(indication.size(), early.size() + 20);
  EXPECT_NE(text(indication).find("early"), std::string::npos);
  converse();
  EXPECT_EQ(server.methods,
            (std::vector<std::uint16_t>{STUN_METHOD_ALLOCATE, STUN_METHOD_CREATEPERM, STUN_METHOD_CHANBIND}));
  const auto packet = ours.wrap(bytes("late"), kPeer, now);
  EXPECT_EQ(packet.size(), 8U);
  EXPECT_EQ(packet[0] << 8U | packet[1], server.channel);
  EXPECT_EQ(packet[3], 4);
  EXPECT_EQ(text(packet.subspan(4)), "late");
}

TEST_F(Turn, DataComesInByChannelAndByIndication) {
  converse();
  ours.let_in(kPeer, now);
  converse();
  Bytes packet(4);
  write_channel_head(server.channel, 3, std::span(packet).first<4>());
  for (const char c : std::string("abc!")) packet.push_back(static_cast<std::uint8_t>(c));  // one byte of padding
  auto received = ours.on_datagram(packet, kServer, now);
  EXPECT_TRUE(received.ours);
  EXPECT_EQ(received.peer, kPeer);
  EXPECT_EQ(text(received.data), "abc");
  const auto indication = Server::data_indication(kOther, "hello");
  received = ours.on_datagram(indication, kServer, now);
  EXPECT_EQ(received.peer, kOther);
  EXPECT_EQ(text(received.data), "hello");
  EXPECT_FALSE(ours.on_datagram(packet, kOther, now).ours) << "nobody but the server relays";
  packet[1] = 0x77;
  EXPECT_FALSE(ours.on_datagram(packet, kServer, now).peer) << "a channel of nobody";
  packet[3] = 200;
  EXPECT_TRUE(ours.on_datagram(packet, kServer, now).data.empty()) << "longer than it is";
}

TEST_F(Turn, WithoutChannelsIndicationsGoOnAndNothingIsHammered) {
  converse();
  server.refuse_channel = 403;
  for (int i = 0; i < 500; ++i) {
    EXPECT_FALSE(ours.wrap(bytes("x"), kPeer, now).empty());
    converse(1);
    now = now + milliseconds(20);
  }
  EXPECT_LE(server.methods.size(), 4U);
}

TEST_F(Turn, AllIsRenewedForAnHour) {
  converse();
  ours.let_in(kPeer, now);
  converse();
  run_to(now + seconds(3600));
  EXPECT_TRUE(ours.relayed()) << ours.failure();
  const auto count = [&](int method) { return std::count(server.methods.begin(), server.methods.end(), method); };
  EXPECT_GE(count(STUN_METHOD_REFRESH), 6);
  EXPECT_LE(count(STUN_METHOD_REFRESH), 8);
  EXPECT_GE(count(STUN_METHOD_CHANBIND), 14) << "before the permission's 300 s are over";
  EXPECT_LE(count(STUN_METHOD_CHANBIND), 17);
}

TEST_F(Turn, AnAddressThatIsForgottenFails) {
  converse();
  server.refuse = 437;
  run_to(now + seconds(600));
  EXPECT_NE(ours.failure().find("forgotten"), std::string::npos);
  EXPECT_TRUE(ours.wrap(bytes("x"), kPeer, now).empty());
}

TEST_F(Turn, ReleaseAsksForNoLifetime) {
  EXPECT_TRUE(ours.release().empty()) << "nothing is held yet";
  Allocation held(
      {kServer, "ann", base::Secret("secret")}, [this] { return mint(); }, now);
  std::swap(ours, held);
  converse();
  server.answer(ours.release());
  EXPECT_EQ(server.asked_lifetime, 0U);
  EXPECT_FALSE(ours.relayed());
  EXPECT_EQ(ours.next_wakeup(), base::kNever);
}

TEST_F(Turn, DamagedDatagramsHarmNobody) {
  converse();
  ours.let_in(kPeer, now);
  converse();
  const auto indication = Server::data_indication(kPeer, std::string(160, 'x'));
  for (std::size_t cut = 0; cut < indication.size(); ++cut)
    (void)ours.on_datagram(ByteView(indication).first(cut), kServer, now);
  for (std::size_t at = 0; at < indication.size(); ++at)
    for (const int bit : {0, 3, 7}) {
      auto damaged = indication;
      damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ (1U << static_cast<unsigned>(bit)));
      (void)ours.on_datagram(damaged, kServer, now);
    }
  EXPECT_TRUE(ours.relayed());
}

}  // namespace
}  // namespace frontdesk::turn
