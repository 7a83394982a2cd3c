#include "rerun/virtual_call.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <set>

#include "base/endpoint.hpp"
#include "call/tape.hpp"
#include "conversation/speech_segmenter.hpp"
#include "media/session.hpp"
#include "runtime/call_number.hpp"
#include "runtime/held_audio.hpp"
#include "runtime/window_levels.hpp"

namespace frontdesk::rerun {
namespace {

using base::Duration;
using base::Instant;

constexpr Duration kTick = base::milliseconds(audio::kFrameMs);
constexpr Duration kLongestCall = base::seconds(3600);
constexpr Duration kNoAnswer = base::seconds(20);  // after which the caller goes on regardless
constexpr Duration kBetweenKeys = base::milliseconds(250);
// Typical times, for runs without engines of sound.
constexpr Duration kOnset = base::milliseconds(100);
constexpr Duration kPause = base::milliseconds(64);
constexpr Duration kModelTime = base::milliseconds(10);
constexpr Duration kVoiceTime = base::milliseconds(80);
constexpr Duration kTranscriptTime = base::milliseconds(40);
constexpr std::size_t kSamplesPerCharacter = 520;  // 15 characters a second
constexpr audio::Sample kLoud = 1000;              // the sound that stands for words

/// Work to be done at an instant of the call's own clock, in order.
class Agenda {
 public:
  void at(Instant when, std::function<void()> work) { items_.emplace(when, std::move(work)); }
  Instant next() const { return items_.empty() ? base::kNever : items_.begin()->first; }
  std::function<void()> take() {
    auto work = std::move(items_.begin()->second);
    items_.erase(items_.begin());
    return work;
  }

 private:
  std::multimap<Instant, std::function<void()>> items_;
};

media::MediaSessionConfig session_config() {
  media::MediaSessionConfig config;
  config.parameters.remote = *base::parse_address("127.0.0.1", 9);  // playout waits for somebody to send to
  config.rtp_timeout = kLongestCall * 2;                            // there is no line to lose
  return config;
}

class VirtualCall {
 public:
  VirtualCall(const Casting& casting, TimedEngines& engines)
      : casting_(casting),
        lines_(casting.recorded.lines),
        engines_(engines),
        call_(casting.recorded.limits, std::make_unique<conversation::Conversation>(casting.settings)),
        media_(session_config()) {
    origin_.first_request = casting.settings.first_request - 1;
    out_.exchanges.resize(lines_.size() + 1);
    for (std::size_t i = 0; i < lines_.size(); ++i) out_.exchanges[i + 1].said.clear();
  }

  Performance run() {
    dispatch(call::LegOffered{});
    for (Instant tick = Instant{} + kTick; !over_ && tick < Instant{} + kLongestCall; tick = tick + kTick) {
      advance_to(tick);
      if (!over_) serve_tick();
    }
    out_.lines_said = begun_.size();
    out_.length = now_ - Instant{};
    return std::move(out_);
  }

 private:
  // --- the clock

  void advance_to(Instant until) {
    while (!over_) {
      const auto wakeup = call_.next_wakeup();
      const auto due = std::min(agenda_.next(), wakeup);
      if (due > until) break;
      now_ = std::max(now_, due);
      if (agenda_.next() <= wakeup)
        agenda_.take()();
      else
        dispatch(call::Wakeup{});
    }
    now_ = until;
  }

  void serve_tick() {
    (void)media_.tick(now_);
    std::vector<media::MediaEvent> events;
    media_.drain_events(events);
    for (const auto& event : events) {
      if (const auto* started = std::get_if<media::PlayoutStarted>(&event)) {
        spoke();
        dispatch(call::PlayoutStarted{started->utterance});
      } else if (const auto* finished = std::get_if<media::PlayoutFinished>(&event)) {
        pieces_.erase(finished->utterance);
        dispatch(call::PlayoutFinished{finished->utterance});
      } else if (const auto* cut = std::get_if<media::PlayoutCut>(&event)) {
        pieces_.erase(cut->utterance);
        dispatch(call::PlayoutCut{cut->utterance, cut->heard});
      }
      if (over_) return;
    }
    if (!answered_) return;
    if (engines_.has_sound()) listen();
    if (!over_) direct_caller();
  }

