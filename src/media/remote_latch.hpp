// Symmetric RTP with protection (RFC 4961; the "RTP bleed" attacks). Packets go to the signalled address until valid
// packets arrive; behind a NAT the session follows the source they come from. Who is how soon believed:
//
//   the signalled address       at once and always, for the signalling was authenticated: it undoes a latch
//   another port of its host    at once, if nobody is latched
//   the host of the signalling  after 2 packets in a row; from both it undoes the latch of a stranger
//   anybody, with SRTP          the same: who holds the key has shown who it is
//   anybody, in the clear       after half a second of a stream at the pace of speech, and only while no other
//                               stranger does the same; not before 2 s if one of the above should have come
//
// Once latched, whoever sends from elsewhere is refused. A stream that falls silent may go on from another source (a
// router forgot its mapping), if the packets go on with its SSRC and numbers: a stranger would have to guess them.
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "rtp/packet.hpp"

namespace frontdesk::media {

/// How near a source is to what the signalling named.
enum class Nearness { signalled, same_host, signalling_host, stranger };
Nearness nearness(const base::Endpoint& from, const base::Endpoint& signalled, const base::Endpoint& signalling);

class RemoteLatch {
 public:
  explicit RemoteLatch(const base::Endpoint& signalled, const base::Endpoint& signalling = {})
      : signalled_(signalled), signalling_(signalling) {}

  struct Arrival {
    const base::Endpoint& from;
    const rtp::Header& header;
    bool authenticated = false;  ///< by SRTP
  };
  enum class Verdict { accepted, accepted_and_latched, on_probation, refused };
  /// For packets of the right form and payload type.
  Verdict judge(const Arrival& packet, base::Instant now);
  /// A re-INVITE: a changed address starts anew.
  void set_signalled(const base::Endpoint& signalled, const base::Endpoint& signalling = {});

  const base::Endpoint& target() const { return latched_ ? *latched_ : signalled_; }

 private:
  /// One for each host, lest a host with many ports crowd the others out.
  struct Candidate {
    base::Endpoint from;
    std::uint32_t ssrc = 0;
    std::uint16_t sequence = 0;
    int consecutive = 0;
    base::Instant first{}, last{};
  };
  struct Stream {
    std::uint32_t ssrc = 0;
    std::uint16_t sequence = 0;
    base::Instant last{};
  };

  Verdict accept(const Arrival& packet, base::Instant now);
  bool displaces(const Arrival& packet, Nearness near, base::Instant now);
  Candidate& candidate(const base::Endpoint& from);
  const Candidate& extend(const Arrival& packet, base::Instant now);
  bool goes_on(const Arrival& packet, base::Instant now);
  bool trusted(const Arrival& packet, const Candidate& source, base::Instant now) const;
  bool flows(const Candidate& source) const;
  bool has_rival(const Candidate& source, base::Instant now) const;

  base::Endpoint signalled_;
  base::Endpoint signalling_;
  std::optional<base::Endpoint> latched_;
  bool stranger_latched_ = false;
  base::Endpoint previous_;
  std::optional<base::Instant> waiting_since_;  ///< the first packet of anybody
  Stream stream_;                               ///< accepted last
  std::array<Candidate, 8> candidates_{};
};

}  // namespace frontdesk::media
