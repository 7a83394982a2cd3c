// The conversation: listens, decides when the caller has finished, asks the model, speaks, and stops
// when interrupted. Pure: events and instants in, commands out.
//
// A reply is prepared while the caller pauses (transcribe, ask, synthesise the first clause) and is
// played only when the turn is decided; if the caller goes on, it is thrown away. What enters the
// history is what was heard.
#pragma once
#include <array>
#include <optional>

#include "call/activity.hpp"
#include "conversation/end_of_turn.hpp"
#include "conversation/history.hpp"
#include "conversation/reply.hpp"

namespace frontdesk::conversation {

struct ConversationSettings {
  std::string greeting;
  std::string apology = "I'm sorry, I'm having trouble answering that just now. Could you say it again?";
  std::string pardon = "Sorry, I didn't catch that. Could you say it again?";
  std::string still_there = "Are you still there?";
  std::string goodbye = "Thank you for calling. Goodbye.";  ///< when the model hangs up without a word
  std::string goodbye_silence = "I can't hear anyone, so I'll hang up now. Please call again. Goodbye.";
  std::string goodbye_limit = "I'm sorry, we have reached the longest time for one call. Please call again. Goodbye.";
  std::string goodbye_trouble =
      "I'm sorry, something is wrong on our side. Please call again in a little while. Goodbye.";

  std::string system_prompt;
  std::vector<llm::ToolSpec> tools;
  base::Pii<std::string> caller_number;
  base::UtcTime wall_at_start;        ///< wall time at start()
  base::RequestId first_request = 1;  ///< request ids count up from here

  EndOfTurnSettings end_of_turn;
  base::Duration idle_prompt = base::seconds(9);
  int idle_prompts = 2;
  base::Duration soft_limit = base::seconds(20 * 60);  ///< then we say goodbye
  base::Duration transcript_deadline = base::milliseconds(2500);
  base::Duration model_deadline = base::seconds(4);          ///< to the first text, and from there to a clause
  base::Duration answer_deadline = base::seconds(7);         ///< turn decided -> first sound, tools and all
  base::Duration synthesis_deadline = base::seconds(4);      ///< to the first sound
  base::Duration playout_start_deadline = base::seconds(2);  ///< ready and due, but not heard
  base::Duration playout_deadline = base::seconds(60);       ///< a piece that never reports its end
  base::Duration longest_utterance = base::seconds(45);      ///< without a pause: music, noise, a monologue
};

enum class State { speaking, listening, hearing, pausing, thinking, ended };
std::string_view name(State state);

class Conversation final : public call::Activity {
 public:
  explicit Conversation(ConversationSettings settings);

  void start(base::Instant now, call::Commands& commands) override;
  void handle(const call::Event& event, base::Instant now, call::Commands& commands) override;
  base::Instant next_wakeup() const override;

  State state() const { return state_; }
  const History& history() const { return history_; }

 private:
  enum Timer {
    kEndpoint,
    kTranscript,
    kModel,
    kAnswer,
    kSynthesis,
    kPlayout,
    kUtterance,
    kIdle,
    kDigits,
    kLimit,
    kTimerCount
  };

  /// The caller's turn as far as it is known.
  struct CallerTurn {
    bool open = false;    ///< the recogniser is listening to it
    std::string carried;  ///< words of a turn that was decided too early and goes on
    std::string text;     ///< of the open utterance
    float confidence = 0;
    base::Instant started{};
    base::Instant speech_end{};
    base::RequestId request = 0;  ///< transcription in flight
    base::Instant asked{};
    base::Duration engine_time{0};
    bool transcribed = false;  ///< `text` covers everything up to speech_end
    std::string lost_because;  ///< why there will be no transcript; empty if there is or may be one
    bool interrupts = false;   ///< began while we were speaking
    std::string whole() const;
  };

  /// What is left to say when we stopped for a sound that turned out to be no words.
  struct Unsaid {
    std::string text;
    bool got_across = false;
    std::optional<Ending> ending;
    llm::ChatOutcome outcome;
  };

