// Somebody of the business who speaks to the caller in the receptionist's place: their sound on its way into the
// playout of the call, frame by frame, whenever nothing of the receptionist's own is to be heard.
#pragma once
#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/mailbox.hpp"
#include "call/commands.hpp"
#include "media/session.hpp"

namespace frontdesk::runtime {

/// Between whoever speaks and the call.
struct OperatorVoice {
  static constexpr std::size_t kFramesWaiting = 100;

  explicit OperatorVoice(std::string name) : who(std::move(name)) {}
  const std::string who;
  base::Mailbox<audio::Pcm> sound{kFramesWaiting, nullptr};  ///< 20 ms each, 8 kHz; silence too
  std::atomic<bool> given_back{false};                       ///< they have done
  std::atomic<bool> over{false};  ///< the call is not theirs any more, or has ended; nothing is played
};

class OperatorSpeech {
 public:
  static constexpr base::Duration kVoiceLost = base::seconds(3);  ///< without sound
  static constexpr std::size_t kFramesAhead = 3;                  ///< before it begins to play, against jitter
  static constexpr std::size_t kMostFrames = 25;                  ///< older sound is dropped

  void begin(std::shared_ptr<OperatorVoice> voice, base::Instant now);
  /// Whose the call is now. The voice is over when it is the receptionist's again.
  void attended(bool by_somebody);
  void finish();
  bool speaking() const { return voice_ != nullptr; }
  const std::string& who() const { return voice_->who; }

  // What the receptionist plays, which goes before.
  void released(call::PieceId piece) { pieces_.push_back(piece); }
  void ended(call::PieceId piece) { std::erase(pieces_, piece); }
  void flushed();

  /// One tick. `others`: hold music or another leg is to be heard instead. False: the voice is lost or done, and the
  /// call is to be given back.
  bool tick(media::MediaSession& media, bool others, media::UtteranceId& last_sound, base::Instant now);

 private:
  void pause(media::MediaSession& media);

  std::shared_ptr<OperatorVoice> voice_;
  std::vector<audio::Pcm> inbox_;
  std::deque<audio::Pcm> frames_;
  std::vector<call::PieceId> pieces_;
  media::UtteranceId sound_ = 0;  ///< 0: nothing of theirs plays
  base::Instant heard_{};
};

}  // namespace frontdesk::runtime
