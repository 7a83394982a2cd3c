#include "metrics/call_tally.hpp"

#include <algorithm>

namespace frontdesk::metrics {

void CallTally::replied(base::Duration gap) {
  const auto seconds = std::max(base::to_seconds(gap), 0.0);
  const auto bucket = std::lower_bound(kGapBounds.begin(), kGapBounds.end(), seconds) - kGapBounds.begin();
  ++gaps_[static_cast<std::size_t>(bucket)];
  gap_micros_ += static_cast<std::uint64_t>(seconds * 1e6);
}

void CallTally::over(const runtime::CallClosed& call) {
  ++ended_[static_cast<std::size_t>(call.end_class)];
  packets_in_ += call.figures.packets_in;
  packets_out_ += call.figures.packets_out;
  packets_lost_ += call.figures.packets_lost;
  talk_ms_ += static_cast<std::uint64_t>(std::max<std::int64_t>(base::to_ms(call.length), 0));
  if (call.figures.packets_in == 0) return;
  ++with_jitter_;
  jitter_micros_ += static_cast<std::uint64_t>(std::max(call.figures.jitter_ms, 0.0) * 1e3);
}

void CallTally::write(Exposition& out) const {
  using Kind = Exposition::Kind;
  out.counter("frontdesk_calls_begun_total", "Calls that were taken.", static_cast<double>(begun_.load()));
  out.family("frontdesk_calls_ended_total", Kind::counter, "Calls that ended, by how.");
  for (std::size_t i = 0; i < ended_.size(); ++i)
    out.sample(static_cast<double>(ended_[i].load()), {{"end_class", call::name(static_cast<call::EndClass>(i))}});
  out.counter("frontdesk_call_seconds_total", "Time since the answer, of calls that ended.",
              static_cast<double>(talk_ms_.load()) / 1e3);
  out.family("frontdesk_reply_gap_seconds", Kind::histogram,
             "From the caller's last sound to the first sound of the reply.");
  std::array<std::uint64_t, kGapBounds.size() + 1> counts{};
  std::transform(gaps_.begin(), gaps_.end(), counts.begin(), [](const auto& each) { return each.load(); });
  out.histogram(kGapBounds, counts, static_cast<double>(gap_micros_.load()) / 1e6);
  out.family("frontdesk_rtp_packets_total", Kind::counter, "RTP packets of calls that ended.");
  out.sample(static_cast<double>(packets_in_.load()), {{"direction", "in"}});
  out.sample(static_cast<double>(packets_out_.load()), {{"direction", "out"}});
  out.counter("frontdesk_rtp_packets_lost_total", "RTP packets of callers that never came, of calls that ended.",
              static_cast<double>(packets_lost_.load()));
  out.counter("frontdesk_rtp_jitter_seconds_sum", "Mean jitter of each call that ended, added up.",
              static_cast<double>(jitter_micros_.load()) / 1e6);
  out.counter("frontdesk_rtp_jitter_seconds_count", "Calls that ended and sent sound.",
              static_cast<double>(with_jitter_.load()));
}

}  // namespace frontdesk::metrics
