#include <algorithm>
#include <array>

#include "sip/sdp.hpp"
#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

constexpr std::string_view kTelephoneEvent = "telephone-event";
constexpr std::uint32_t kTelephoneClock = 8000;
constexpr int kOfferedTelephoneEvent = 101;
constexpr int kOfferedTelephoneEventAtOpusClock = 110;
constexpr int kOfferedOpus = 111;
// RFC 7587: we play and record at 8 kHz, so that more would be wasted, and can use in-band FEC.
constexpr std::string_view kOpusParameters = "maxplaybackrate=8000;sprop-maxcapturerate=8000;useinbandfec=1";

auto disagree(const char* message) {
  return base::fail(base::ErrorCode::invalid_argument, "sdp", message);
}

bool unspecified(const base::Endpoint& endpoint) {
  return std::all_of(endpoint.address.begin(), endpoint.address.end(), [](auto byte) { return byte == 0; });
}

bool plain_rtp(const StreamDescription& stream) {
  return stream.protocol == "RTP/AVP" || stream.protocol == "RTP/AVPF";
}

bool dtls_rtp(const StreamDescription& stream) {
  return stream.protocol == "UDP/TLS/RTP/SAVP" || stream.protocol == "UDP/TLS/RTP/SAVPF";
}

bool secure_rtp(const StreamDescription& stream) {
  return stream.protocol == "RTP/SAVP" || stream.protocol == "RTP/SAVPF" || dtls_rtp(stream);
}

/// The payload types of our offers. What is in use keeps its number (RFC 3264, section 8.3.2); the
/// others have the customary one or, where that is taken, the next that is free.
class Numbering {
 public:
  explicit Numbering(const LocalSession& local) {
    if (local.in_use) take_over(*local.in_use);
    for (const Codec codec : codec::kAllCodecs) {
      int& number = codecs_[static_cast<std::size_t>(codec)];
      if (number == kNone) number = free_from(codec::traits(codec).static_payload_type.value_or(kOfferedOpus));
    }
    if (digits_ == kNone) digits_ = free_from(kOfferedTelephoneEvent);
    if (digits_at_opus_clock_ == kNone) digits_at_opus_clock_ = free_from(kOfferedTelephoneEventAtOpusClock);
  }

  int of(Codec codec) const { return codecs_[static_cast<std::size_t>(codec)]; }
  int of_digits(std::uint32_t clock_rate) const {
    return clock_rate == kTelephoneClock ? digits_ : digits_at_opus_clock_;
  }

 private:
  static constexpr int kNone = -1;
  static constexpr int kFirstDynamic = 96;

  void take_over(const NegotiatedMedia& media) {
    codecs_[static_cast<std::size_t>(media.format.codec)] = media.receive_payload_type;
    taken_.push_back(media.receive_payload_type);
    if (!media.receive_telephone_event_payload_type) return;
    const bool telephone = media.telephone_event_clock_rate == static_cast<int>(kTelephoneClock);
    (telephone ? digits_ : digits_at_opus_clock_) = *media.receive_telephone_event_payload_type;
    taken_.push_back(*media.receive_telephone_event_payload_type);
  }
  int free_from(int number) {
    const auto is_taken = [this](int n) { return std::find(taken_.begin(), taken_.end(), n) != taken_.end(); };
    for (int next = kFirstDynamic; is_taken(number); ++next) number = next;
    taken_.push_back(number);
    return number;
  }

  std::array<int, codec::kAllCodecs.size()> codecs_{kNone, kNone, kNone, kNone};
  int digits_ = kNone;
  int digits_at_opus_clock_ = kNone;
  std::vector<int> taken_;
};

/// Channels are not compared: there are peers that say opus/48000.
bool is_codec(const PayloadFormat& format, Codec codec) {
  const auto traits = codec::traits(codec);
  return format.payload_type >= 0 && format.clock_rate == traits.clock_rate &&
         (format.channels == 1 || traits.channels == 2) && equal_ignoring_case(format.encoding, traits.encoding);
}

std::optional<MediaFormat> format_of(const StreamDescription& stream, Codec codec) {
  for (const auto& format : stream.formats) {
    if (is_codec(format, codec)) return MediaFormat{codec, format.payload_type};
  }
  return std::nullopt;
}

