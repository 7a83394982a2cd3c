// What arrives in one call: is all of it there, in time, and is it sound? Nothing is decoded.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "load/deviations.hpp"
#include "rtp/packet.hpp"
#include "rtp/receiver_statistics.hpp"
#include "sip/media_description.hpp"

namespace frontdesk::load {

/// A packet that comes this much after its place in the stream would be too late for a usual jitter buffer.
inline constexpr base::Duration kLateAfter = base::milliseconds(60);

class ReceivedStream {
 public:
  /// `packet_ms`: what the peer sends in one packet.
  ReceivedStream(const sip::NegotiatedMedia& media, int packet_ms);

  /// The sender's clock goes to `deviations`: how far the time between neighbours is from a packet's length.
  void on_packet(const rtp::Packet& packet, base::Instant arrival, Deviations& deviations);

  std::uint64_t expected() const { return before_.expected + statistics_.expected(); }
  std::uint64_t received() const { return before_.received + statistics_.received(); }  ///< each once
  /// By the sequence numbers; what is missing at the end does not show.
  std::uint64_t lost() const { return expected() - std::min(expected(), received()); }
  std::uint64_t late() const { return late_; }
  bool sound() const { return sound_; }  ///< G.711 that is not one code all the time; with other codecs any packet
  std::optional<base::Instant> last_arrival() const { return last_arrival_; }

 private:
  void begin(const rtp::Header& header, base::Instant arrival);
  bool is_duplicate(std::uint16_t sequence);
  void measure_clock(const rtp::Header& header, base::Instant arrival, Deviations& deviations);
  void measure_lateness(const rtp::Header& header, base::Instant arrival);

  struct Before {  ///< of sources that another SSRC has followed
    std::uint64_t expected = 0, received = 0;
  };
  int payload_type_;
  bool g711_;
  std::uint32_t clock_rate_;
  std::uint32_t packet_units_;
  base::Duration packet_length_;
  rtp::ReceiverStatistics statistics_;
  Before before_;
  std::optional<std::uint32_t> ssrc_;
  rtp::Header last_;
  std::optional<base::Instant> last_arrival_;
  rtp::Header first_;
  base::Instant first_arrival_;
  base::Duration earliest_{0};  ///< relative to the first packet's pace
  std::uint64_t late_ = 0;
  std::uint64_t seen_ = 0;  ///< of the latest 64 sequence numbers, the newest in bit 0
  std::uint16_t newest_ = 0;
  bool sound_ = false;
};

}  // namespace frontdesk::load
