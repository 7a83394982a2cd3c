// The leg to whom a caller is put through: its dialog, its socket, its sound. Lives in its call's host, on the
// shard's thread. Its packets are read at the tick, right before they are needed.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "audio/pcm.hpp"
#include "call/events.hpp"
#include "media/session.hpp"
#include "runtime/held_audio.hpp"
#include "sip/media_description.hpp"
#include "sip/user_agent.hpp"
#include "udp/socket.hpp"

namespace frontdesk::runtime {

class SecondLeg {
 public:
  SecondLeg(sip::DialogId dialog, udp::Socket socket) : dialog_(dialog), socket_(std::move(socket)) {}

  sip::DialogId dialog() const { return dialog_; }
  void on_media_agreed(const sip::NegotiatedMedia& agreed, base::Instant now);

  /// An announcement's sound, kept until it is told.
  void expect(call::PieceId piece) { announcements_.expect(piece); }
  bool expects(call::PieceId piece) const { return announcements_.expects(piece); }
  void forget(call::PieceId piece) { announcements_.forget(piece); }
  void tell(call::PieceId piece);
  void add(call::PieceId piece, audio::PcmView pcm);
  /// Its length.
  base::Duration complete(call::PieceId piece);

  /// From now on the person hears what tick() is given, and nothing else.
  void bridge();
  void press(char digit);

  /// Every 20 ms: a frame to the person, and the frame that came from them; silent before there is sound. Valid until
  /// the next call.
  audio::PcmView tick(audio::PcmView to_person, base::Instant now);
  /// What happened since the last time.
  std::vector<call::Event> take_events();

 private:
  void read(base::Instant now);

  static constexpr media::UtteranceId kBridge = 1;  // below every piece's id

  const sip::DialogId dialog_;
  udp::Socket socket_;
  std::optional<media::MediaSession> media_;
  HeldAudio announcements_;
  std::vector<call::PieceId> told_early_;  ///< before there was a media session
  bool bridged_ = false;
  audio::Pcm silence_ = audio::Pcm(audio::kFrameSamples, 0);
  std::vector<media::MediaEvent> media_events_;
};

}  // namespace frontdesk::runtime
