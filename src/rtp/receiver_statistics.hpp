// What a receiver knows about one source (RFC 3550, appendices A.1, A.3 and A.8): packets expected,
// received and lost, and the interarrival jitter.
#pragma once
#include <cstdint>

#include "base/time.hpp"
#include "rtp/packet.hpp"

namespace frontdesk::rtp {

class ReceiverStatistics {
 public:
  /// `clock_rate`: timestamp units a second.
  explicit ReceiverStatistics(std::uint32_t clock_rate = 8000) : clock_rate_(clock_rate) {}

  /// Another codec: counts go on, jitter begins anew.
  void set_clock_rate(std::uint32_t clock_rate);
  /// Forgets everything: a new SSRC.
  void reset();
  void on_packet(const Header& header, base::Instant arrival);

  std::uint64_t received() const { return received_before_ + received_; }
  /// By the sequence numbers, over all restarts of the count.
  std::uint64_t expected() const { return expected_before_ + expected_now(); }
  /// Negative when duplicates outnumber losses.
  std::int64_t lost() const { return static_cast<std::int64_t>(expected()) - static_cast<std::int64_t>(received()); }
  double jitter_ms() const { return jitter_ * 1000.0 / clock_rate_; }
  /// Of the estimate above, packet by packet; over codecs and restarts of the count.
  double jitter_mean_ms() const {
    return jitter_packets_ == 0 ? 0 : jitter_sum_ms_ / static_cast<double>(jitter_packets_);
  }
  double jitter_max_ms() const { return jitter_max_ms_; }
  std::uint32_t jitter_units() const { return static_cast<std::uint32_t>(jitter_); }
  std::uint32_t extended_highest_sequence() const { return cycles_ + highest_; }

  /// Loss since the last call as a fraction of 256 (RFC 3550, A.3), for a report block.
  std::uint8_t take_fraction_lost();

 private:
  void start(std::uint16_t sequence);
  bool update_sequence(std::uint16_t sequence);
  void update_jitter(std::uint32_t timestamp, base::Instant arrival);
  std::uint64_t expected_now() const;

  std::uint32_t clock_rate_;
  bool started_ = false;
  std::uint16_t highest_ = 0;
  std::uint32_t cycles_ = 0;
  std::uint32_t first_ = 0;
  std::uint32_t bad_sequence_ = kNoBadSequence;
  std::uint64_t received_ = 0;
  std::uint64_t received_before_ = 0;
  std::uint64_t expected_before_ = 0;
  std::uint64_t expected_prior_ = 0;
  std::uint64_t received_prior_ = 0;
  bool has_transit_ = false;
  std::uint32_t transit_ = 0;
  double jitter_ = 0;
  double jitter_sum_ms_ = 0;
  double jitter_max_ms_ = 0;
  std::uint64_t jitter_packets_ = 0;

  static constexpr std::uint32_t kNoBadSequence = 1U << 17;
};

}  // namespace frontdesk::rtp
