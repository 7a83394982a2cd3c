// The shell around one call: carries events into its machine and commands out to the engines, the
// media session, the signalling and the records. Lives on one shard thread.
#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "call/tape.hpp"
#include "conversation/speech_segmenter.hpp"
#include "media/keying/dtls_keying.hpp"
#include "media/line_sounds/line_sound_detector.hpp"
#include "media/session.hpp"
#include "media/stereo_recorder.hpp"
#include "meter/turn_gap.hpp"
#include "rtp/stun/address_probe.hpp"
#include "runtime/engines.hpp"
#include "runtime/held_audio.hpp"
#include "runtime/leg_control.hpp"
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
  void on_datagrams(base::Instant now);
  void on_rtcp_datagrams(base::Instant now);
  void on_vad(const speech::VadWindow& window, base::Instant now);
  void on_audio(const SynthesisedAudio& audio, base::Instant now);
  void on_synthesis_done(const SynthesisDone& done, base::Instant now);
  void on_synthesis_failed(const SynthesisFailed& failed, base::Instant now);
  /// Every 20 ms from construction to the end.
  void tick(base::Instant now);
  /// Something broke inside: this call ends, the others go on.
  void fail(const std::string& what, base::Instant now);

  base::Instant next_wakeup() const { return machine_.next_wakeup(); }
  bool over() const { return over_; }
  CallNumber number() const { return number_; }
  int descriptor() const { return socket_.descriptor(); }
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
  void on(call::RecordTurn& command, base::Instant now);
  void on(call::Trace& command, base::Instant now);

  void open_rtcp_socket();
  void agree_on_keys(base::Instant now);
  void ask_for_address(base::Instant now);
  void answer_leg();
  void give_up(const std::string& reason, base::Instant now);
  void send(const media::MediaSession::Tick& tick) const;
  void start_listening();
  void listen_to(audio::PcmView heard, base::Instant now);
  void report_media(base::Instant now);
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
  const bool listens_;
  CallSurroundings around_;
  sip::LocalMedia local_media_;
  udp::Socket socket_;
  udp::Socket rtcp_socket_;
  call::Call machine_;
  call::TapeOrigin origin_;
  std::optional<stun::AddressProbe> probe_;  ///< until the answer names what it found
  bool answer_waits_ = false;
  keying::DtlsKeying keying_;
  std::optional<media::MediaSession> media_;
  std::string media_format_;  ///< for the journal: "codec=opus ptime=20"
  media::StereoRecorder recorder_;
  meter::TurnGapMeter gap_meter_;
  std::deque<meter::Turn> measured_;
  conversation::SpeechSegmenter segmenter_;
  WindowLevels levels_;
  line_sounds::LineSoundDetector line_sounds_;
  HeldAudio held_;
  std::string journal_;
  call::Tally tally_;
  base::Instant journal_flushed_;
  std::optional<base::Instant> answered_;
  base::Instant audio_start_{};  ///< of sample 0 of what the caller said
  std::uint64_t samples_heard_ = 0;
  bool listening_ = false;
  bool echo_ = false;
  bool over_ = false;
  std::vector<media::MediaEvent> media_events_;
  std::deque<call::Event> raised_;
};

}  // namespace frontdesk::runtime
