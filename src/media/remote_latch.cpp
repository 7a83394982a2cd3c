#include "media/remote_latch.hpp"

#include <algorithm>

namespace frontdesk::media {
namespace {

constexpr int kProbation = 2;            // packets in a row (RFC 3550, A.1: MIN_SEQUENTIAL)
constexpr int kLongProbation = 25;       // of strangers, and of the source before a re-INVITE: may be in flight
constexpr int kMoveProbation = 5;        // of a stream that goes on from elsewhere
constexpr std::uint16_t kMaxGap = 3;     // sequence steps still "in a row"
constexpr std::uint16_t kMaxMove = 500;  // ten seconds of packets
constexpr base::Duration kSilence = base::milliseconds(500);
// kLongProbation packets of 10 to 60 ms take this long.
constexpr base::Duration kFastest = base::milliseconds(200);
constexpr base::Duration kSlowest = base::milliseconds(2000);
// Packets should come from a public address of the SDP, or from behind the router that the signalling came through.
constexpr base::Duration kPatience = base::seconds(2);
constexpr int kRivalPackets = 5;

}  // namespace

Nearness nearness(const base::Endpoint& from, const base::Endpoint& signalled, const base::Endpoint& signalling) {
  if (signalled.is_set() && from == signalled) return Nearness::signalled;
  if (signalled.is_set() && from.same_address(signalled)) return Nearness::same_host;
  if (!signalling.is_unspecified() && from.same_address(signalling)) return Nearness::signalling_host;
  return Nearness::stranger;
}

RemoteLatch::Verdict RemoteLatch::accept(const Arrival& packet, base::Instant now) {
  const bool moved = packet.from != target();
  latched_ = packet.from;
  stranger_latched_ = !packet.authenticated && nearness(packet.from, signalled_, signalling_) == Nearness::stranger;
  stream_ = {packet.header.ssrc, packet.header.sequence, now};
  return moved ? Verdict::accepted_and_latched : Verdict::accepted;
}

/// Otherwise the one that has shown least makes room.
RemoteLatch::Candidate& RemoteLatch::candidate(const base::Endpoint& from) {
  const auto known = std::find_if(candidates_.begin(), candidates_.end(),
                                  [&](const Candidate& c) { return c.from.is_set() && c.from.same_address(from); });
  if (known != candidates_.end()) return *known;
  const auto less = [](const Candidate& a, const Candidate& b) {
    return a.consecutive != b.consecutive ? a.consecutive < b.consecutive : a.last < b.last;
  };
  Candidate& replaced = *std::min_element(candidates_.begin(), candidates_.end(), less);
  replaced = Candidate{};
  return replaced;
}

const RemoteLatch::Candidate& RemoteLatch::extend(const Arrival& packet, base::Instant now) {
  Candidate& source = candidate(packet.from);
  const auto ahead = static_cast<std::uint16_t>(packet.header.sequence - source.sequence);
  const bool follows = source.consecutive > 0 && source.from == packet.from && source.ssrc == packet.header.ssrc &&
                       ahead >= 1 && ahead <= kMaxGap && now - source.last < kSilence;
  if (!follows) source.first = now;
  source.consecutive = follows ? source.consecutive + 1 : 1;
  source.from = packet.from;
  source.ssrc = packet.header.ssrc;
  source.sequence = packet.header.sequence;
  source.last = now;
  return source;
}

/// The latched stream, from another source, after its own has fallen silent.
bool RemoteLatch::goes_on(const Arrival& packet, base::Instant now) {
  const auto ahead = static_cast<std::uint16_t>(packet.header.sequence - stream_.sequence);
  if (packet.header.ssrc != stream_.ssrc || ahead == 0 || ahead > kMaxMove || now - stream_.last < kSilence)
    return false;
  return extend(packet, now).consecutive >= kMoveProbation;
}

bool RemoteLatch::flows(const Candidate& source) const {
  const auto took = source.last - source.first;
  const auto packets = source.consecutive - 1;
  return took * (kLongProbation - 1) >= kFastest * packets && took * (kLongProbation - 1) <= kSlowest * packets;
}

bool RemoteLatch::has_rival(const Candidate& source, base::Instant now) const {
  return std::any_of(candidates_.begin(), candidates_.end(), [&](const Candidate& other) {
    return &other != &source && other.consecutive >= kRivalPackets && now - other.last < kSilence;
  });
}

bool RemoteLatch::trusted(const Arrival& packet, const Candidate& source, base::Instant now) const {
  if (packet.from == previous_) return source.consecutive >= kLongProbation;
  if (packet.authenticated || nearness(packet.from, signalled_, signalling_) != Nearness::stranger)
    return source.consecutive >= kProbation;
  const bool others_expected = (signalled_.is_set() && !signalled_.is_private()) || !signalling_.is_unspecified();
  if (others_expected && now - *waiting_since_ < kPatience) return false;
  return source.consecutive >= kLongProbation && flows(source) && !has_rival(source, now);
}

/// Somebody who has a better right than the stranger we follow.
bool RemoteLatch::displaces(const Arrival& packet, Nearness near, base::Instant now) {
  if (!stranger_latched_ || packet.from == previous_) return false;
  const bool better = packet.authenticated || near != Nearness::stranger;
  return better && extend(packet, now).consecutive >= kProbation;
}

RemoteLatch::Verdict RemoteLatch::judge(const Arrival& packet, base::Instant now) {
  if (!waiting_since_) waiting_since_ = now;
  if (latched_ && packet.from == *latched_) return accept(packet, now);
  const Nearness near = nearness(packet.from, signalled_, signalling_);
  if (near == Nearness::signalled) return accept(packet, now);
  if (latched_) return goes_on(packet, now) || displaces(packet, near, now) ? accept(packet, now) : Verdict::refused;
  if (near == Nearness::same_host && packet.from != previous_) return accept(packet, now);
  return trusted(packet, extend(packet, now), now) ? accept(packet, now) : Verdict::on_probation;
}

void RemoteLatch::set_signalled(const base::Endpoint& signalled, const base::Endpoint& signalling) {
  signalling_ = signalling;
  if (signalled == signalled_) return;
  previous_ = target();
  signalled_ = signalled;
  latched_.reset();
  waiting_since_.reset();
  candidates_ = {};
}

}  // namespace frontdesk::media
