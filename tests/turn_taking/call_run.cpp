#include "turn_taking/call_run.hpp"

#include <queue>

#include "conversation/conversation.hpp"
#include "conversation/speech_segmenter.hpp"

namespace frontdesk::turn_taking {
namespace {

using base::Duration;
using base::Instant;

constexpr Instant kAnswered{base::seconds(10)};  // sample 0; not the beginning of time
constexpr Duration kTick = base::milliseconds(audio::kFrameMs);
constexpr Duration kPlayout = base::milliseconds(300);  // of whatever we say
constexpr std::string_view kReply = "All right, then.";

/// The shell around one conversation.
class CallRun {
 public:
  CallRun(Recording& recording, const conversation::EndOfTurnSettings& settings, const EngineDelays& delays)
      : recording_(recording), delays_(delays), machine_(settings_of(recording, settings)) {}

  base::Result<Outcome> run() {
    call::Commands commands;
    machine_.start(now_, commands);
    carry_out(commands);
    while (!outcome_.decided && !failure_ && step()) {
    }
    if (failure_) return tl::unexpected(*failure_);
    return std::move(outcome_);
  }

 private:
  struct Scheduled {
    Instant at;
    std::uint64_t order = 0;
    call::Event event;
    bool operator>(const Scheduled& other) const { return std::tie(at, order) > std::tie(other.at, other.order); }
  };

  static conversation::ConversationSettings settings_of(const Recording& recording,
                                                        const conversation::EndOfTurnSettings& end_of_turn) {
    conversation::ConversationSettings settings;
    settings.greeting = recording.entry().asked.empty() ? "Hello, how can I help?" : recording.entry().asked;
    settings.end_of_turn = end_of_turn;
    return settings;
  }

  /// The next thing that happens, whatever it is. False at the end of the recording.
  bool step() {
    const auto window = window_at(next_window_);
    const auto event = events_.empty() ? base::kNever : events_.top().at;
    const auto wakeup = std::max(machine_.next_wakeup(), now_);
    if (next_window_ >= recording_.speech_probabilities().size()) return false;
    if (event <= window && event <= wakeup) {
      const auto next = events_.top();
      events_.pop();
      now_ = std::max(now_, next.at);
      handle(next.event);
    } else if (window <= wakeup) {
      now_ = window;
      push_window();
    } else {
      now_ = wakeup;
      handle(call::Wakeup{});
    }
    return true;
  }

  static Instant instant_of(std::size_t sample) { return kAnswered + base::microseconds(sample * 125); }

  /// When the machine learns of a window: with the 20 ms frame that completes it.
  Instant window_at(std::size_t index) const {
    const auto samples = (index + 1) * speech::kVadWindowSamples;
    const auto frames = (samples + audio::kFrameSamples - 1) / audio::kFrameSamples;
    return kAnswered + kTick * static_cast<std::int64_t>(frames) + delays_.detection;
  }

  void push_window() {
    const auto index = next_window_++;
    const auto start = instant_of(index * speech::kVadWindowSamples);
    const auto length = instant_of(speech::kVadWindowSamples) - instant_of(0);
    if (const auto mark =
            segmenter_.push(start, length, recording_.speech_probabilities()[index], recording_.level_dbfs(index)))
      std::visit([&](const auto& event) { handle(event); }, *mark);
  }

  std::size_t sample_of(Instant at) const {
    const auto heard = static_cast<std::size_t>((now_ - kAnswered) / kTick) * audio::kFrameSamples;
    const auto wanted = std::chrono::duration_cast<base::microseconds>(at - kAnswered).count();
    if (wanted <= 0) return 0;
    return std::min({static_cast<std::size_t>(wanted) / 125, heard, recording_.samples()});
  }

  void handle(const call::Event& event) {
    call::Commands commands;
    machine_.handle(event, now_, commands);
    carry_out(commands);
  }
  void carry_out(const call::Commands& commands) {
    for (const auto& command : commands) std::visit([this](const auto& each) { on(each); }, command);
  }
  void schedule(Duration after, call::Event event) { events_.push({now_ + after, ++order_, std::move(event)}); }

  void on(const call::BeginUtterance& command) { utterance_from_ = sample_of(command.from); }
  void on(const call::Transcribe& command) {
    const auto to = sample_of(command.until);
    auto text = recording_.transcript(utterance_from_, to);
    if (!text) {
      failure_ = text.error();
      return;
    }
    outcome_.heard = text->text;
    const auto seconds = static_cast<double>(to - std::min(to, utterance_from_)) / audio::kTelephoneRate;
    const auto longer =
        Duration(static_cast<Duration::rep>(static_cast<double>(delays_.transcript_per_second.count()) * seconds));
    const auto delay = delays_.transcript + longer;
    schedule(delay,
             call::FinalTranscript{command.request, base::Pii<std::string>(text->text), text->confidence, delay});
  }
  void on(const call::PredictTurnEnd& command) {
    if (const auto finished = recording_.turn_end(sample_of(command.from), sample_of(command.until)))
      schedule(delays_.turn_end, call::TurnEndPredicted{command.request, *finished});
  }
  void on(const call::StartChat& command) {
    schedule(Duration{0}, call::ChatText{command.request.id, std::string(kReply)});
    schedule(Duration{0}, call::ChatFinished{command.request.id, {}});
  }
  void on(const call::Synthesise& command) {
    if (command.text == kReply) replies_.push_back(command.piece);
    schedule(Duration{0}, call::PieceReady{command.piece});
    schedule(Duration{0}, call::PieceSynthesised{command.piece, kPlayout, Duration{0}});
  }
  void on(const call::Play& command) {
    // Our own prompts are no answers.
    if (std::find(replies_.begin(), replies_.end(), command.piece) != replies_.end()) {
      outcome_.decided = now_ - kAnswered;
      return;
    }
    schedule(kTick, call::PlayoutStarted{command.piece});
    schedule(kTick + kPlayout, call::PlayoutFinished{command.piece});
  }
  void on(const call::Trace& trace) {
    outcome_.why.push_back(std::to_string(base::to_ms(now_ - kAnswered)) + " " + trace.decision + ": " + trace.reason);
  }
  template <class Other>
  void on(const Other&) {}

  Recording& recording_;
  const EngineDelays delays_;
  conversation::Conversation machine_;
  conversation::SpeechSegmenter segmenter_;
  Instant now_ = kAnswered;
  std::priority_queue<Scheduled, std::vector<Scheduled>, std::greater<>> events_;
  std::uint64_t order_ = 0;
  std::size_t next_window_ = 0;
  std::size_t utterance_from_ = 0;
  std::vector<call::PieceId> replies_;
  std::optional<base::Error> failure_;
  Outcome outcome_;
};

}  // namespace

base::Result<Outcome> run_call(Recording& recording, const conversation::EndOfTurnSettings& settings,
                               const EngineDelays& delays) {
  return CallRun(recording, settings, delays).run();
}

}  // namespace frontdesk::turn_taking
