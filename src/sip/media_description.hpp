// What SDP offer/answer (RFC 3264) settled about a call's audio, free of SDP text: the media side
// needs nothing else. Payload types are RTP's (RFC 3551); telephone-event is RFC 4733.
#pragma once
#include <optional>
#include <vector>

#include "base/endpoint.hpp"
#include "codec/codec.hpp"
#include "rtp/srtp/crypto_suite.hpp"
#include "rtp/srtp/fingerprint.hpp"

namespace frontdesk::sip {

using codec::Codec;

struct MediaFormat {
  Codec codec = Codec::pcmu;
  int payload_type = 0;  ///< as we send it
  friend bool operator==(const MediaFormat&, const MediaFormat&) = default;
};

/// Of both kinds: with keys in the SDP (RFC 4568), as secret as the signalling is, and by DTLS (RFC 5763), as
/// authentic as the signalling is.
enum class SrtpPolicy {
  off,       ///< RTP/AVP alone, offered and accepted
  optional,  ///< whatever the peer can; in offers RTP/AVP with keys (RFC 8643)
  required,  ///< RTP/SAVP or UDP/TLS/RTP/SAVP; anything else gets 488
};

/// Our side of an offer or an answer.
struct LocalMedia {
  base::Endpoint rtp;  ///< where we receive; an unspecified address (0.0.0.0) means "the one facing the peer"
  /// In order of preference; it orders our offers, an answer keeps the offer's order unless own_order is set.
  std::vector<Codec> allowed;
  SrtpPolicy srtp = SrtpPolicy::off;
  int ptime_ms = 20;             ///< of packets both ways where the peer wishes nothing else
  bool own_order = false;        ///< an answer takes the first of `allowed` that the offer has
  bool telephone_events = true;  ///< offered (RFC 4733); an answer follows the offer
  bool offer_mux = false;        ///< RTCP on RTP's port in offers (RFC 5761); an answer follows the offer
  std::optional<srtp::Fingerprint> certificate;  ///< ours; unset: DTLS is neither offered nor accepted
  bool offer_dtls = false;                       ///< offers are UDP/TLS/RTP/SAVP instead, with our certificate
  base::Endpoint mapped;                         ///< `rtp` as a server outside saw it (RFC 8489); port 0: nobody did
};

struct NegotiatedMedia {
  base::Endpoint
      remote;  ///< where the peer receives; 0.0.0.0 when it receives nothing, port 0 when only its sound can show
  MediaFormat format;
  std::optional<int> telephone_event_payload_type;  ///< unset: the peer takes no RFC 4733 digits
  bool may_send = true;                             ///< false while the peer holds us
  bool may_receive = true;                          ///< false when the peer announced that it sends nothing
  int ptime_ms = 20;                                ///< of what we send: 10 to 60
  int max_ptime_ms = 60;                            ///< the longest packets that the peer takes
  /// As the peer sends them: by our own numbers, which an answer to our offer may not share.
  int receive_payload_type = 0;
  std::optional<int> receive_telephone_event_payload_type;
  int telephone_event_clock_rate = 8000;  ///< that of the codec, 48000 with Opus, unless the peer has none such
  std::optional<srtp::SrtpKeys> srtp;     ///< set: SRTP; plain RTP must be neither sent nor believed
  std::optional<srtp::DtlsPeer> dtls;     ///< set: the same, with keys that a DTLS handshake is to bring
  bool rtcp_mux = false;
  base::Endpoint rtcp_remote;  ///< without rtcp_mux
  std::vector<Codec> common;   ///< all that both sides have, `format` among them, in the order of ours
  base::Endpoint signalling;   ///< where the peer's signalling comes from; port 0
  friend bool operator==(const NegotiatedMedia&, const NegotiatedMedia&) = default;
};

}  // namespace frontdesk::sip
