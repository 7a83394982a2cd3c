// When to report on one RTP stream each way, and what the peer's reports tell (RFC 3550, sections 6.2,
// 6.3 and 6.4). Sans-IO; nothing is allocated.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/time.hpp"
#include "rtp/receiver_statistics.hpp"
#include "rtp/rtcp.hpp"

namespace frontdesk::rtp {

inline constexpr base::Duration kRtcpInterval = base::seconds(5);  ///< times 0.5 to 1.5, at random
inline constexpr base::Duration kLongestRoundTrip = base::seconds(10);

struct RtcpFigures {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t malformed = 0;
  std::optional<base::Duration> round_trip;  ///< the newest
  std::optional<double> peer_loss;           ///< of what we send: 0 to 1, since the peer's report before
  std::optional<base::Duration> peer_jitter;
};

class RtcpSession {
 public:
  /// `cname`: at most kMaxCnameBytes; without personal data (RFC 7022).
  RtcpSession(std::uint32_t ssrc, std::uint32_t clock_rate, std::string_view cname);

  /// Another SSRC of ours: counts begin anew.
  void set_ssrc(std::uint32_t ssrc);
  void set_clock_rate(std::uint32_t clock_rate) { clock_rate_ = clock_rate; }
  void on_packet_sent(std::size_t payload_bytes);
  /// A datagram from the peer, decrypted.
  void on_datagram(std::span<const std::uint8_t> datagram, base::Instant now);

  struct Streams {
    std::uint32_t timestamp = 0;          ///< ours, now
    std::optional<std::uint32_t> source;  ///< the peer's SSRC, once heard
    ReceiverStatistics& received;
  };
  /// The size of the report written to `out` if one is due; 0 otherwise.
  std::size_t poll(const Streams& streams, base::Instant now, std::span<std::uint8_t> out);

  const RtcpFigures& figures() const { return figures_; }

 private:
  struct Sent {
    std::uint32_t middle_ntp = 0;
    base::Instant at;
  };

  void plan_next(base::Instant now, double factor);
  void take_block(const ReportBlock& block, base::Instant now);
  ReportBlock block_on(const Streams& streams, base::Instant now) const;

  std::uint32_t ssrc_;
  std::uint32_t clock_rate_;
  std::array<char, kMaxCnameBytes> cname_{};
  std::size_t cname_size_ = 0;
  base::Random random_;
  std::optional<base::Instant> next_;
  std::uint32_t packets_ = 0;
  std::uint32_t octets_ = 0;
  std::uint32_t packets_reported_ = 0;
  std::optional<std::uint32_t> reporter_;  ///< SSRC of the peer's newest sender report
  std::uint32_t peer_middle_ntp_ = 0;
  base::Instant peer_report_at_;
  std::array<Sent, 4> sent_{};  ///< our newest sender reports: others' times are not believed
  std::size_t sent_count_ = 0;
  RtcpFigures figures_;
};

}  // namespace frontdesk::rtp
