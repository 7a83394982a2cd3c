// How good a call sounded: the transmission rating R of the E-model (ITU-T G.107) with all parameters but
// loss, delay and codec at their defaults, and the mean opinion score it stands for. Pure.
#pragma once
#include "base/time.hpp"
#include "codec/codec.hpp"

namespace frontdesk::media {

/// ITU-T G.113, Appendix I. `ie`: what the codec costs without loss; `bpl`: how well it bears loss.
struct CodecImpairment {
  double ie = 0;
  double bpl = 4.3;
};

/// G.711 with the concealment of its Appendix I: G.113. For G.722 heard at 8 kHz and for Opus narrowband
/// G.113 has no values: those of the nearest relatives stand in, G.726 at 40 kbit/s and GSM EFR.
CodecImpairment impairment_of(codec::Codec codec);

struct QualityInput {
  CodecImpairment codec;
  double loss = 0;                  ///< 0 to 1: packets lost or too late
  double burst_ratio = 1;           ///< mean length of a burst of losses over that of random loss at the same rate
  base::Duration one_way_delay{0};  ///< mouth to ear
};

/// 0 to about 93.
double rating(const QualityInput& input);
/// 1 (bad) to 4.5 (G.107, Annex B).
double mean_opinion_score(double rating);
/// Of `bursts` runs with `lost` of `all` frames lost; 1 without losses. Not below 1.
double burst_ratio(std::uint64_t all, std::uint64_t lost, std::uint64_t bursts);

}  // namespace frontdesk::media
