#include <algorithm>

#include "sip/sdp.hpp"
#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

constexpr std::string_view kTelephoneEvent = "telephone-event";
constexpr std::uint32_t kClockRate = 8000;
constexpr int kOfferedTelephoneEvent = 101;
constexpr int kPtimeMs = 20;

auto disagree(const char* message) {
  return base::fail(base::ErrorCode::invalid_argument, "sdp", message);
}

int static_payload_type(Codec codec) {
  return codec == Codec::pcmu ? 0 : 8;
}

bool unspecified(const base::Endpoint& endpoint) {
  return std::all_of(endpoint.address.begin(), endpoint.address.end(), [](auto byte) { return byte == 0; });
}

bool plain_rtp(const StreamDescription& stream) {
  return stream.protocol == "RTP/AVP" || stream.protocol == "RTP/AVPF";
}

std::optional<MediaFormat> first_allowed(const StreamDescription& stream, const std::vector<Codec>& allowed) {
  for (const auto& format : stream.formats) {
    for (const Codec codec : allowed) {
      if (format.payload_type >= 0 && format.clock_rate == kClockRate &&
          equal_ignoring_case(format.encoding, encoding_name(codec))) {
        return MediaFormat{codec, format.payload_type};
      }
    }
  }
  return std::nullopt;
}

std::optional<int> telephone_event_of(const StreamDescription& stream) {
  for (const auto& format : stream.formats) {
    if (format.payload_type >= 0 && format.clock_rate == kClockRate &&
        equal_ignoring_case(format.encoding, kTelephoneEvent)) {
      return format.payload_type;
    }
  }
  return std::nullopt;
}

/// What `stream`, described by the peer, means for us; nullopt if it is not audio that we can carry.
std::optional<NegotiatedMedia> match(const StreamDescription& stream, const std::vector<Codec>& allowed) {
  if (stream.kind != "audio" || stream.port == 0 || !plain_rtp(stream) || !stream.address) return std::nullopt;
  const auto format = first_allowed(stream, allowed);
  if (!format) return std::nullopt;
  NegotiatedMedia media;
  media.remote = *stream.address;
  media.format = *format;
  media.telephone_event_payload_type = telephone_event_of(stream);
  const auto direction = stream.direction;
  media.may_send = direction == MediaDirection::sendrecv || direction == MediaDirection::recvonly;
  media.may_receive = direction == MediaDirection::sendrecv || direction == MediaDirection::sendonly;
  // 0.0.0.0 is how RFC 2543 peers put a call on hold.
  if (unspecified(media.remote)) media.may_send = false;
  media.ptime_ms = kPtimeMs;
  return media;
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

std::string audio_lines(const LocalSession& local, std::string_view protocol, const std::vector<MediaFormat>& formats,
                        std::optional<int> telephone_event, MediaDirection direction) {
  std::string media = "m=audio " + std::to_string(local.media.rtp.port) + " " + std::string(protocol);
  std::string attributes;
  for (const auto& format : formats) {
    const auto type = std::to_string(format.payload_type);
    media += " " + type;
    attributes += "a=rtpmap:" + type + " " + std::string(encoding_name(format.codec)) + "/8000\r\n";
  }
  if (telephone_event) {
    const auto type = std::to_string(*telephone_event);
    media += " " + type;
    attributes += "a=rtpmap:" + type + " telephone-event/8000\r\na=fmtp:" + type + " 0-16\r\n";
  }
  return media + "\r\n" + attributes + "a=ptime:" + std::to_string(kPtimeMs) +
         "\r\na=" + std::string(attribute(direction)) + "\r\n";
}

std::string refused_stream(const StreamDescription& stream) {
  std::string line = "m=" + stream.kind + " 0 " + stream.protocol;
  for (const auto& format : stream.formats) line += " " + format.id;
  if (stream.formats.empty()) line += " 0";
  return line + "\r\n";
}

}  // namespace

std::string_view encoding_name(Codec codec) {
  return codec == Codec::pcmu ? "PCMU" : "PCMA";
}

std::string make_offer(const LocalSession& local) {
  std::vector<MediaFormat> formats;
  for (const Codec codec : local.media.allowed) formats.push_back({codec, static_payload_type(codec)});
  return session_lines(local) +
         audio_lines(local, "RTP/AVP", formats, kOfferedTelephoneEvent, MediaDirection::sendrecv);
}

base::Result<Answer> answer_offer(const SessionDescription& offer, const LocalSession& local) {
  Answer answer;
  answer.sdp = session_lines(local);
  bool agreed = false;
  for (const auto& stream : offer.streams) {
    const auto media = agreed ? std::nullopt : match(stream, local.media.allowed);
    if (!media) {
      answer.sdp += refused_stream(stream);
      continue;
    }
    agreed = true;
    answer.media = *media;
    answer.sdp += audio_lines(local, stream.protocol, {media->format}, media->telephone_event_payload_type,
                              reversed(stream.direction));
  }
  if (!agreed) return disagree("the offer has no audio stream with a codec that is allowed here");
  return answer;
}

base::Result<NegotiatedMedia> accept_answer(const SessionDescription& answer, const LocalSession& local) {
  // Streams of an answer correspond to those of the offer by position; ours has one.
  const auto media = match(answer.streams.front(), local.media.allowed);
  if (!media) return disagree("the answer accepts none of the codecs offered");
  return *media;
}

}  // namespace frontdesk::sip