  void later(Duration after, std::function<void()> work) { agenda_.at(now_ + after, std::move(work)); }
  void raise_later(Duration after, call::Event event) {
    later(after, [this, event = std::move(event)] { dispatch(event); });
  }

  // --- the machine

  void dispatch(call::Event event) {
    raised_.push_back(std::move(event));
    if (raised_.size() > 1) return;
    while (!raised_.empty() && !over_) {
      const auto next = std::move(raised_.front());
      out_.tape += call::to_line(now_, next, origin_) + '\n';
      call::Commands commands;
      call::handle_or_end(call_, next, now_, commands);
      for (const auto& command : commands) {
        out_.tape += call::to_line(now_, command, origin_) + '\n';
        std::visit([&](const auto& c) { carry_out(c); }, command);
        if (over_) break;
      }
      raised_.pop_front();
    }
    raised_.clear();
  }

  void carry_out(const call::Answer&) {
    later(kTick, [this] {
      answered_ = now_;
      heard_from_ = now_;
      dispatch(call::LegEstablished{});
    });
  }
  void carry_out(const call::EndCall& command) {
    over_ = true;
    out_.ended = std::string(call::name(command.end_class)) + ": " + command.reason;
    if (command.end_class != call::EndClass::caller_hung_up)
      act("end_call " + std::string(call::name(command.end_class)));
  }
  void carry_out(const call::BeginUtterance& command) {
    if (engines_.has_sound()) engines_.begin_utterance(sample_of(command.from));
  }
  void carry_out(const call::Transcribe& command) {
    call::FinalTranscript final;
    final.request = command.request;
    if (!engines_.has_sound()) {
      if (begun_.empty()) return raise_later(kTranscriptTime, std::move(final));
      const auto& line = lines_[begun_.size() - 1];
      final.text = base::Pii<std::string>(line.said);
      final.confidence = line.confidence;
      final.engine_time = kTranscriptTime;
      return raise_later(kTranscriptTime, std::move(final));
    }
    auto heard = engines_.transcribe(command.request, sample_of(command.until));
    if (!heard.transcript)
      return raise_later(heard.whole, call::TranscriptionFailed{command.request, heard.transcript.error()});
    final.text = heard.transcript->text;
    final.confidence = heard.transcript->confidence;
    final.engine_time = heard.transcript->engine_time;
    raise_later(heard.whole, std::move(final));
  }
  void carry_out(const call::EndUtterance&) {
    if (engines_.has_sound()) engines_.end_utterance();
  }
  void carry_out(const call::PredictTurnEnd& command) {
    if (!engines_.has_sound()) return;
    if (const auto judged = engines_.judge(command.request, sample_of(command.from), sample_of(command.until)))
      raise_later(judged->second, call::TurnEndPredicted{command.request, judged->first});
  }
  void carry_out(const call::StartChat& command) {
    const auto id = command.request.id;
    chats_.insert(id);
    auto answer = engines_.ask(command.request);
    const bool fixed = !engines_.has_sound();
    for (auto& [after, text] : answer.text)
      later(fixed ? kModelTime : after, [this, id, delta = std::move(text)] {
        if (chats_.contains(id)) dispatch(call::ChatText{id, delta});
      });
    later(fixed ? kModelTime : answer.whole, [this, id, outcome = std::move(answer.outcome)] {
      if (chats_.erase(id) == 0) return;
      if (outcome)
        dispatch(call::ChatFinished{id, *outcome});
      else
        dispatch(call::ChatFailed{id, outcome.error()});
    });
  }
  void carry_out(const call::CancelChat& command) { chats_.erase(command.request); }
  void carry_out(const call::RunTool& command) {
    act(command.call.name + " " + command.call.arguments);
    const bool known = command.call.name == "take_message";
    dispatch(call::ToolFinished{command.call.id, known ? "The message was stored." : "There is no such tool."});
  }
  void carry_out(const call::Synthesise& command) {
    const auto piece = command.piece;
    pieces_.insert(piece);
    held_.expect(piece);
    auto spoken = voiced(command);
    if (!spoken.status) {
      later(spoken.whole, [this, piece, error = spoken.status.error()] {
        if (!held_.expects(piece)) return;
        held_.complete(piece, &media_);
        pieces_.erase(piece);
        dispatch(call::SynthesisFailed{piece, error});
      });
      return;
    }
    later(spoken.first, [this, piece, pcm = std::move(spoken.pcm)] {
      if (held_.add(piece, pcm, &media_)) dispatch(call::PieceReady{piece});
    });
    later(spoken.whole, [this, piece, took = spoken.whole] {
      if (!held_.expects(piece)) return;
      const auto length = held_.complete(piece, &media_);
      dispatch(call::PieceSynthesised{piece, length, took});
    });
  }
  void carry_out(const call::Play& command) { held_.release(command.piece, media_); }
  void carry_out(const call::CancelSynthesis& command) {
    held_.forget(command.piece);
    pieces_.erase(command.piece);
  }
  void carry_out(const call::FlushPlayout& command) { media_.flush(command.fade); }
  void carry_out(const call::HoldPlayout& command) { media_.pause(command.fade); }
  void carry_out(const call::ResumePlayout&) { media_.resume(); }
  void carry_out(const call::SetEcho&) {}
  void carry_out(const call::NoteConsent&) {}
  void carry_out(const call::StartRecording&) {}
  void carry_out(const call::PauseRecording&) {}
  void carry_out(const call::ResumeRecording&) {}
  void carry_out(const call::StopRecording&) {}
  void carry_out(const call::HideKeys&) {}
  void carry_out(const call::ShowAttendant&) {}
  void carry_out(const call::RefuseOrder&) {}
  void carry_out(const call::Trace&) {}
  void carry_out(const call::HoldMusic&) {}
  void carry_out(const call::TellSecondLeg&) {}
  void carry_out(const call::Bridge&) {}
  void carry_out(const call::EndSecondLeg&) {}
  /// Nobody is called for a rerun: whom it wanted to reach is in the difference, and the talk goes on.
  void carry_out(const call::CallSecondLeg& command) {
    act("call_second " + command.address);
    dispatch(call::SecondLegEnded{"nobody answered"});
  }
  void carry_out(const call::Refer& command) {
    act("refer " + command.address);
    dispatch(call::ReferEnded{false, "nobody answered"});
  }
  void carry_out(const call::RecordTurn& command) {
    const auto& text = command.text.expose();
    if (command.speaker == call::Speaker::caller) {
      auto& said = out_.exchanges[lines_begun_by(command.ended)].said;
      said += (said.empty() ? "" : " ") + text;
      return;
    }
    if (is_filler(text, casting_.settings)) return;
    auto& exchange = out_.exchanges[lines_begun_by(command.started)];
    exchange.answer += (exchange.answer.empty() ? "" : " ") + text;
    if (!exchange.gap && engines_.has_sound()) exchange.gap = command.times.reply;
  }

