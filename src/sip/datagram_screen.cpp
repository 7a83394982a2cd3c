#include "sip/datagram_screen.hpp"

#include <algorithm>
#include <string_view>

namespace frontdesk::sip {
namespace {

constexpr std::size_t kStunHeader = 20;
constexpr std::string_view kProtocol = "SIP/";

}  // namespace

bool worth_parsing(std::span<const std::uint8_t> message) {
  std::string_view text(reinterpret_cast<const char*>(message.data()), message.size());
  // Empty lines before the start line are to be ignored (RFC 3261, section 7.5).
  text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
  const auto first_line = text.substr(0, std::min(text.find('\n'), kMaxFirstLine));
  if (first_line.size() >= kMaxFirstLine || first_line.find(kProtocol) == std::string_view::npos) return false;
  std::size_t lines = 0;
  for (std::size_t at = first_line.size(); at < text.size(); ++lines) {
    const auto next = text.find('\n', at + 1);
    const auto line = text.substr(at + 1, next == std::string_view::npos ? next : next - at - 1);
    if (line.empty() || line == "\r") return true;
    if (at > kMaxHead || lines > kMaxHeaderLines) return false;
    if (next == std::string_view::npos) return true;  // the end is missing: the parser says so
    at = next;
  }
  return true;
}

bool looks_like_stun(std::span<const std::uint8_t> datagram) {
  return datagram.size() >= kStunHeader && datagram[0] < 4 && datagram[4] == 0x21 && datagram[5] == 0x12 &&
         datagram[6] == 0xa4 && datagram[7] == 0x42;
}

}  // namespace frontdesk::sip
