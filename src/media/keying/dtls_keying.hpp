// The DTLS handshakes of one call (RFC 5764): of its RTP, and of its RTCP where that has a port of its own. Decides
// whose datagrams are looked at, and for how long the peer may take. Its owner carries the datagrams.
//
// Only what comes from the peer's host, as its SDP or its signalling named it, is looked at: a ClientHello of a
// stranger's would otherwise break the association that the caller is about to begin.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "media/session.hpp"
#include "rtp/dtls/association.hpp"
#include "rtp/dtls/datagram.hpp"
#include "sip/media_description.hpp"

namespace frontdesk::keying {

inline constexpr base::Duration kHandshakeLimit = base::seconds(5);
inline constexpr int kDatagramsPerTick = 8;  ///< the rest is dropped, and repeated by an honest peer

enum class Component { rtp, rtcp };

class DtlsKeying {
 public:
  /// With each agreement of offer and answer; another peer, or another certificate of its, means new handshakes.
  void agreed(const sip::NegotiatedMedia& media, base::Instant now);
  /// What the media session is to do now: with the keys, as soon as there are any.
  media::MediaParameters parameters() const;

  /// Takes what is DTLS's; false: it is something else.
  bool on_datagram(Component component, std::span<const std::uint8_t> datagram, const base::Endpoint& from,
                   base::Instant now);

  struct Outgoing {
    Component component = Component::rtp;
    base::Endpoint to;
    std::vector<std::uint8_t> bytes;
  };
  struct Progress {
    std::vector<Outgoing> outgoing;
    bool new_keys = false;               ///< parameters() has changed
    std::optional<std::string> failure;  ///< once: the call cannot go on; a sentence, safe to log
  };
  /// Every 20 ms.
  Progress tick(base::Instant now);

  std::uint64_t foreign() const { return foreign_; }  ///< datagrams from elsewhere, not looked at

 private:
  struct Handshake {
    std::optional<dtls::Association> association;
    base::Endpoint peer;
    bool reported = false;
  };

  void begin(const srtp::DtlsPeer& peer, base::Instant now);
  bool finished() const;
  Handshake& of(Component component) { return handshakes_[static_cast<std::size_t>(component)]; }
  const Handshake& of(Component component) const { return handshakes_[static_cast<std::size_t>(component)]; }
  void advance(Component component, Progress& progress);
  void fail(std::string why, Progress& progress);

  sip::NegotiatedMedia media_;
  std::array<Handshake, 2> handshakes_;
  std::optional<base::Instant> deadline_;
  std::string broken_;
  int looked_at_ = 0;
  std::uint64_t foreign_ = 0;
  bool failed_ = false;
};

}  // namespace frontdesk::keying