std::vector<Codec> common_codecs(const StreamDescription& stream, const std::vector<Codec>& allowed) {
  std::vector<Codec> common;
  for (const Codec codec : allowed) {
    if (format_of(stream, codec)) common.push_back(codec);
  }
  return common;
}

std::optional<MediaFormat> preferred(const StreamDescription& stream, const LocalMedia& local) {
  const auto common = common_codecs(stream, local.allowed);
  if (common.empty()) return std::nullopt;
  if (local.own_order) return format_of(stream, common.front());
  for (const auto& format : stream.formats) {
    for (const Codec codec : common) {
      if (is_codec(format, codec)) return MediaFormat{codec, format.payload_type};
    }
  }
  return std::nullopt;
}

std::optional<int> telephone_event_of(const StreamDescription& stream, std::uint32_t clock_rate) {
  for (const auto& format : stream.formats) {
    if (format.payload_type >= 0 && format.clock_rate == clock_rate &&
        equal_ignoring_case(format.encoding, kTelephoneEvent)) {
      return format.payload_type;
    }
  }
  return std::nullopt;
}

/// At the codec's clock (RFC 4733, section 2.1), else at 8 kHz, as some peers offer it beside Opus.
void settle_telephone_event(const StreamDescription& stream, NegotiatedMedia& media) {
  for (const std::uint32_t rate : {codec::traits(media.format.codec).clock_rate, kTelephoneClock}) {
    media.telephone_event_payload_type = telephone_event_of(stream, rate);
    media.telephone_event_clock_rate = static_cast<int>(rate);
    if (media.telephone_event_payload_type) break;
  }
  media.receive_telephone_event_payload_type = media.telephone_event_payload_type;
}

const CryptoAttribute* first_usable(const StreamDescription& stream, const CryptoKeys& keys) {
  for (const auto& attribute : stream.crypto) {
    if (!keys[static_cast<std::size_t>(attribute.suite)].empty()) return &attribute;
  }
  return nullptr;
}

struct Match {
  NegotiatedMedia media;
  std::string crypto_tag;
};

enum class Described { offer, answer };

/// Whether we send the ClientHello; nullopt: the roles do not go together. RFC 8842, section 5.3, wants us to begin
/// where both are possible, but for an association there is; and where the peer's router would drop what we begin.
std::optional<bool> we_begin(const StreamDescription& stream, const LocalSession& local, Described described) {
  const auto setup = stream.setup.value_or(DtlsSetup::active);  // RFC 4145, section 4
  if (setup == DtlsSetup::holdconn) return std::nullopt;
  if (setup != DtlsSetup::actpass) return setup == DtlsSetup::passive;
  if (described == Described::answer) return std::nullopt;
  if (local.in_use && local.in_use->dtls) return local.in_use->dtls->we_begin;
  const bool behind_router = stream.address && stream.address->is_private() && !local.signalling.is_private() &&
                             !local.signalling.is_unspecified();
  return !behind_router;
}

bool settle_dtls(const StreamDescription& stream, const LocalSession& local, Described described, Match& match) {
  if (!local.media.certificate || stream.fingerprints.empty()) return false;
  if (described == Described::answer && !local.media.offer_dtls) return false;
  const auto begin = we_begin(stream, local, described);
  if (begin) match.media.dtls = srtp::DtlsPeer{stream.fingerprints, *begin, stream.tls_id};
  return begin.has_value();
}

/// False: the policy and the stream do not go together.
bool settle_srtp(const StreamDescription& stream, const LocalSession& local, Described described, Match& match) {
  const bool secure = secure_rtp(stream);
  if (!secure && !plain_rtp(stream)) return false;
  if (local.media.srtp == SrtpPolicy::off) return !secure;
  if (local.media.srtp == SrtpPolicy::required && !secure) return false;
  const CryptoAttribute* theirs = dtls_rtp(stream) ? nullptr : first_usable(stream, local.keys);
  if (theirs == nullptr) return settle_dtls(stream, local, described, match) || !secure;
  match.crypto_tag = theirs->tag;
  match.media.srtp = srtp::SrtpKeys{theirs->suite, local.keys[static_cast<std::size_t>(theirs->suite)], theirs->key};
  return true;
}

