// Reliable provisional responses (RFC 3262): RAck, and the order of RSeq. Pure.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace frontdesk::sip {

/// "776656 1 INVITE": which response a PRACK acknowledges.
struct RAck {
  std::uint32_t response_sequence = 0;
  std::uint32_t sequence = 0;
  std::string method;
};
std::optional<RAck> parse_rack(std::string_view value);

/// As UAC: which reliable responses are new. Each fork counts for itself.
class ResponseOrder {
 public:
  static constexpr std::size_t kMaxForks = 16;
  /// False: a repetition, or one that came before its predecessor; neither is acknowledged (section 4).
  bool take(const std::string& to_tag, std::uint32_t response_sequence);

 private:
  std::map<std::string, std::uint32_t> last_;
};

}  // namespace frontdesk::sip
