// What calls add up to since the program started. Told on the threads of calls: it only counts, without a lock.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>

#include "base/time.hpp"
#include "metrics/exposition.hpp"
#include "runtime/call_records.hpp"

namespace frontdesk::metrics {

class CallTally {
 public:
  static constexpr std::array kGapBounds{0.2, 0.3,  0.4, 0.5, 0.6, 0.7, 0.8,
                                         1.0, 1.25, 1.5, 2.0, 3.0, 5.0};  ///< seconds

  void begun() { ++begun_; }
  void replied(base::Duration gap);
  void over(const runtime::CallClosed& call);

  void write(Exposition& out) const;

 private:
  static constexpr std::size_t kEndClasses = static_cast<std::size_t>(call::EndClass::operator_ended) + 1;

  std::atomic<std::uint64_t> begun_{0};
  std::array<std::atomic<std::uint64_t>, kEndClasses> ended_{};
  std::array<std::atomic<std::uint64_t>, kGapBounds.size() + 1> gaps_{};
  std::atomic<std::uint64_t> gap_micros_{0};
  std::atomic<std::uint64_t> packets_in_{0}, packets_out_{0}, packets_lost_{0};
  std::atomic<std::uint64_t> talk_ms_{0};
  std::atomic<std::uint64_t> with_jitter_{0}, jitter_micros_{0};
};

}  // namespace frontdesk::metrics
