// What comes to an SRTP port: the first byte chooses the suite, the rest is the packet.
#include <array>

#include "fuzz/fuzz_target.hpp"
#include "rtp/srtp/protection.hpp"

namespace srtp = frontdesk::srtp;

FRONTDESK_FUZZ_TARGET(srtp) {
  static std::vector<srtp::Unprotector> suites = [] {
    std::vector<srtp::Unprotector> out;
    for (const auto suite : srtp::kAllSuites) {
      const frontdesk::base::Secret key(std::string(srtp::key_bytes(suite), 'k'));
      if (auto made = srtp::Unprotector::create(suite, key)) out.push_back(std::move(*made));
    }
    return out;
  }();
  if (input.empty() || suites.empty()) return;
  auto& suite = suites[input[0] % suites.size()];
  std::vector<std::uint8_t> packet(input.begin() + 1, input.end());
  auto again = packet;
  frontdesk::fuzz::require(suite.unprotect(packet) <= packet.size());
  frontdesk::fuzz::require(suite.unprotect_rtcp(again) <= again.size());
}
