#include "media/adaptation/codec_policy.hpp"

#include <algorithm>
#include <cmath>

namespace frontdesk::adaptation {
namespace {

using codec::Codec;

constexpr int kCongestedPacketMs = 40;
constexpr int kLeastExpectedLoss = 20;
constexpr int kCongestedExpectedLoss = 25;  // with less, Opus makes no copies at its lower bit rate
constexpr int kMostExpectedLoss = 30;       // beyond it the copies leave too little for the sound itself

std::string tenths(double value) {
  const auto scaled = std::lround(value * 10);
  return std::to_string(scaled / 10) + "." + std::to_string(scaled % 10);
}

Line line_of(const WindowQuality& window, double loss) {
  if (loss >= kHeavyLoss || (loss >= kLossy && window.jitter_ms >= kHeavyJitterMs)) return Line::congested;
  return loss >= kLossy ? Line::lossy : Line::good;
}

const char* name(Line line) {
  switch (line) {
    case Line::good:
      return "good";
    case Line::lossy:
      return "lossy";
    case Line::congested:
      return "congested";
  }
  return "";
}

std::string numbers(const WindowQuality& window, double loss) {
  return "loss=" + tenths(loss * 100) + "% jitter=" + tenths(window.jitter_ms) +
         "ms mos=" + tenths(window.mean_opinion_score);
}

}  // namespace

void CodecPolicy::on_agreed(Codec codec, std::vector<Codec> common, int packet_ms, int longest_ms) {
  codec_ = codec;
  common_ = std::move(common);
  packet_ms_ = packet_ms;
  longest_ms_ = longest_ms;
}

void CodecPolicy::on_recoded(int status) {
  recoding_refused_ = recoding_refused_ || status / 100 != 2;
}

int CodecPolicy::long_packet_ms() const {
  return std::max(packet_ms_, std::min(longest_ms_, kCongestedPacketMs));
}

codec::SendingProfile CodecPolicy::profile() const {
  codec::SendingProfile profile;
  profile.packet_ms = packet_ms_;
  if (line_ == Line::good) return profile;
  const int twice_in_fives = 5 * static_cast<int>(std::ceil(loss_ * 40));
  profile.expected_loss_percent = std::clamp(twice_in_fives, kLeastExpectedLoss, kMostExpectedLoss);
  if (line_ == Line::lossy) return profile;
  profile.bit_rate = codec::kCongestedBitRate;
  profile.expected_loss_percent = std::max(profile.expected_loss_percent, kCongestedExpectedLoss);
  profile.packet_ms = long_packet_ms();
  return profile;
}

/// Opus bears loss best, by its own redundancy; of the others G.711 is what our concealment and everybody's does best
/// with, and longer packets spare the line. From Opus there is nowhere better to go.
std::optional<Recoding> CodecPolicy::more_robust() const {
  const auto has = [this](Codec codec) { return std::find(common_.begin(), common_.end(), codec) != common_.end(); };
  if (codec_ == Codec::opus) return std::nullopt;
  if (has(Codec::opus)) return Recoding{{Codec::opus}, packet_ms_};
  if (codec_ != Codec::g722) return std::nullopt;
  for (const Codec g711 : common_) {
    if (g711 == Codec::pcma || g711 == Codec::pcmu) return Recoding{{g711}, long_packet_ms()};
  }
  return std::nullopt;
}

std::optional<Decision> CodecPolicy::on_window(const WindowQuality& window, base::Instant now) {
  loss_ = std::max(window.loss, window.peer_loss.value_or(0));
  const Line seen = line_of(window, loss_);
  // Between good and lossy lies a band in which everything stays as it is.
  const bool undecided = seen == Line::good && loss_ > kGoodLoss;
  const bool stays = seen == line_ || undecided;
  candidate_windows_ = stays ? 0 : seen == candidate_ ? candidate_windows_ + 1 : 1;
  candidate_ = seen;
  const bool poor = loss_ >= kLossy && window.mean_opinion_score < kPoorOpinion;
  poor_windows_ = poor ? poor_windows_ + 1 : 0;

  Decision decision;
  const int needed = seen > line_ ? kWindowsToWorse : kWindowsToBetter;
  if (candidate_windows_ >= needed) {
    line_ = seen;
    candidate_windows_ = 0;
    decision.sending = profile();
    decision.reason = numbers(window, loss_) + " for " + std::to_string(needed) + " windows: line " + name(line_);
  }
  const bool may_recode = !recoding_refused_ && recodings_ < kMaxRecodings &&
                          (!recoded_at_ || now - *recoded_at_ >= kRecodingPause) && common_.size() > 1;
  if (poor_windows_ >= kWindowsToRecode && may_recode && (decision.recoding = more_robust())) {
    ++recodings_;
    recoded_at_ = now;
    if (!decision.reason.empty()) decision.reason += "; ";
    decision.reason += numbers(window, loss_) + " for " + std::to_string(poor_windows_) + " windows: to " +
                       std::string(codec::traits(decision.recoding->preferred.front()).encoding);
    poor_windows_ = 0;
  }
  if (!decision.sending && !decision.recoding) return std::nullopt;
  return decision;
}

}  // namespace frontdesk::adaptation
