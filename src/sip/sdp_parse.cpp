#include <algorithm>

#include "sip/sdp.hpp"
#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

constexpr std::size_t kMaxStreams = 32;
constexpr std::size_t kMaxFormats = 64;
constexpr std::size_t kMaxCryptoAttributes = 16;
constexpr std::size_t kMaxFingerprints = 8;
constexpr std::size_t kMaxTlsId = 255;
constexpr std::uint32_t kMaxPtimeMs = 1000;

auto refuse(const char* message) {
  return base::fail(base::ErrorCode::invalid_argument, "sdp", message);
}

std::string_view next_word(std::string_view& text) {
  text = trimmed(text);
  const auto end = std::min(text.find_first_of(" \t"), text.size());
  const auto word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

PayloadFormat format_from(std::string_view id) {
  PayloadFormat format;
  format.id = id;
  const auto number = parse_decimal(id);
  if (!number || *number > 127) return format;
  format.payload_type = static_cast<int>(*number);
  for (const Codec codec : codec::kAllCodecs) {
    const auto traits = codec::traits(codec);
    if (traits.static_payload_type != *number) continue;
    format.encoding = traits.encoding;
    format.clock_rate = traits.clock_rate;
  }
  return format;
}

bool parse_stream(std::string_view value, StreamDescription& stream) {
  stream.kind = next_word(value);
  const auto port_text = next_word(value);
  const auto port = parse_decimal(port_text.substr(0, port_text.find('/')));
  stream.protocol = next_word(value);
  if (!port || *port > 65535 || stream.protocol.empty()) return false;
  stream.port = static_cast<std::uint16_t>(*port);
  for (auto id = next_word(value); !id.empty() && stream.formats.size() < kMaxFormats; id = next_word(value)) {
    stream.formats.push_back(format_from(id));
  }
  return true;
}

/// "IN IP4 192.0.2.1/127"
std::optional<base::Endpoint> parse_connection(std::string_view value) {
  const auto network = next_word(value);
  const auto family = next_word(value);
  const auto address = next_word(value);
  if (!equal_ignoring_case(network, "IN")) return std::nullopt;
  const auto endpoint = base::parse_address(address.substr(0, address.find('/')));
  if (!endpoint || endpoint->v6 != equal_ignoring_case(family, "IP6")) return std::nullopt;
  return endpoint;
}

/// "IN IP4 media.example.com" (RFC 8866, section 5.7)
bool names_host(std::string_view value) {
  const auto network = next_word(value);
  const auto family = next_word(value);
  const auto host = next_word(value);
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto allowed = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-'; };
  return equal_ignoring_case(network, "IN") &&
         (equal_ignoring_case(family, "IP4") || equal_ignoring_case(family, "IP6")) &&
         std::all_of(host.begin(), host.end(), allowed) && std::any_of(host.begin(), host.end(), letter);
}

/// "101 telephone-event/8000/1"
void apply_rtpmap(std::string_view value, StreamDescription& stream) {
  const auto id = next_word(value);
  const std::string_view encoding = trimmed(value);
  const auto slash = encoding.find('/');
  if (slash == std::string_view::npos) return;
  const std::string_view rest = encoding.substr(slash + 1);
  const auto rate = parse_decimal(rest.substr(0, rest.find('/')));
  const auto second = rest.find('/');
  const auto channels = second == std::string_view::npos ? 1 : parse_decimal(rest.substr(second + 1)).value_or(1);
  for (auto& format : stream.formats) {
    if (format.id != id || !rate) continue;
    format.encoding = encoding.substr(0, slash);
    format.clock_rate = *rate;
    format.channels = channels == 2 ? 2 : 1;
  }
}

std::optional<int> parse_ptime(std::string_view value) {
  // RFC 4566 allowed a fraction.
  const auto ms = parse_decimal(trimmed(value.substr(0, value.find('.'))));
  if (!ms || *ms == 0 || *ms > kMaxPtimeMs) return std::nullopt;
  return static_cast<int>(*ms);
}

/// "53020" or "53020 IN IP4 192.0.2.4"
std::optional<base::Endpoint> parse_rtcp_port(std::string_view value) {
  const auto port = parse_decimal(next_word(value));
  if (!port || *port == 0 || *port > 65535) return std::nullopt;
  base::Endpoint endpoint = parse_connection(value).value_or(base::Endpoint{});
  endpoint.port = static_cast<std::uint16_t>(*port);
  return endpoint;
}

std::optional<DtlsSetup> parse_setup(std::string_view value) {
  const auto role = trimmed(value);
  if (equal_ignoring_case(role, "active")) return DtlsSetup::active;
  if (equal_ignoring_case(role, "passive")) return DtlsSetup::passive;
  if (equal_ignoring_case(role, "actpass")) return DtlsSetup::actpass;
  if (equal_ignoring_case(role, "holdconn")) return DtlsSetup::holdconn;
  return std::nullopt;
}

/// What describes a DTLS association: of one stream, or of the session for the streams that say nothing.
void apply_dtls_attribute(std::string_view name, std::string_view value, StreamDescription& stream) {
  if (name == "setup") stream.setup = parse_setup(value);
  if (name == "tls-id") stream.tls_id = trimmed(value).substr(0, kMaxTlsId);
  if (name != "fingerprint" || stream.fingerprints.size() >= kMaxFingerprints) return;
  if (auto fingerprint = srtp::parse_fingerprint(trimmed(value)))
    stream.fingerprints.push_back(std::move(*fingerprint));
}

std::string_view cut_name(std::string_view& attribute) {
  const auto name = attribute.substr(0, std::min(attribute.find(':'), attribute.size()));
  attribute.remove_prefix(std::min(name.size() + 1, attribute.size()));
  return name;
}

/// Attributes that mean something for one stream alone.
void apply_attribute(std::string_view value, StreamDescription& stream) {
  const auto name = cut_name(value);
  apply_dtls_attribute(name, value, stream);
  if (name == "rtpmap") apply_rtpmap(value, stream);
  if (name == "ptime") stream.ptime_ms = parse_ptime(value);
  if (name == "maxptime") stream.max_ptime_ms = parse_ptime(value);
  if (name == "rtcp-mux") stream.rtcp_mux = true;
  if (name == "rtcp") stream.rtcp = parse_rtcp_port(value);
  if (name != "crypto" || stream.crypto.size() >= kMaxCryptoAttributes) return;
  if (auto crypto = parse_crypto(value)) stream.crypto.push_back(std::move(*crypto));
}

std::optional<MediaDirection> direction_from(std::string_view attribute) {
  if (attribute == "sendrecv") return MediaDirection::sendrecv;
  if (attribute == "sendonly") return MediaDirection::sendonly;
  if (attribute == "recvonly") return MediaDirection::recvonly;
  if (attribute == "inactive") return MediaDirection::inactive;
  return std::nullopt;
}

class Parser {
 public:
  base::Result<SessionDescription> run(std::string_view text) {
    if (text.substr(0, 3) != "v=0") return refuse("the session description does not begin with v=0");
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      const std::string_view line = trimmed(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
      if (line.empty()) continue;
      if (line.size() < 2 || line[1] != '=') return refuse("a line of the session description has no '='");
      if (!take(line[0], line.substr(2))) return refuse("the session description has a broken or surplus m= line");
    }
    if (session_.streams.empty()) return refuse("the session description names no stream");
    for (auto& stream : session_.streams) {
      if (stream.address) stream.address->port = stream.port;
      if (stream.fingerprints.empty()) stream.fingerprints = defaults_.fingerprints;
      if (!stream.setup) stream.setup = defaults_.setup;
      if (stream.tls_id.empty()) stream.tls_id = defaults_.tls_id;
    }
    return std::move(session_);
  }

 private:
  bool take(char type, std::string_view value) {
    const bool in_stream = !session_.streams.empty();
    if (type == 'm') {
      StreamDescription stream;
      if (session_.streams.size() >= kMaxStreams || !parse_stream(value, stream)) return false;
      stream.address = connection_;
      stream.named = named_;
      stream.direction = direction_;
      session_.streams.push_back(std::move(stream));
    } else if (type == 'c') {
      (in_stream ? session_.streams.back().address : connection_) = parse_connection(value);
      (in_stream ? session_.streams.back().named : named_) = names_host(value);
    } else if (type == 'a') {
      if (const auto direction = direction_from(value)) {
        (in_stream ? session_.streams.back().direction : direction_) = *direction;
      } else if (in_stream) {
        apply_attribute(value, session_.streams.back());
      } else {
        const auto name = cut_name(value);
        apply_dtls_attribute(name, value, defaults_);
      }
    }
    return true;
  }

  SessionDescription session_;
  std::optional<base::Endpoint> connection_;
  StreamDescription defaults_;  ///< what the session says of DTLS
  bool named_ = false;
  MediaDirection direction_ = MediaDirection::sendrecv;
};

}  // namespace

base::Result<SessionDescription> parse_sdp(std::string_view text) {
  return Parser().run(text);
}

}  // namespace frontdesk::sip
