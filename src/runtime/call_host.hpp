// The shell around one call: carries events into its machine and commands out to the engines, the
// media session, the signalling and the records. Lives on one shard thread.
#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "call/redaction.hpp"
#include "call/tape.hpp"
#include "conversation/speech_segmenter.hpp"
#include "media/digits/digit_intake.hpp"
#include "media/hold_music/hold_music.hpp"
#include "media/keying/dtls_keying.hpp"
#include "media/line_sounds/line_sound_detector.hpp"
#include "media/session.hpp"
#include "media/stereo_recorder.hpp"
#include "meter/turn_gap.hpp"
#include "rtp/stun/address_probe.hpp"
#include "rtp/turn/allocation.hpp"
#include "runtime/call_observer.hpp"
#include "runtime/call_quality.hpp"
#include "runtime/engines.hpp"
#include "runtime/held_audio.hpp"
#include "runtime/leg_control.hpp"
#include "runtime/leg_packets.hpp"
#include "runtime/second_leg.hpp"
#include "runtime/shard_messages.hpp"
#include "runtime/window_levels.hpp"

namespace frontdesk::runtime {

/// What a host needs from its surroundings; all outlive it.
struct CallSurroundings {
  Engines engines;
  LegControl& legs;
  CallRecords& records;
  speech::VadSink& vad_sink;
  speech::SttSink& stt_sink;
  speech::TurnDetectorSink& turn_sink;
  llm::ChatSink& chat_sink;
  speech::TtsSink& tts_sink;
  CallObserver* observer = nullptr;  ///< may be none
};

class CallHost {
 public:
  CallHost(NewCall call, CallSurroundings surroundings, base::Instant now);
  ~CallHost();
  CallHost(const CallHost&) = delete;
  CallHost& operator=(const CallHost&) = delete;

  // Everything below is given the shard's clock.
  void handle(call::Event event, base::Instant now);
  void on_media_agreed(const sip::NegotiatedMedia& agreed, base::Instant now);
  /// What has come since the last time, with the kernel's times of arrival; right before tick(). `batch`: room.
  void on_datagrams(udp::ReceiveBatch& batch, base::Instant now);
  void on_rtcp_datagrams(base::Instant now);
  void on_media_changed(int status) { quality_.on_recoded(status); }
  void on_digit(digits::Form form, char digit, base::Instant now);
  void on_vad(const speech::VadWindow& window, base::Instant now);
  void on_audio(const SynthesisedAudio& audio, base::Instant now);
  void on_synthesis_done(const SynthesisDone& done, base::Instant now);
  void on_synthesis_failed(const SynthesisFailed& failed, base::Instant now);
  /// Why it does not fit the moment; empty: it was carried out.
  std::string on_order(call::Event event, base::Instant now);
  /// People listen from here on; null: nobody does any more.
  void on_speak(std::shared_ptr<OperatorVoice> voice, base::Instant now);
  void on_listen(std::shared_ptr<Ears> ears);
  void on_second_leg(SecondLegEvent& event, base::Instant now);
  /// Asks for the memory that the next tick will need, which 20 ms of other calls have put out of the caches. Twice
  /// before each tick: what the first time asks for tells the second time where the rest is.
  void prefetch(bool second_time) const;
  /// Every 20 ms from construction to the end.
  void tick(base::Instant now);
  /// Something broke inside: this call ends, the others go on.
  void fail(const std::string& what, base::Instant now);

  base::Instant next_wakeup() const { return next_wakeup_; }
  bool over() const { return over_; }
  CallNumber number() const { return number_; }
  int rtcp_descriptor() const { return rtcp_socket_.descriptor(); }  ///< -1: RTCP shares the port, or has none
  int phase = 0;                                                     ///< the shard's slot within 20 ms

 private:
  void step(const call::Event& event, base::Instant now);
  void run(call::Commands& commands, base::Instant now);
  void on(call::Answer& command, base::Instant now);
  void on(call::EndCall& command, base::Instant now);
  void on(call::BeginUtterance& command, base::Instant now);
  void on(call::Transcribe& command, base::Instant now);
  void on(call::EndUtterance& command, base::Instant now);
  void on(call::PredictTurnEnd& command, base::Instant now);
  void on(call::StartChat& command, base::Instant now);
  void on(call::CancelChat& command, base::Instant now);
  void on(call::RunTool& command, base::Instant now);
  void on(call::Synthesise& command, base::Instant now);
  void on(call::Play& command, base::Instant now);
  void on(call::CancelSynthesis& command, base::Instant now);
  void on(call::FlushPlayout& command, base::Instant now);
  void on(call::HoldPlayout& command, base::Instant now);
  void on(call::ResumePlayout& command, base::Instant now);
  void on(call::SetEcho& command, base::Instant now);
  void on(call::HoldMusic& command, base::Instant now);
  void on(call::CallSecondLeg& command, base::Instant now);
  void on(call::TellSecondLeg& command, base::Instant now);
  void on(call::Bridge& command, base::Instant now);
  void on(call::EndSecondLeg& command, base::Instant now);
  void on(call::Refer& command, base::Instant now);
  void on(call::NoteConsent& command, base::Instant now);
  void on(call::StartRecording& command, base::Instant now);
  void on(call::PauseRecording& command, base::Instant now);
  void on(call::ResumeRecording& command, base::Instant now);
  void on(call::StopRecording& command, base::Instant now);
  void on(call::HideKeys& command, base::Instant now);
  void on(call::ShowAttendant& command, base::Instant now);
  void on(call::RefuseOrder& command, base::Instant now);
  void on(call::RecordTurn& command, base::Instant now);
  void on(call::Trace& command, base::Instant now);

