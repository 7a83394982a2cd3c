// What to do when a line gets worse: first what costs nobody anything (Opus tells the peer more about the packet
// before, sends less, in longer packets), then, if the loss stays, another codec by re-INVITE. Every step waits for
// several windows of 5 s, and the way back for longer ones. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "codec/codec.hpp"
#include "codec/coder.hpp"
#include "media/adaptation/quality_window.hpp"

namespace frontdesk::adaptation {

/// How hard the line is: what we send follows it.
enum class Line {
  good,
  lossy,      ///< packets are lost here and there: more of the redundancy that Opus has
  congested,  ///< many are lost, or late as well: less and longer packets
};

inline constexpr double kLossy = 0.03;
inline constexpr double kHeavyLoss = 0.08;
inline constexpr double kGoodLoss = 0.01;
inline constexpr double kHeavyJitterMs = 40;
inline constexpr int kWindowsToWorse = 2;
inline constexpr int kWindowsToBetter = 6;
inline constexpr int kWindowsToRecode = 4;   ///< lossy ones, the milder measures included
inline constexpr double kPoorOpinion = 3.6;  ///< below it many users are dissatisfied (G.107, Annex B)
inline constexpr int kMaxRecodings = 2;      ///< in a call
inline constexpr base::Duration kRecodingPause = base::seconds(30);

/// A re-INVITE: these codecs in front.
struct Recoding {
  std::vector<codec::Codec> preferred;
  int packet_ms = 20;
  friend bool operator==(const Recoding&, const Recoding&) = default;
};

struct Decision {
  std::optional<codec::SendingProfile> sending;
  std::optional<Recoding> recoding;
  std::string reason;  ///< with the numbers: "loss=6.0% jitter=12ms mos=3.1 for 2 windows: line lossy"
};

class CodecPolicy {
 public:
  /// Offer and answer settled this. `common`: what both sides have; `packet_ms`: agreed; the peer takes no longer ones
  /// than `longest_ms`.
  void on_agreed(codec::Codec codec, std::vector<codec::Codec> common, int packet_ms, int longest_ms);
  /// Something is to be changed, or not.
  std::optional<Decision> on_window(const WindowQuality& window, base::Instant now);
  /// The peer's answer to a recoding: anything but 2xx, and no other is tried.
  void on_recoded(int status);

  Line line() const { return line_; }
  /// For the line as it was last judged.
  codec::SendingProfile profile() const;

 private:
  int long_packet_ms() const;
  std::optional<Recoding> more_robust() const;

  codec::Codec codec_ = codec::Codec::pcmu;
  std::vector<codec::Codec> common_;
  int packet_ms_ = 20;
  int longest_ms_ = 60;
  Line line_ = Line::good;
  Line candidate_ = Line::good;
  int candidate_windows_ = 0;
  int poor_windows_ = 0;
  int recodings_ = 0;
  bool recoding_refused_ = false;
  std::optional<base::Instant> recoded_at_;
  double loss_ = 0;  ///< the greater of both directions, in the newest window
};

}  // namespace frontdesk::adaptation
