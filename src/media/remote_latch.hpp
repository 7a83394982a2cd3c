// Symmetric RTP with protection (RFC 4961; the "RTP bleed" attacks): packets go to the signalled
// address until valid packets arrive; behind a NAT the session follows, once, the source they come
// from. Whoever sends from elsewhere afterwards is refused. The signalled address is always believed,
// for the signalling was authenticated: its packets undo a latch that a stranger won.
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "base/endpoint.hpp"
#include "rtp/packet.hpp"

namespace frontdesk::media {

class RemoteLatch {
 public:
  explicit RemoteLatch(const base::Endpoint& signalled) : signalled_(signalled) {}

  enum class Verdict { accepted, accepted_and_latched, on_probation, refused };
  /// For packets of the right form and payload type. A source other than the signalled one must
  /// show consecutive packets first.
  Verdict judge(const base::Endpoint& from, const rtp::Header& header);
  /// A re-INVITE: a changed address starts anew.
  void set_signalled(const base::Endpoint& signalled);

  const base::Endpoint& target() const { return latched_ ? *latched_ : signalled_; }

 private:
  struct Candidate {
    base::Endpoint from;
    std::uint32_t ssrc = 0;
    std::uint16_t sequence = 0;
    int consecutive = 0;
  };
  static constexpr int kProbation = 2;           ///< packets in a row (RFC 3550, A.1: MIN_SEQUENTIAL)
  static constexpr int kPreviousProbation = 25;  ///< for the source before a re-INVITE: may be in flight
  static constexpr std::uint16_t kMaxGap = 3;    ///< sequence steps still "in a row"

  Verdict latch(const base::Endpoint& from);
  Candidate& candidate(const base::Endpoint& from);

  base::Endpoint signalled_;
  std::optional<base::Endpoint> latched_;
  base::Endpoint previous_;
  std::array<Candidate, 4> candidates_{};
  std::size_t next_candidate_ = 0;
};

}  // namespace frontdesk::media
