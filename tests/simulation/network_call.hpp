// Both ends of a call as real media sessions, 20 ms ticks on two clocks, datagrams over two bad links, the
// shell's own held audio, and the real offer and answer when the caller holds and resumes.
#pragma once
#include <map>
#include <vector>

#include "conversation/speech_segmenter.hpp"
#include "media/session.hpp"
#include "runtime/held_audio.hpp"
#include "simulation/caller.hpp"
#include "simulation/link.hpp"
#include "simulation/voice.hpp"
#include "simulation/wire_listener.hpp"

namespace frontdesk::simulation {

class NetworkCall final : public Ear, public Telephone {
 public:
  NetworkCall(Stage& stage, Checks& checks);

  // Our end.
  void agreed() override;
  void established() override;
  void expect(call::PieceId piece) override { held_.expect(piece); }
  void made(call::PieceId piece, Duration available, bool complete) override;
  void play(call::PieceId piece) override;
  void cancel(call::PieceId piece) override { held_.forget(piece); }
  void flush(Duration fade) override;
  void hold(Duration fade) override;
  void resume() override;
  void hang_up() override;
  bool audible() const override { return wire_.audible(); }

  // The caller's end.
  void sound(Duration length) override;
  void key(char digit) override;

 private:
  void our_tick();
  void their_tick();
  void listen(audio::PcmView heard);
  void report();
  void check_count(call::PieceId piece, Duration heard);
  void hold_now_and_then();
  void renegotiate(bool hold);

  Stage& stage_;
  Checks& checks_;
  media::MediaSession ours_;
  media::MediaSession theirs_;
  runtime::HeldAudio held_;
  WireListener wire_;
  Link up_;
  Link down_;
  conversation::SpeechSegmenter segmenter_;
  std::map<call::PieceId, std::size_t> passed_on_;  ///< samples
  std::vector<media::MediaEvent> events_;
  Duration their_tick_length_;
  Instant audio_start_{};
  std::uint64_t samples_heard_ = 0;
  std::size_t window_samples_ = 0;
  std::size_t window_loud_ = 0;
  media::UtteranceId caller_sounds_ = 0;
  std::uint64_t starts_reported_ = 0;
  std::uint64_t concealed_ = 0;
  bool agreed_ = false;
  bool established_ = false;
  bool over_ = false;
};

}  // namespace frontdesk::simulation
