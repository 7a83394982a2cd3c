// One test call: its socket, media session, script and recording, driven by ticks and signalling
// events on the media thread.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "audio/pcm.hpp"
#include "base/time.hpp"
#include "caller/options.hpp"
#include "caller/packet_intervals.hpp"
#include "caller/plan.hpp"
#include "caller/report.hpp"
#include "caller/script.hpp"
#include "media/keying/dtls_keying.hpp"
#include "media/session.hpp"
#include "meter/speech_activity.hpp"
#include "sip/user_agent.hpp"
#include "udp/socket.hpp"

namespace frontdesk::caller {

/// Shared by all calls of a run; outlives them.
struct LegMaterial {
  const CallPlan& plan;
  const CallOptions& options;
  const std::vector<audio::Pcm>& lines;  ///< one for each step
  const audio::Pcm& listen_sound;
  std::string peer;  ///< for messages: "127.0.0.1:5060"
};

/// A line has been begun; or an answer is over, with its sound.
struct SpokenEvent {
  std::size_t call = 0;
  std::optional<std::size_t> step;  ///< unset: the greeting
  bool by_receptionist = false;
  audio::Pcm sound;                   ///< of an answer, with a little around it
  std::optional<base::Duration> gap;  ///< of an answer
};

inline constexpr base::Duration kLongestTranscribed = base::seconds(40);
inline constexpr base::Duration kHangUpLimit = base::seconds(2);         ///< BYE to its answer
inline constexpr base::Duration kCancelLimit = base::milliseconds(500);  ///< CANCEL to the end of the dialog
inline constexpr base::Duration kLateTick = base::milliseconds(5);

class Leg {
 public:
  Leg(std::size_t call, const LegMaterial& material, udp::Socket socket);

  const base::Endpoint& rtp() const { return socket_.local(); }
  void on_dialling(base::Instant now);
  void on_dial_failed(const base::Error& error);
  void on_media(const sip::NegotiatedMedia& media, base::Instant now);
  void on_established(base::Instant at);
  void on_ended(const sip::DialogEnded& ended);

  /// Every 20 ms; `due` is when it should have been. Appends what was said.
  void tick(base::Instant due, base::Instant now, udp::ReceiveBatch& batch, std::vector<SpokenEvent>& spoken);
  /// Once, when the leg wants its dialog ended.
  bool take_hang_up_request() { return std::exchange(hang_up_requested_, false); }
  /// Once for each step of them: digits to send by INFO.
  std::string take_info_digits() { return std::exchange(info_digits_, {}); }
  void stop(std::string reason);

  bool over() const { return phase_ == Phase::over && commands_.empty(); }
  CallLog take_log();

 private:
  enum class Phase { waiting, dialling, talking, hanging_up, over };

  void start_media(base::Instant now);
  void agree_on_keys(base::Instant now);
  void receive(udp::ReceiveBatch& batch);
  void follow_script(std::vector<SpokenEvent>& spoken);
  void apply_commands(std::vector<SpokenEvent>& spoken);
  void apply(const ScriptCommand& command, std::vector<SpokenEvent>& spoken);
  void report_reply(const ReplyEnded& ended, std::vector<SpokenEvent>& spoken) const;
  void press_digits(std::size_t step);
  void play_line(std::size_t step);
  void drain_media_events();
  void on_line_sent(std::size_t step);
  void keep_listening();
  void check_deadlines(base::Instant now);
  void hang_up(std::string failure);
  void finish();
  Hearing hearing() const { return {heard_.open_since(), heard_.last_sound()}; }
  std::string early_end(std::string_view what) const;
  bool listens_only() const { return material_.options.listen_only.has_value(); }
  bool keeps_recording() const { return !listens_only() || !material_.options.record.empty(); }

  const LegMaterial& material_;
  udp::Socket socket_;
  Phase phase_ = Phase::waiting;
  base::Instant deadline_ = base::kNever;  ///< of the present phase
  base::Instant dialled_at_;
  std::optional<base::Instant> established_at_;
  std::optional<sip::NegotiatedMedia> negotiated_;
  keying::DtlsKeying keying_;
  std::optional<media::MediaSession> session_;
  std::vector<media::MediaEvent> media_events_;
  ScriptCommands commands_;
  Script script_;
  std::optional<std::size_t> digits_step_;
  meter::SpeechActivityMeter heard_;
  meter::SpeechActivityMeter said_;
  PacketIntervals intervals_;
  base::Duration position_{0};                  ///< of the recording
  std::vector<base::Duration> line_sound_end_;  ///< by step: the last audible moment
  bool hang_up_requested_ = false;
  std::string info_digits_;
  std::size_t call_;
  CallLog log_;
};

}  // namespace frontdesk::caller
