#include "media/adaptation/quality_window.hpp"

#include <algorithm>

#include "media/quality.hpp"

namespace frontdesk::adaptation {

std::optional<WindowQuality> QualityWindows::push(const media::MediaStats& stats, codec::Codec codec, int packet_ms,
                                                  base::Instant now) {
  if (!due(now)) return std::nullopt;
  const bool first = !since_;
  since_ = now;
  const auto before = std::exchange(before_, stats);
  if (first) return std::nullopt;
  WindowQuality window;
  window.codec = codec;
  window.peer_loss = stats.rtcp.peer_loss;
  window.round_trip = stats.rtcp.round_trip;
  const double peer_jitter = base::to_seconds(stats.rtcp.peer_jitter.value_or(base::Duration{0})) * 1000;
  window.jitter_ms = std::max(stats.jitter_ms, peer_jitter);
  const auto frames = stats.played_frames - before.played_frames;
  if (frames > 0) {
    const auto concealed = stats.concealed_frames - before.concealed_frames;
    media::QualityInput quality{.codec = media::impairment_of(codec)};
    window.loss = quality.loss = static_cast<double>(concealed) / static_cast<double>(frames);
    quality.burst_ratio = media::burst_ratio(frames, concealed, stats.loss_bursts - before.loss_bursts);
    quality.one_way_delay =
        stats.rtcp.round_trip.value_or(base::Duration(0)) / 2 + stats.playout_delay + base::milliseconds(packet_ms);
    window.rating = media::rating(quality);
    window.mean_opinion_score = media::mean_opinion_score(window.rating);
    const double score = window.mean_opinion_score;
    summary_.lowest = summary_.windows == 0 ? score : std::min(summary_.lowest, score);
    ++summary_.windows;
    summary_.mean += (score - summary_.mean) / static_cast<double>(summary_.windows);
  }
  return latest_ = window;
}

}  // namespace frontdesk::adaptation
