// The sender's clock as seen on arrival: the time between packets that are neighbours in sequence
// and in media time. Gaps in either are counted apart, so that a lost packet or a
// sender that pauses in silence is not taken for a slow clock. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "rtp/packet.hpp"

namespace frontdesk::caller {

/// Half an hour of packets; later ones are not measured.
inline constexpr std::size_t kMaxIntervals = 90'000;

class PacketIntervals {
 public:
  /// `units`: of the timestamp from one packet to the next; 160 for 20 ms of G.711.
  void expect_packets_of(std::uint32_t units) { units_ = units; }
  /// In the order of arrival.
  void on_packet(const rtp::Header& header, base::Instant arrival);

  const std::vector<float>& intervals_ms() const { return intervals_ms_; }
  std::uint64_t discontinuities() const { return discontinuities_; }

 private:
  struct Seen {
    rtp::Header header;
    base::Instant arrival;
  };
  std::uint32_t units_ = 160;
  std::optional<Seen> last_;
  std::vector<float> intervals_ms_;
  std::uint64_t discontinuities_ = 0;
};

}  // namespace frontdesk::caller
