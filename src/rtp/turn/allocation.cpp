#include "rtp/turn/allocation.hpp"

#include <algorithm>

namespace frontdesk::turn {
namespace {

constexpr base::Duration kFirstWait = base::milliseconds(200);  // RFC 8489 begins with 500 ms, for those who can wait
constexpr int kMostSent = 6;
constexpr int kMostChallenges = 2;
constexpr base::Duration kChannelRenewal = base::seconds(240);  // permissions last 300 s, channels 600 s
constexpr base::Duration kUsualLifetime = base::seconds(600);
constexpr base::Duration kShortestRefresh = base::seconds(10);
constexpr int kUnauthorised = 401;
constexpr int kStaleNonce = 438;

bool concerns_allocation(Method method) {
  return method == Method::allocate || method == Method::refresh;
}

std::string describe(const Answer& answer) {
  switch (answer.error) {
    case kUnauthorised:
    case kStaleNonce:
      return "the TURN server refused user name and password: check server.turn_username and server.turn_password";
    case 437:
      return "the TURN server has forgotten our address";
    case 441:
      return "the TURN server takes our address for somebody else's: check server.turn_username";
    case 442:
      return "the TURN server does not carry UDP";
    case 486:
      return "the TURN server grants this user no more addresses: raise its quota";
    case 508:
      return "the TURN server has no address left";
    default:
      return "the TURN server refused with " + std::to_string(answer.error);
  }
}

}  // namespace

Allocation::Allocation(Account account, Mint mint, base::Instant now)
    : account_(std::move(account)), mint_(std::move(mint)), give_up_(now + kAllocationLimit) {
  begin({.method = Method::allocate}, now);
}

void Allocation::begin(Request request, base::Instant now) {
  request.id = mint_();
  request.proof = proof_;
  running_.push_back({std::move(request), now, kFirstWait, 0, 0});
}

void Allocation::fail(const std::string& reason) {
  failure_ = reason;
  relayed_.reset();
  running_.clear();
  peers_.clear();
}

std::vector<Bytes> Allocation::poll(base::Instant now) {
  std::vector<Bytes> due;
  if (asking() && now >= give_up_) fail("the TURN server " + base::to_string(server()) + " did not answer in time");
  if (!failure_.empty()) return due;
  renew(now);
  for (auto& each : running_) {
    if (each.next > now) continue;
    if (each.sent == kMostSent && concerns_allocation(each.request.method)) {
      fail("the TURN server " + base::to_string(server()) + " answers no more");
      return due;
    }
    due.push_back(encode(each.request));
    ++each.sent;
    each.next = now + each.wait;
    each.wait = 2 * each.wait;
  }
  for (auto& peer : peers_)
    if (now >= peer.renew) peer.renew = now + kFirstWait;  // asked for; if nobody answers, once more then
  std::erase_if(running_, [](const Transaction& each) { return each.sent > kMostSent; });
  return due;
}

void Allocation::renew(base::Instant now) {
  if (!relayed_) return;
  const auto asked = [&](Method method, const std::optional<base::Endpoint>& peer) {
    return std::any_of(running_.begin(), running_.end(),
                       [&](const auto& each) { return each.request.method == method && each.request.peer == peer; });
  };
  if (now >= refresh_ && !asked(Method::refresh, std::nullopt))
    begin({.method = Method::refresh, .lifetime_s = static_cast<std::uint32_t>(base::to_seconds(kUsualLifetime))}, now);
  for (auto& peer : peers_)
    if (now >= peer.renew && !asked(Method::channel_bind, peer.address)) ask_for(peer, now);
}

/// The permission by itself, too: it is granted where channels are refused.
void Allocation::ask_for(const Peer& peer, base::Instant now) {
  if (!peer.bound) begin({.method = Method::create_permission, .peer = peer.address}, now);
  begin({.method = Method::channel_bind, .peer = peer.address, .channel = peer.channel}, now);
}

base::Instant Allocation::next_wakeup() const {
  if (!failure_.empty()) return base::kNever;
  auto at = asking() ? give_up_ : refresh_;
  for (const auto& each : running_) at = std::min(at, each.next);
  for (const auto& peer : peers_) at = std::min(at, peer.renew);
  return at;
}

Allocation::Received Allocation::on_datagram(ByteView datagram, const base::Endpoint& from, base::Instant now) {
  if (from != account_.server) return {};
  if (const auto data = read_data(datagram)) {
    if (!relayed_) return {true, {}, {}};
    if (data->peer) return {true, data->bytes, data->peer};
    const auto it =
        std::find_if(peers_.begin(), peers_.end(), [&](const Peer& peer) { return peer.channel == *data->channel; });
    if (it == peers_.end()) return {true, {}, {}};
    return {true, data->bytes, it->address};
  }
  static const Bytes kNoKey;
  for (const auto method : {Method::allocate, Method::refresh, Method::create_permission, Method::channel_bind})
    if (const auto answer = read_answer(datagram, method, proof_ ? proof_->key : kNoKey)) {
      on_answer(*answer, now);
      break;
    }
  return {true, {}, {}};
}

void Allocation::on_answer(const Answer& answer, base::Instant now) {
  const auto it = std::find_if(running_.begin(), running_.end(),
                               [&](const Transaction& each) { return each.request.id == answer.id; });
  if (it == running_.end()) return;
  const bool challenge = answer.error == kUnauthorised || answer.error == kStaleNonce;
  if (!answer.success && challenge && prove_anew(*it, answer, now)) return;
  // Before the proof nobody can prove an answer; afterwards an unproved one is somebody else's.
  if (it->request.proof && !answer.genuine && !challenge) return;
  if (answer.success && !it->request.proof) return;
  const auto request = it->request;
  running_.erase(it);
  if (answer.success)
    on_success(request, answer, now);
  else
    on_refusal(request, answer, now);
}

/// False: what we had to show was not enough.
bool Allocation::prove_anew(Transaction& transaction, const Answer& answer, base::Instant now) {
  const bool first = !transaction.request.proof && answer.error == kUnauthorised;
  if (answer.nonce.empty() || (first && answer.realm.empty()) || transaction.challenged == kMostChallenges)
    return false;
  if (!first && answer.error != kStaleNonce) return false;
  if (first)
    proof_ = Proof{account_.username, answer.realm, answer.nonce,
                   long_term_key(account_.username, answer.realm, account_.password)};
  else
    proof_->nonce = answer.nonce;
  ++transaction.challenged;
  transaction.request.id = mint_();
  transaction.request.proof = proof_;
  transaction.next = now;
  transaction.wait = kFirstWait;
  transaction.sent = 0;
  return true;
}

void Allocation::on_success(const Request& request, const Answer& answer, base::Instant now) {
  if (concerns_allocation(request.method)) {
    if (request.method == Method::allocate) {
      if (!answer.relayed || !answer.relayed->is_set()) return fail("the TURN server named no address");
      relayed_ = answer.relayed;
    }
    const auto lifetime = answer.lifetime_s > 0 ? base::seconds(answer.lifetime_s) : kUsualLifetime;
    refresh_ = now + std::max<base::Duration>(kShortestRefresh, lifetime - base::seconds(60));
    return;
  }
  if (auto* peer = known(*request.peer)) {
    peer->bound = true;
    peer->renew = now + kChannelRenewal;
  }
}

/// A peer without a channel is spoken to in indications until it is asked for again.
void Allocation::on_refusal(const Request& request, const Answer& answer, base::Instant now) {
  if (concerns_allocation(request.method)) return fail(describe(answer));
  auto* peer = known(*request.peer);
  if (peer == nullptr || request.method != Method::channel_bind) return;
  peer->bound = false;
  peer->renew = now + kChannelRenewal;
}

Allocation::Peer* Allocation::known(const base::Endpoint& address) {
  const auto it = std::find_if(peers_.begin(), peers_.end(), [&](const Peer& peer) { return peer.address == address; });
  return it == peers_.end() ? nullptr : &*it;
}

void Allocation::let_in(const base::Endpoint& peer, base::Instant now) {
  if (!relayed_ || known(peer) != nullptr || next_channel_ > kLastChannel) return;
  if (peers_.size() == kMostPeers) peers_.erase(peers_.begin());
  peers_.push_back({peer, next_channel_++, false, now + kChannelRenewal});
  ask_for(peers_.back(), now);
}

ByteView Allocation::wrap(ByteView packet, const base::Endpoint& peer, base::Instant now) {
  if (!relayed_ || packet.size() > kLongestPacket) return {};
  let_in(peer, now);
  const auto* to = known(peer);
  if (to == nullptr || !to->bound) {
    indication_ = send_indication(mint_(), peer, packet);
    return indication_;
  }
  write_channel_head(to->channel, packet.size(), std::span(packet_).first<kChannelHead>());
  std::copy(packet.begin(), packet.end(), packet_.begin() + kChannelHead);
  return ByteView(packet_).first(kChannelHead + packet.size());
}

Bytes Allocation::release() {
  if (!relayed_) return {};
  Request request{.method = Method::refresh, .lifetime_s = 0};
  request.id = mint_();
  request.proof = proof_;
  fail("it was given back");
  return encode(request);
}

}  // namespace frontdesk::turn