  void open_rtcp_socket();
  void on_datagram(const udp::Datagram& datagram, base::Instant now);
  media::MediaParameters media_parameters() const;
  void agree_on_keys(base::Instant now);
  void ask_for_address(base::Instant now);
  void answer_leg();
  void give_up(const std::string& reason, base::Instant now);
  void send(const media::MediaSession::Tick& tick, base::Instant now);
  void keep_relay(base::Instant now);
  void transmit(std::span<const std::uint8_t> packet, const base::Endpoint& to, base::Instant now);
  void on_packet(const udp::Datagram& datagram, base::Instant now);
  void keep_sound(const media::MediaSession::Tick& tick);
  void start_listening();
  void listen_to(audio::PcmView heard, base::Instant now);
  void record(audio::PcmView heard, audio::PcmView played);
  void hand_over_sound();
  void judge_quality(base::Instant now);
  void report_media(base::Instant now);
  void play_operator(base::Instant now);
  void put_through(audio::PcmView heard, base::Instant now);
  void press(char digit, base::Instant now);
  void end_second_leg(const std::string& reason);
  bool bridged() const { return bridge_sound_ != 0; }
  void note(std::string line);
  void note_media();
  void note_wanted(const call::Command& command, base::Instant now);
  void finish(call::EndClass end_class, std::string reason, base::Instant now);
  std::optional<base::Duration> measured_gap(base::Duration started);
  base::Instant instant_of(std::uint64_t sample) const;
  std::uint64_t sample_of(base::Instant at) const;

  const CallNumber number_;
  const sip::DialogId dialog_;
  const speech::VoiceId voice_;
  std::shared_ptr<llm::ChatModel> own_chat_;  ///< null: that of the engines
  const std::string trunk_;
  const bool listens_;
  digits::DigitIntake digits_;
  std::optional<noise_suppression::NoiseSuppressor> noise_suppressor_;
  CallQuality quality_;
  llm::ChatModel& chat() { return own_chat_ ? *own_chat_ : around_.engines.chat; }

  CallSurroundings around_;
  sip::LocalMedia local_media_;
  LegPackets socket_;
  udp::Socket rtcp_socket_;
  call::Call machine_;
  base::Instant next_wakeup_ = base::kNever;  ///< of the machine: it changes with an event only, and is asked often
  call::TapeOrigin origin_;
  std::optional<stun::AddressProbe> probe_;  ///< until the answer names what it found
  std::optional<turn::Allocation> relay_;    ///< what carries the sound, if anything stands between
  bool answer_waits_ = false;
  bool in_band_digits_ = false;
  keying::DtlsKeying keying_;
  std::optional<media::MediaSession> media_;
  std::string media_format_;  ///< for the journal: "codec=opus ptime=20"
  CallFigures figures_;
  media::StereoRecorder recorder_;
  Overhearing overhearing_;
  OperatorSpeech operator_;
  bool recording_ = false;
  std::uint64_t unrecorded_ = 0;  ///< samples since the answer, or since recording stopped
  call::Discretion discretion_;
  meter::TurnGapMeter gap_meter_;
  std::deque<meter::Turn> measured_;
  conversation::SpeechSegmenter segmenter_;
  WindowLevels levels_;
  line_sounds::LineSoundDetector line_sounds_;
  HeldAudio held_;
  std::optional<SecondLeg> second_;
  std::optional<hold_music::HoldMusic> music_;  ///< and its place, once it has played
  media::UtteranceId last_sound_ = 1;           ///< of what is neither a piece nor the echo
  media::UtteranceId music_sound_ = 0;          ///< 0: no music now
  media::UtteranceId bridge_sound_ = 0;         ///< 0: not put through
  std::string journal_;
  call::Tally tally_;
  base::Instant journal_flushed_;
  base::Instant datagrams_read_;  ///< up to here
  std::optional<base::Instant> answered_;
  base::Instant audio_start_{};  ///< of sample 0 of what the caller said
  std::uint64_t samples_heard_ = 0;
  bool listening_ = false;
  bool attended_ = false;  ///< by somebody of the business
  std::string refusal_;    ///< of the last order; empty: it was carried out
  bool echo_ = false;
  bool over_ = false;
  std::vector<media::MediaEvent> media_events_;
  std::deque<call::Event> raised_;
};

}  // namespace frontdesk::runtime
