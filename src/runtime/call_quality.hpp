// Watches how a call sounds while it is up: a figure every 5 s, and what to change when the line gets worse.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "media/adaptation/codec_policy.hpp"
#include "media/adaptation/quality_window.hpp"
#include "sip/media_description.hpp"

namespace frontdesk::runtime {

class CallQuality {
 public:
  void on_agreed(const sip::NegotiatedMedia& agreed);
  /// What the peer made of a recoding.
  void on_recoded(int status) { policy_.on_recoded(status); }

  struct Advice {
    std::vector<std::string> remarks;  ///< for the journal
    std::optional<codec::SendingProfile> sending;
    std::optional<adaptation::Recoding> recoding;
  };
  bool due(base::Instant now) const { return windows_.due(now); }
  /// When due: what the last 5 s tell.
  Advice judge(const media::MediaStats& stats, base::Instant now);

  /// How to send now; after a new agreement the media session has to be told again.
  const codec::SendingProfile& sending() const { return sending_; }
  /// Live: of the newest 5 s, and of the call so far.
  const std::optional<adaptation::WindowQuality>& latest() const { return windows_.latest(); }
  const adaptation::QualitySummary& summary() const { return windows_.summary(); }

 private:
  adaptation::QualityWindows windows_;
  adaptation::CodecPolicy policy_;
  codec::Codec codec_ = codec::Codec::pcmu;
  codec::SendingProfile sending_;
};

}  // namespace frontdesk::runtime
