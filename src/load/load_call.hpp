// One of many calls, from the INVITE to the BYE: what was sent and heard, and how it went. It touches no socket.
#pragma once
#include <algorithm>
#include <optional>
#include <string>

#include "load/received_stream.hpp"
#include "load/report.hpp"
#include "load/sent_stream.hpp"
#include "media/protection.hpp"
#include "sip/user_agent.hpp"
#include "udp/socket.hpp"

namespace frontdesk::load {

/// A call shorter than this need not have brought a sound.
inline constexpr base::Duration kLongEnoughForAudio = base::seconds(1);
/// A call whose packets ended this long before it was cut short.
inline constexpr base::Duration kLongestPause = base::milliseconds(200);
/// For the answer to our BYE, or to our CANCEL.
inline constexpr base::Duration kLeaveLimit = base::seconds(10);

class LoadCall {
 public:
  LoadCall(sip::DialogId dialog, base::Instant now, base::Duration answer_limit)
      : dialog_(dialog), dialled_at_(now), deadline_(now + answer_limit) {}

  sip::DialogId dialog() const { return dialog_; }
  /// Where its packets go; unset before the answer.
  base::Endpoint remote() const { return media_ ? media_->remote : base::Endpoint{}; }

  void on_media(const sip::NegotiatedMedia& media, const SoundLoop& sound, std::uint64_t seed);
  void on_established(base::Instant at, base::Duration hold, LoadReport& report);
  /// However it ended; after it nothing else.
  void on_ended(const sip::DialogEnded& ended, LoadReport& report);

  void hang_up_by(base::Instant at) { hang_up_at_ = std::min(hang_up_at_, at); }
  /// Whether we are to hang up: true once, when its time is over or nobody has answered in time.
  bool must_leave(base::Instant now, LoadReport& report);
  /// Nothing came after we left: it is to be forgotten.
  bool given_up(base::Instant now) const { return left_ && now >= deadline_; }

  /// The size of the packet written; 0: nothing is to be sent.
  std::size_t send(std::span<std::uint8_t> out, LoadReport& report);
  void receive(const udp::Datagram& datagram, LoadReport& report);

 private:
  bool up() const { return established_at_ && !left_; }
  void fail(std::string reason, LoadReport& report);
  void judge_audio(base::Instant now, LoadReport& report) const;

  sip::DialogId dialog_;
  base::Instant dialled_at_;
  base::Instant deadline_;
  base::Instant hang_up_at_ = base::kNever;
  std::optional<base::Instant> established_at_;
  bool left_ = false;
  bool failed_ = false;
  std::optional<sip::NegotiatedMedia> media_;
  std::optional<SentStream> sent_;
  std::optional<ReceivedStream> received_;
  media::Protection protection_;
};

}  // namespace frontdesk::load
