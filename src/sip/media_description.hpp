// What SDP offer/answer (RFC 3264) settled about a call's audio, free of SDP text: the media side
// needs nothing else. Payload types are RTP's (RFC 3551); telephone-event is RFC 4733.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"

namespace frontdesk::sip {

enum class Codec { pcmu, pcma };

/// The encoding name of an rtpmap: "PCMU".
std::string_view encoding_name(Codec codec);

struct MediaFormat {
  Codec codec = Codec::pcmu;
  int payload_type = 0;
  friend bool operator==(const MediaFormat&, const MediaFormat&) = default;
};

/// Our side of an offer or an answer.
struct LocalMedia {
  base::Endpoint rtp;          ///< where we receive; an unspecified address (0.0.0.0) means "the one facing the peer"
  std::vector<Codec> allowed;  ///< in order of preference; it orders our offers, an answer keeps the offer's order
};

struct NegotiatedMedia {
  base::Endpoint remote;  ///< where the peer receives; port 0 or 0.0.0.0 when it receives nothing
  MediaFormat format;
  std::optional<int> telephone_event_payload_type;  ///< unset: the peer takes no RFC 4733 digits
  bool may_send = true;                             ///< false while the peer holds us
  bool may_receive = true;                          ///< false when the peer announced that it sends nothing
  int ptime_ms = 20;
  friend bool operator==(const NegotiatedMedia&, const NegotiatedMedia&) = default;
};

}  // namespace frontdesk::sip