  /// What stands for the voice when only the words matter: a tone as long as they take.
  SpokenPiece voiced(const call::Synthesise& command) {
    if (engines_.has_sound()) return engines_.speak(command.piece, command.text, casting_.voice);
    return {audio::Pcm(std::max<std::size_t>(command.text.size(), 1) * kSamplesPerCharacter, kLoud),
            kVoiceTime,
            kVoiceTime,
            {}};
  }

  void act(std::string action) { out_.exchanges[begun_.size()].actions.push_back(std::move(action)); }
  std::size_t lines_begun_by(Instant at) const {
    return static_cast<std::size_t>(
        std::count_if(begun_.begin(), begun_.end(), [&](Instant begun) { return begun <= at; }));
  }

  // --- the caller

  bool saying() const { return now_ < line_ends_; }

  void spoke() {
    if (!saying() && !reply_began_) reply_began_ = now_;
  }

  /// The receptionist has answered, and nothing more is on its way.
  bool floor_is_free() const { return reply_began_ && chats_.empty() && pieces_.empty() && !media_.playing(); }

  void direct_caller() {
    if (saying()) return;
    if (!floor_is_free()) free_since_.reset();
    if (floor_is_free() && !free_since_) free_since_ = now_;
    const bool waited_long = now_ - std::max(line_ends_, *answered_) > kNoAnswer && !media_.playing();
    const auto next = begun_.size();
    if (next == lines_.size()) {
      if (waited_long || (free_since_ && now_ - *free_since_ >= casting_.recorded.wait_to_hang_up))
        dispatch(call::LegEnded{"the caller hung up"});
      return;
    }
    const auto& line = lines_[next];
    const bool cuts_in = line.cuts_in && reply_began_ && now_ - *reply_began_ >= line.wait;
    const bool takes_turn = free_since_ && (line.cuts_in || now_ + line.lead - *free_since_ >= line.wait);
    if (cuts_in || takes_turn || waited_long) say(line);
  }

