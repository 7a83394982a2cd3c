#include "rtp/receiver_statistics.hpp"

#include <algorithm>
#include <cmath>

namespace frontdesk::rtp {
namespace {

// RFC 3550, appendix A.1.
constexpr std::uint16_t kMaxDropout = 3000;
constexpr std::uint16_t kMaxMisorder = 100;
constexpr std::uint32_t kSequenceMod = 1U << 16;

}  // namespace

void ReceiverStatistics::reset() {
  *this = ReceiverStatistics(clock_rate_);
}

void ReceiverStatistics::set_clock_rate(std::uint32_t clock_rate) {
  if (clock_rate == clock_rate_) return;
  clock_rate_ = clock_rate;
  has_transit_ = false;
  jitter_ = 0;
}

void ReceiverStatistics::start(std::uint16_t sequence) {
  expected_before_ += expected_now();
  received_before_ += received_;
  started_ = true;
  first_ = sequence;
  highest_ = sequence;
  cycles_ = 0;
  received_ = 0;
  bad_sequence_ = kNoBadSequence;
  has_transit_ = false;
}

std::uint64_t ReceiverStatistics::expected_now() const {
  return started_ ? std::uint64_t{cycles_ + highest_} - first_ + 1 : 0;
}

bool ReceiverStatistics::update_sequence(std::uint16_t sequence) {
  const auto ahead = static_cast<std::uint16_t>(sequence - highest_);
  if (ahead < kMaxDropout) {
    if (sequence < highest_) cycles_ += kSequenceMod;
    highest_ = sequence;
  } else if (ahead <= kSequenceMod - kMaxMisorder) {
    // A large jump: believed when a second packet follows on, as after a restart of the sender.
    if (sequence != bad_sequence_) {
      bad_sequence_ = (sequence + 1U) % kSequenceMod;
      return false;
    }
    start(sequence);
  }
  return true;
}

void ReceiverStatistics::update_jitter(std::uint32_t timestamp, base::Instant arrival) {
  const auto units =
      static_cast<std::int64_t>(std::llround(base::to_seconds(arrival.since_start) * static_cast<double>(clock_rate_)));
  const auto transit = static_cast<std::uint32_t>(units) - timestamp;
  if (has_transit_) {
    const double difference = std::abs(static_cast<double>(static_cast<std::int32_t>(transit - transit_)));
    jitter_ += (std::min(difference, double(clock_rate_)) - jitter_) / 16.0;
    jitter_sum_ms_ += jitter_ms();
    jitter_max_ms_ = std::max(jitter_max_ms_, jitter_ms());
    ++jitter_packets_;
  }
  has_transit_ = true;
  transit_ = transit;
}

void ReceiverStatistics::on_packet(const Header& header, base::Instant arrival) {
  if (!started_) start(header.sequence);
  if (!update_sequence(header.sequence)) return;
  ++received_;
  update_jitter(header.timestamp, arrival);
}

std::uint8_t ReceiverStatistics::take_fraction_lost() {
  const auto expected_interval = expected() - expected_prior_;
  const auto received_interval = received() - received_prior_;
  expected_prior_ = expected();
  received_prior_ = received();
  if (expected_interval == 0 || received_interval >= expected_interval) return 0;
  return static_cast<std::uint8_t>(
      std::min<std::uint64_t>(255, ((expected_interval - received_interval) << 8) / expected_interval));
}

}  // namespace frontdesk::rtp
