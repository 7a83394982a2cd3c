// How a call sounds now: what a media session has counted, cut into windows of 5 s, each with its own mean opinion
// score. Pure.
#pragma once
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "media/session.hpp"

namespace frontdesk::adaptation {

inline constexpr base::Duration kWindow = base::seconds(5);

struct WindowQuality {
  codec::Codec codec = codec::Codec::pcmu;
  double loss = 0;                  ///< of what we hear, 0 to 1: lost or too late
  std::optional<double> peer_loss;  ///< of what the peer hears, by its newest report
  double jitter_ms = 0;             ///< the greater of ours and the peer's
  std::optional<base::Duration> round_trip;
  double rating = 0;
  double mean_opinion_score = 0;  ///< 1 to 4.5; 0: nothing was heard in this window
};

/// Of a whole call.
struct QualitySummary {
  std::uint64_t windows = 0;  ///< in which something was heard
  double mean = 0;            ///< of the windows' opinion scores
  double lowest = 0;
};

class QualityWindows {
 public:
  /// Call it as often as is convenient, with the session's present figures: a window when one is full.
  std::optional<WindowQuality> push(const media::MediaStats& stats, codec::Codec codec, int packet_ms,
                                    base::Instant now);
  bool due(base::Instant now) const { return !since_ || now - *since_ >= kWindow; }
  const QualitySummary& summary() const { return summary_; }
  const std::optional<WindowQuality>& latest() const { return latest_; }

 private:
  std::optional<base::Instant> since_;
  media::MediaStats before_;
  std::optional<WindowQuality> latest_;
  QualitySummary summary_;
};

}  // namespace frontdesk::adaptation
