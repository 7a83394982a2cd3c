#include "sip/malformed_request.hpp"

#include <algorithm>
#include <array>

#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

constexpr std::size_t kMaxLines = 256;
constexpr std::size_t kMaxValue = 2048;
constexpr std::uint16_t kDefaultPort = 5060;

struct Name {
  std::string_view full, compact;
};
constexpr std::array<Name, 5> kCopied{{{"Via", "v"}, {"From", "f"}, {"To", "t"}, {"Call-ID", "i"}, {"CSeq", "CSeq"}}};

/// The next header line with what is folded behind it; `rest` moves on.
std::string_view next_line(std::string_view& rest) {
  auto end = rest.find('\n');
  while (end != std::string_view::npos && end + 1 < rest.size() && (rest[end + 1] == ' ' || rest[end + 1] == '\t'))
    end = rest.find('\n', end + 1);
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return trimmed(line);
}

/// "SIP/2.0/UDP host:5062;branch=x" -> 5062.
std::uint16_t sent_by_port(std::string_view via) {
  const auto end = via.find_first_of(";,");
  if (parameter(via.substr(std::min(end, via.size())), "rport")) return 0;
  const auto sent_by = trimmed(via.substr(0, end));
  const auto colon = sent_by.rfind(':');
  if (colon == std::string_view::npos || sent_by.find(']', colon) != std::string_view::npos) return kDefaultPort;
  const auto port = parse_decimal(trimmed(sent_by.substr(colon + 1)));
  return port && *port > 0 && *port < 65536 ? static_cast<std::uint16_t>(*port) : kDefaultPort;
}

}  // namespace

std::optional<MalformedAnswer> answer_malformed(std::string_view datagram) {
  datagram.remove_prefix(std::min(datagram.find_first_not_of("\r\n"), datagram.size()));
  const auto start = next_line(datagram);
  const auto method = start.substr(0, start.find(' '));
  if (method.substr(0, 4) == "SIP/" || method == "ACK" || method.size() == start.size()) return std::nullopt;
  std::array<std::string, kCopied.size()> copied;
  std::optional<std::uint16_t> port;
  for (std::size_t i = 0; i < kMaxLines && !datagram.empty(); ++i) {
    const auto line = next_line(datagram);
    if (line.empty()) break;
    const auto colon = std::min(line.find(':'), line.size());
    const auto name = trimmed(line.substr(0, colon));
    const auto value = trimmed(line.substr(std::min(colon + 1, line.size())));
    for (std::size_t k = 0; k < kCopied.size(); ++k) {
      const bool same = equal_ignoring_case(name, kCopied[k].full) || equal_ignoring_case(name, kCopied[k].compact);
      if (!same || value.size() > kMaxValue || (k > 0 && !copied[k].empty())) continue;
      if (k == 0 && !port) port = sent_by_port(value);
      copied[k].append(kCopied[k].full).append(": ").append(header_safe(value)).append("\r\n");
    }
  }
  if (!port) return std::nullopt;
  const auto version = start.substr(std::min(start.rfind(' ') + 1, start.size()));
  const bool other = version.substr(0, 4) == "SIP/" && version != "SIP/2.0";
  MalformedAnswer answer{other ? "SIP/2.0 505 Version Not Supported\r\n" : "SIP/2.0 400 Bad Request\r\n", *port};
  for (const auto& lines : copied) answer.text += lines;
  answer.text += "Content-Length: 0\r\n\r\n";
  return answer;
}

}  // namespace frontdesk::sip