  void say(const CallerLine& line) {
    const auto speech = engines_.has_sound() ? now_ + line.lead : now_;
    begun_.push_back(now_);
    reply_began_.reset();
    free_since_.reset();
    line_ends_ = speech + line.length;
    if (!line.digits.empty()) {
      Duration after = kBetweenKeys;
      for (const char key : line.digits) raise_later(after, call::DigitPressed{key}), after += kBetweenKeys;
      line_ends_ = now_ + after;
    } else if (engines_.has_sound()) {
      sound_ = line.sound;
    } else {
      raise_later(kOnset, call::SpeechStarted{speech});
      agenda_.at(std::max(line_ends_ + kPause, now_ + kOnset + kPause),
                 [this, until = line_ends_] { dispatch(call::SpeechStopped{until}); });
    }
  }

  void listen() {
    audio::Pcm frame(audio::kFrameSamples, 0);
    const auto count = std::min(frame.size(), sound_.size());
    std::copy_n(sound_.begin(), count, frame.begin());
    sound_.erase(sound_.begin(), sound_.begin() + static_cast<std::ptrdiff_t>(count));
    levels_.push(frame);
    samples_ += frame.size();
    for (const auto& window : engines_.push(frame)) {
      const auto start = heard_from_ + base::microseconds(window.index * speech::kVadWindowSamples * 125);
      const Duration length = base::microseconds(speech::kVadWindowSamples * 125);
      if (const auto mark = segmenter_.push(start, length, window.speech_probability, levels_.of(window.index)))
        std::visit([&](const auto& event) { dispatch(event); }, *mark);
      if (over_) return;
    }
  }

  std::uint64_t sample_of(Instant at) const {
    const auto micros = std::chrono::duration_cast<base::microseconds>(at - heard_from_).count();
    return micros <= 0 ? 0 : std::min(static_cast<std::uint64_t>(micros) / 125, samples_);
  }

  const Casting& casting_;
  const std::vector<CallerLine>& lines_;
  TimedEngines& engines_;
  call::Call call_;
  call::TapeOrigin origin_;
  media::MediaSession media_;
  runtime::HeldAudio held_;
  runtime::WindowLevels levels_;
  conversation::SpeechSegmenter segmenter_;
  Agenda agenda_;
  Instant now_{};
  std::optional<Instant> answered_;
  Instant heard_from_{};  ///< of sample 0
  std::uint64_t samples_ = 0;
  audio::Pcm sound_;                    ///< of the line that is being said
  std::vector<Instant> begun_;          ///< lines, as far as the caller has come
  Instant line_ends_{};                 ///< of the speech in it
  std::optional<Instant> reply_began_;  ///< first sound since the caller's last line
  std::optional<Instant> free_since_;
  std::set<base::RequestId> chats_;  ///< asked, not yet answered
  std::set<call::PieceId> pieces_;   ///< wanted, not yet heard
  std::deque<call::Event> raised_;
  bool over_ = false;
  Performance out_;
};

}  // namespace

base::Result<Performance> perform(const Casting& casting, TimedEngines& engines) {
  if (engines.has_sound())
    if (auto opened = engines.open(casting.number); !opened) return tl::unexpected(opened.error());
  VirtualCall call(casting, engines);
  auto performance = call.run();
  if (engines.has_sound()) engines.close();
  return performance;
}

}  // namespace frontdesk::rerun