void settle_rtcp(const StreamDescription& stream, NegotiatedMedia& media) {
  media.rtcp_mux = stream.rtcp_mux;
  if (stream.rtcp_mux || unspecified(media.remote)) return;
  media.rtcp_remote = media.remote;
  media.rtcp_remote.port = static_cast<std::uint16_t>(media.remote.port + 1);
  if (!stream.rtcp) return;
  if (!unspecified(*stream.rtcp)) media.rtcp_remote = *stream.rtcp;
  media.rtcp_remote.port = stream.rtcp->port;
}

/// What `stream`, described by the peer, means for us; nullopt if it is not audio that we can carry.
std::optional<Match> match(const StreamDescription& stream, const LocalSession& local, Described described) {
  Match match;
  NegotiatedMedia& media = match.media;
  if (stream.kind != "audio" || stream.port == 0 || !(stream.address || stream.named)) return std::nullopt;
  // Our socket sends to its own family alone; 0.0.0.0 is hold, not an address.
  const bool other_family = stream.address && stream.address->v6 != local.media.rtp.v6;
  if (other_family && !unspecified(*stream.address)) return std::nullopt;
  if (!settle_srtp(stream, local, described, match)) return std::nullopt;
  const auto format = preferred(stream, local.media);
  if (!format) return std::nullopt;
  // A name is not looked up: the sound shows where it comes from, and ours goes there.
  media.remote = stream.address.value_or(base::Endpoint{});
  media.signalling = local.signalling;
  media.signalling.port = 0;
  media.format = *format;
  media.common = common_codecs(stream, local.media.allowed);
  media.receive_payload_type = format->payload_type;
  settle_telephone_event(stream, media);
  const auto direction = stream.direction;
  media.may_send = direction == MediaDirection::sendrecv || direction == MediaDirection::recvonly;
  media.may_receive = direction == MediaDirection::sendrecv || direction == MediaDirection::sendonly;
  // 0.0.0.0 is how RFC 2543 peers put a call on hold.
  if (stream.address && unspecified(media.remote)) media.may_send = false;
  const int wished = stream.ptime_ms.value_or(local.media.ptime_ms);
  media.ptime_ms = codec::packet_ms(format->codec, std::min(wished, stream.max_ptime_ms.value_or(wished)));
  media.max_ptime_ms = std::max(media.ptime_ms, std::min(stream.max_ptime_ms.value_or(60), 60));
  settle_rtcp(stream, media);
  return match;
}

MediaDirection reversed(MediaDirection direction) {
  if (direction == MediaDirection::sendonly) return MediaDirection::recvonly;
  if (direction == MediaDirection::recvonly) return MediaDirection::sendonly;
  return direction;
}

std::string_view attribute(MediaDirection direction) {
  switch (direction) {
    case MediaDirection::sendrecv:
      return "sendrecv";
    case MediaDirection::sendonly:
      return "sendonly";
    case MediaDirection::recvonly:
      return "recvonly";
    case MediaDirection::inactive:
      return "inactive";
  }
  return "sendrecv";
}

std::string session_lines(const LocalSession& local) {
  const std::string address = (local.media.rtp.v6 ? "IN IP6 " : "IN IP4 ") + base::address_text(local.media.rtp);
  return "v=0\r\no=- " + std::to_string(local.session_id) + " " + std::to_string(local.version) + " " + address +
         "\r\ns=-\r\nc=" + address + "\r\nt=0 0\r\n";
}

/// An m= line and its attributes, as they come to be known.
class AudioLines {
 public:
  AudioLines(std::uint16_t port, std::string_view protocol)
      : media_("m=audio " + std::to_string(port) + " " + std::string(protocol)) {}