  // One per event.
  void on(const call::SpeechStarted& event);
  void on(const call::SpeechStopped& event);
  void on(const call::TurnEndPredicted&) {}
  void on(const call::LineSoundHeard&) {}
  void on(const call::PartialTranscript& event);
  void on(const call::FinalTranscript& event);
  void on(const call::TranscriptionFailed& event);
  void on(const call::ChatText& event);
  void on(const call::ChatFinished& event);
  void on(const call::ChatFailed& event);
  void on(const call::ToolFinished& event);
  void on(const call::PieceReady& event);
  void on(const call::PieceSynthesised& event);
  void on(const call::SynthesisFailed& event);
  void on(const call::PlayoutStarted& event);
  void on(const call::PlayoutFinished& event);
  void on(const call::PlayoutCut& event);
  void on(const call::DigitPressed& event);
  void on(const call::Wakeup& event);
  void on(const call::LegEnded& event);
  void on(const call::MediaLost& event);
  void on(const call::HangUpRequested& event);
  void on(const call::LegOffered&) {}
  void on(const call::LegEstablished&) {}

  // Listening.
  void open_turn(base::Instant from);
  void close_turn();
  void decide_turn();
  void take_turn(std::string text, float confidence);
  void take_turn_back(base::Instant from);
  void dismiss_sound();
  void resume(const Unsaid& unsaid);
  bool was_backchannel() const;
  void keep_words();
  call::RecordTurn caller_turn(std::string text, float confidence) const;
  void interrupt(const char* because);
  void cut_short();

  // Thinking.
  void prepare_reply(const std::string& caller_text, bool released);
  void ask_model(Reply& reply, const std::string& caller_text);
  void run_tools(Reply& reply);
  void await_tools();
  Reply* awaiting(const std::string& tool_call_id);
  void piece_failed(Piece& piece, const std::string& why);
  void reply_failed(const char* stage, const std::string& why);
  void apologise(const char* stage, const std::string& why, const std::string& words);

  // Speaking.
  void say(const std::string& text);
  void say_last(const std::string& text, call::EndClass end_class, std::string reason);
  void add_piece(Reply& reply, std::string text);
  void request_pieces(Reply& reply);
  void expect_first_sound(const Reply& reply);
  void release_reply();
  void drop_reply();
  void stop_pieces(Reply& reply);
  void finish_reply();
  void record_receptionist(const Reply& reply, bool interrupted);
  void record_caller();
  void settle_cut_reply();
  bool saying_last_words() const;

  // Bookkeeping.
  void enter(State state);
  void set(Timer timer, base::Instant at) { timers_[timer] = at; }
  void clear(Timer timer) { timers_[timer] = base::kNever; }
  void clear_reply_timers();
  void fire(Timer timer);
  void expire_digits();
  void idle_expired();
  void end(call::EndClass end_class, std::string reason);
  void abandon();
  base::RequestId mint() { return next_request_++; }
  void trace(std::string decision, std::string reason);
  template <class C>
  void emit(C command) {
    commands_->emplace_back(std::move(command));
  }

  ConversationSettings settings_;
  State state_ = State::listening;
  History history_;
  CallerTurn caller_;
  std::optional<call::RecordTurn> caller_record_;  ///< decided, not yet answered: may still go on
  std::optional<Reply> reply_;                     ///< being prepared or played
  std::optional<Reply> cut_reply_;                 ///< interrupted, waiting to learn how much was heard
  std::array<base::Instant, kTimerCount> timers_;
  std::optional<Unsaid> unsaid_;
  std::string digits_;
  base::RequestId next_request_;
  base::Instant started_{};
  int turns_ = 0;
  int idle_prompts_said_ = 0;
  int failures_in_a_row_ = 0;
  int tool_rounds_ = 0;
  base::Instant now_{};  ///< valid while an event is handled
  call::Commands* commands_ = nullptr;
};

}  // namespace frontdesk::conversation
