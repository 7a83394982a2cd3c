// Session descriptions (RFC 8866) and the offer/answer model (RFC 3264) for one audio stream. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "sip/media_description.hpp"
#include "sip/sdp_crypto.hpp"

namespace frontdesk::sip {

/// a=setup (RFC 4145).
enum class DtlsSetup { active, passive, actpass, holdconn };

enum class MediaDirection { sendrecv, sendonly, recvonly, inactive };

struct PayloadFormat {
  std::string id;         ///< as in the m= line
  int payload_type = -1;  ///< -1: not a number in 0 to 127
  std::string encoding;   ///< from rtpmap or, without one, RFC 3551; empty if unknown
  std::uint32_t clock_rate = 0;
  int channels = 1;
};

struct StreamDescription {
  std::string kind;        ///< "audio", "video", "text"
  std::uint16_t port = 0;  ///< 0: refused or ended
  std::string protocol;    ///< "RTP/AVP"
  std::vector<PayloadFormat> formats;
  std::optional<base::Endpoint> address;  ///< with the port; unset if it names no numeric address
  bool named = false;                     ///< but a host instead, which is not looked up
  MediaDirection direction = MediaDirection::sendrecv;
  std::optional<int> ptime_ms, max_ptime_ms;
  std::vector<CryptoAttribute> crypto;          ///< those we could use, in the peer's order
  std::vector<srtp::Fingerprint> fingerprints;  ///< those we could check
  std::optional<DtlsSetup> setup;
  std::string tls_id;  ///< RFC 8842
  bool rtcp_mux = false;
  std::optional<base::Endpoint> rtcp;  ///< a=rtcp (RFC 3605); its address is unset if only a port is named
};

struct SessionDescription {
  std::vector<StreamDescription> streams;
};

/// invalid_argument if it is not a session description.
base::Result<SessionDescription> parse_sdp(std::string_view text);

/// The m= lines as they were last agreed on: later offers keep them, in order (RFC 3264, section 8).
struct AgreedLines {
  std::vector<std::string> refused;  ///< each with port 0; that of the audio is not used
  std::size_t audio = 0;             ///< index of the one in use
  std::string protocol;              ///< of it
};

/// Our end. `media.rtp` must be a concrete address here.
struct LocalSession {
  LocalMedia media;
  std::uint64_t session_id = 0;
  std::uint64_t version = 0;               ///< counts up with every changed description
  CryptoKeys keys;                         ///< random; needed unless media.srtp is off
  std::optional<NegotiatedMedia> in_use;   ///< its payload types keep their meaning in later offers
  std::string tls_id;                      ///< of our end of a DTLS association
  base::Endpoint signalling;               ///< where the peer's signalling comes from
  std::optional<AgreedLines> agreed = {};  ///< set for offers inside a call, which keep protection and key as well
};

/// An offer with all allowed codecs and, for their clock rates, telephone-event.
std::string make_offer(const LocalSession& local);

struct Answer {
  std::string sdp;
  NegotiatedMedia media;
  AgreedLines lines;
};

/// The first allowed codec in the order of the offer (RFC 3264, section 6.1), telephone-event with
/// the offer's payload type, the first crypto attribute we have a key for, else DTLS if it is offered, of an encrypted
/// stream if there is one; every other stream is refused. invalid_argument: nothing in common.
base::Result<Answer> answer_offer(const SessionDescription& offer, const LocalSession& local);

/// What the peer's answer to make_offer() settled. invalid_argument: nothing in common, or the protection that the
/// call had is gone.
base::Result<NegotiatedMedia> accept_answer(const SessionDescription& answer, const LocalSession& local);
/// The lines after an answer that accept_answer() took.
AgreedLines lines_after(const SessionDescription& answer, const LocalSession& local);

/// Whether the peer brings another key than before: then ours should be new as well.
bool brings_new_key(const SessionDescription& offer, const NegotiatedMedia& before);

}  // namespace frontdesk::sip