  void codec(const MediaFormat& format) {
    const auto traits = codec::traits(format.codec);
    const auto type = std::to_string(format.payload_type);
    media_ += " " + type;
    attributes_ += "a=rtpmap:" + type + " " + std::string(traits.encoding) + "/" + std::to_string(traits.clock_rate);
    if (traits.channels > 1) attributes_ += "/" + std::to_string(traits.channels);
    attributes_ += "\r\n";
    if (format.codec == Codec::opus) attributes_ += "a=fmtp:" + type + " " + std::string(kOpusParameters) + "\r\n";
  }
  void telephone_event(int payload_type, std::uint32_t clock_rate) {
    const auto type = std::to_string(payload_type);
    media_ += " " + type;
    attributes_ +=
        "a=rtpmap:" + type + " telephone-event/" + std::to_string(clock_rate) + "\r\na=fmtp:" + type + " 0-16\r\n";
  }
  void line(std::string_view text) { attributes_ += text; }
  std::string finish(int ptime_ms, MediaDirection direction) const {
    return media_ + "\r\n" + attributes_ + "a=ptime:" + std::to_string(ptime_ms) +
           "\r\na=" + std::string(attribute(direction)) + "\r\n";
  }

 private:
  std::string media_;
  std::string attributes_;
};

std::string dtls_lines(const LocalSession& local, std::string_view setup, bool with_id) {
  std::string lines = "a=fingerprint:" + srtp::fingerprint_text(*local.media.certificate) + "\r\na=setup:";
  lines.append(setup).append("\r\n");
  if (with_id && !local.tls_id.empty()) lines += "a=tls-id:" + local.tls_id + "\r\n";
  return lines;
}

std::string refused_stream(const StreamDescription& stream) {
  std::string line = "m=" + stream.kind + " 0 " + stream.protocol;
  for (const auto& format : stream.formats) line += " " + format.id;
  if (stream.formats.empty()) line += " 0";
  return line + "\r\n";
}

std::string accepted_stream(const StreamDescription& stream, const Match& match, const LocalSession& local) {
  const NegotiatedMedia& media = match.media;
  AudioLines lines(local.media.rtp.port, stream.protocol);
  lines.codec(media.format);
  if (media.telephone_event_payload_type)
    lines.telephone_event(*media.telephone_event_payload_type,
                          static_cast<std::uint32_t>(media.telephone_event_clock_rate));
  if (media.srtp) lines.line(crypto_line({match.crypto_tag, media.srtp->suite, media.srtp->send}));
  if (media.dtls)
    lines.line(dtls_lines(local, media.dtls->we_begin ? "active" : "passive", !media.dtls->tls_id.empty()));
  if (media.rtcp_mux) lines.line("a=rtcp-mux\r\n");
  return lines.finish(media.ptime_ms, reversed(stream.direction));
}

/// The stream to accept: an encrypted one if there is one.
std::optional<std::size_t> best_stream(const SessionDescription& offer, const LocalSession& local) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < offer.streams.size(); ++i) {
    const auto found = match(offer.streams[i], local, Described::offer);
    if (found && (found->media.srtp || found->media.dtls)) return i;
    if (found && !best) best = i;
  }
  return best;
}

AgreedLines agreed_lines(const SessionDescription& offer, std::size_t audio) {
  AgreedLines lines{{}, audio, offer.streams[audio].protocol};
  for (const auto& stream : offer.streams) lines.refused.push_back(refused_stream(stream));
  return lines;
}

/// Streams of an answer correspond to those of the offer by position. Some peers leave out what they refuse.
const StreamDescription& answered_stream(const SessionDescription& answer, const LocalSession& local) {
  const std::size_t audio = local.agreed ? local.agreed->audio : 0;
  return audio < answer.streams.size() ? answer.streams[audio] : answer.streams.front();
}

/// Inside a call, the key in use and no other: another suite would need new keys for no reason, and a peer that
/// talks in the clear may refuse what it does not know.
bool offers_key(const LocalSession& local, std::size_t suite) {
  if (local.media.srtp == SrtpPolicy::off || local.keys[suite].empty()) return false;
  if (!local.agreed || !local.in_use) return true;
  return local.in_use->srtp && local.in_use->srtp->suite == srtp::kAllSuites[suite];
}

/// Inside a call, as its keys came.
bool offers_dtls(const LocalSession& local) {
  if (!local.media.certificate || local.media.srtp == SrtpPolicy::off) return false;
  return local.agreed && local.in_use ? local.in_use->dtls.has_value() : local.media.offer_dtls;
}

