#include "runtime/call_figures.hpp"

#include <algorithm>

#include "codec/codec.hpp"

namespace frontdesk::runtime {

void take_format(CallFigures& figures, const sip::NegotiatedMedia& agreed) {
  figures.codec = codec::traits(agreed.format.codec).encoding;
  figures.packet_ms = agreed.ptime_ms;
  figures.srtp = agreed.dtls ? "dtls" : agreed.srtp ? "sdes" : "off";
}

void take_stats(CallFigures& figures, const media::MediaStats& stats) {
  figures.packets_in = stats.packets_in;
  figures.packets_out = stats.packets_out;
  figures.packets_lost = static_cast<std::uint64_t>(std::max<std::int64_t>(0, stats.lost));
  const auto expected = static_cast<double>(stats.expected);
  figures.loss_percent = expected > 0 ? 100.0 * static_cast<double>(figures.packets_lost) / expected : 0;
  figures.jitter_ms = stats.jitter_mean_ms;
  figures.jitter_max_ms = stats.jitter_max_ms;
  figures.round_trip = stats.rtcp.round_trip;
  if (stats.mean_opinion_score > 0) figures.mean_opinion_score = stats.mean_opinion_score;
}

}  // namespace frontdesk::runtime