std::string_view offered_protocol(const LocalSession& local) {
  if (local.agreed) return local.agreed->protocol;
  if (offers_dtls(local)) return "UDP/TLS/RTP/SAVP";
  return local.media.srtp == SrtpPolicy::required ? "RTP/SAVP" : "RTP/AVP";
}

}  // namespace

std::string make_offer(const LocalSession& local) {
  const bool dtls = offers_dtls(local);
  AudioLines lines(local.media.rtp.port, offered_protocol(local));
  const Numbering numbers(local);
  std::vector<std::uint32_t> rates;
  for (const Codec codec : local.media.allowed) {
    lines.codec({codec, numbers.of(codec)});
    const auto rate = codec::traits(codec).clock_rate;
    if (std::find(rates.begin(), rates.end(), rate) == rates.end()) rates.push_back(rate);
  }
  if (!local.media.telephone_events) rates.clear();
  for (const auto rate : rates) lines.telephone_event(numbers.of_digits(rate), rate);
  if (dtls) lines.line(dtls_lines(local, "actpass", true));
  for (std::size_t i = 0; !dtls && i < local.keys.size(); ++i) {
    if (offers_key(local, i)) lines.line(crypto_line({std::to_string(i + 1), srtp::kAllSuites[i], local.keys[i]}));
  }
  if (local.media.offer_mux) lines.line("a=rtcp-mux\r\n");
  const std::string audio = lines.finish(local.media.ptime_ms, MediaDirection::sendrecv);
  std::string out = session_lines(local);
  if (!local.agreed) return out + audio;
  const auto& [refused, index, protocol] = *local.agreed;
  for (std::size_t i = 0; i < refused.size(); ++i) out += i == index ? audio : refused[i];
  return out;
}

base::Result<Answer> answer_offer(const SessionDescription& offer, const LocalSession& local) {
  const auto chosen = best_stream(offer, local);
  if (!chosen) return disagree("the offer has no audio stream with a codec and a protection that are allowed here");
  Answer answer;
  answer.lines = agreed_lines(offer, *chosen);
  answer.sdp = session_lines(local);
  for (std::size_t i = 0; i < offer.streams.size(); ++i) {
    const auto& stream = offer.streams[i];
    const auto found = i == *chosen ? match(stream, local, Described::offer) : std::nullopt;
    answer.sdp += found ? accepted_stream(stream, *found, local) : refused_stream(stream);
    if (found) answer.media = found->media;
  }
  return answer;
}

base::Result<NegotiatedMedia> accept_answer(const SessionDescription& answer, const LocalSession& local) {
  auto found = match(answered_stream(answer, local), local, Described::answer);
  if (!found) return disagree("the answer accepts none of the codecs, or not the protection, offered");
  NegotiatedMedia& media = found->media;
  if (offers_dtls(local) && !media.dtls) return disagree("the answer does not take up DTLS");
  if (media.srtp && found->crypto_tag != std::to_string(static_cast<std::size_t>(media.srtp->suite) + 1))
    return disagree("the answer's crypto attribute has a tag that was not offered with that suite");
  if (local.agreed && local.in_use && local.in_use->srtp && !media.srtp)
    return disagree("the answer gives up the encryption that the call has");
  // RFC 3264, section 5.1: what the peer sends to us bears the numbers of our offer.
  const Numbering numbers(local);
  media.receive_payload_type = numbers.of(media.format.codec);
  if (media.telephone_event_payload_type)
    media.receive_telephone_event_payload_type =
        numbers.of_digits(static_cast<std::uint32_t>(media.telephone_event_clock_rate));
  return media;
}

AgreedLines lines_after(const SessionDescription& answer, const LocalSession& local) {
  AgreedLines lines = local.agreed.value_or(AgreedLines{{std::string()}, 0, {}});
  lines.protocol = answered_stream(answer, local).protocol;
  return lines;
}

bool brings_new_key(const SessionDescription& offer, const NegotiatedMedia& before) {
  if (!before.srtp) return false;
  for (const auto& stream : offer.streams) {
    for (const auto& attribute : stream.crypto) {
      if (attribute.key == before.srtp->receive) return false;
    }
  }
  return true;
}

}  // namespace frontdesk::sip
