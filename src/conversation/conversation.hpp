// The conversation: listens, decides when the caller has finished, asks the model, speaks, and yields
// when interrupted. Pure: events and instants in, commands out.
//
// Replies are guessed while the caller pauses (transcribe, ask, synthesise the first clause) and one is
// played only when the turn is decided. A sound over our own words holds them; what it turns out to be
// decides whether they go on or are given up. What enters the history is what was heard.
#pragma once
#include <array>
#include <optional>

#include "call/activity.hpp"
#include "conversation/history.hpp"
#include "conversation/recording_consent.hpp"
#include "conversation/reply.hpp"
#include "conversation/settings.hpp"
#include "conversation/supervisor.hpp"

namespace frontdesk::conversation {

enum class State { speaking, listening, hearing, pausing, thinking, transferring, ended };
std::string_view name(State state);

inline constexpr std::size_t kMaxGuesses = 2;  ///< replies prepared for one pause or another

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
    kFiller,
    kSynthesis,
    kPlayout,
    kUtterance,
    kIdle,
    kDigits,
    kTransfer,
    kLimit,
    kKeysOver,
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
    base::RequestId request = 0;     ///< transcription in flight
    base::RequestId prediction = 0;  ///< turn detector asked
    std::optional<float> finished;   ///< what it said of this pause
    base::Instant asked{};
    base::Duration engine_time{0};
    base::Duration resumed_after{0};  ///< the pause before the words that are spoken now
    bool transcribed = false;         ///< `text` covers everything up to speech_end
    std::string lost_because;         ///< why there will be no transcript; empty if there is or may be one
    call::Speculation speculation;
    std::string whole() const;
  };

  // One per event.
  void on(const call::SpeechStarted& event);
  void on(const call::SpeechStopped& event);
  void on(const call::TurnEndPredicted& event);
  void on(const call::LineSoundHeard& event);
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
  void on(const call::SecondLegRinging& event) { tell_transfer(event); }
  void on(const call::SecondLegAnswered& event) { tell_transfer(event); }
  void on(const call::SecondLegHeard& event) { tell_transfer(event); }
  void on(const call::SecondLegDigit& event) { tell_transfer(event); }
  void on(const call::SecondLegEnded& event) { tell_transfer(event); }
  void on(const call::ReferEnded& event) { tell_transfer(event); }
  void on(const call::LegEnded& event);
  void on(const call::LegHeld& event);
  void on(const call::MediaLost& event);
  void on(const call::HangUpRequested& event);
  void on(const call::RecordingRequested& event);
  void on(const call::OperatorTookOver& event);
  void on(const call::OperatorGaveBack& event);
  void on(const call::OperatorSaid& event);
  void on(const call::OperatorWhispered& event);
  void on(const call::OperatorHeld& event);
  void on(const call::OperatorPutThrough& event);
  void on(const call::LegOffered&) {}
  void on(const call::LegEstablished&) {}

  // Listening.
  void open_turn(base::Instant from);
  void close_turn();
  void plan_endpoint();
  void decide_turn();
  void take_turn(std::string text, float confidence);
  void dismiss_sound(const char* because);
  void keep_words();
  void wait_on_hold();
  call::RecordTurn caller_turn(std::string text, float confidence) const;

  // Being interrupted.
  void hold_reply();
  void weigh_interruption();
  InterruptionDecision interruption() const;
  void resume_reply();
  void catch_up();
  void yield_turn(const char* because);
  void reclaim_turn();

  // Guessing.
  void guess_reply(const std::string& caller_text);
  bool guess_is_sure(std::string_view caller_text) const;
  std::optional<Reply> take_guess(const std::string& caller_text);
  void discard_guess(std::size_t index, const char* because);
  void discard_guesses();

  // Thinking.
  Reply prepare_reply(const std::string& caller_text, bool released);
  void ask_model(Reply& reply, const std::string& caller_text);
  void take_up(Reply reply);
  void answer_caller();
  void run_tools(Reply& reply);
  void await_tools();
  Reply* awaiting(const std::string& tool_call_id);
  void could_not_speak(Reply& reply, Piece& piece, const std::string& why);
  void piece_failed(Piece& piece, const std::string& why);
  void reply_failed(const char* stage, const std::string& why);
  void apologise(const char* stage, const std::string& why, const std::string& words);

  // Putting through.
  void plan_transfer(Reply& reply, const llm::ToolCall& tool);
  void announce_transfer();
  void begin_transfer(const PutThrough& wanted);
  void tell_transfer(const call::Event& event);
  void take_caller_back(const std::string& tool_call_id, const std::string& why);

  // Supervising.
  void intervene(Concern concern, const std::string& caller_text);
  void store_message(const std::string& caller_text);
  void expect_answer();
  void fill_silence();
  void after_filler();

  // Somebody of the business steps in.
  bool on_our_own() const { return !attended_ && !held_by_operator_; }
  bool owes_answer() const { return on_our_own() && history_.awaits_answer(); }
  void refuse(const std::string& who, std::string why);
  bool too_late_for(const std::string& who);
  bool out_of_earshot(const std::string& who);
  void fall_silent();
  void break_off();
  bool orders_wait() const { return !to_say_.empty() || to_put_through_; }
  void obey_in_turn();
  void obey();
  void put_through(const std::string& text);
  void note_turn(std::string text, float confidence);
  void attend(std::string who);
  void end_hold();
  void come_back();

  // The recording.
  enum Hush : unsigned { kByOperator = 1, kForKeys = 2, kForPayment = 4 };
  void greet();
  void say_with_notice(const std::string& before, const std::string& notice, const std::string& after);
  bool tell_of_recording(const Reply& said);
  RecordingConsent::Verdict about_recording(const std::string& text);
  bool settle_recording(const RecordingConsent::Verdict& verdict);
  void mind_recording(const Reply& reply);
  void mind_payment(const std::string& heard);
  void on_hidden_key();
  void pause_recording(Hush why, const char* because);
  void resume_recording(Hush why);

  // Speaking.
  void say(const std::string& text);
  void say_last(const std::string& text, call::EndClass end_class, std::string reason);
  Reply own_words(const std::string& text);
  void add_piece(Reply& reply, std::string text);
  void request_pieces(Reply& reply);
  void play_ready(Reply& reply);
  void expect_first_sound(const Reply& reply);
  void first_sound(Reply& reply);
  void release_reply();
  void drop(std::optional<Reply>& reply);
  void cut(std::optional<Reply>& reply);
  void stop_speaking();
  void stop_pieces(Reply& reply);
  void finish_reply();
  void record_receptionist(const Reply& reply, bool interrupted);
  void record_caller();
  void settle_cut_reply();
  bool saying_last_words() const;

  // Bookkeeping.
  Reply* reply_of_chat(base::RequestId chat);
  Reply* reply_of_piece(call::PieceId piece);
  bool is_current(const Reply& reply) const { return reply_ && &reply == &*reply_; }
  bool is_guess(const Reply& reply) const { return !reply.released; }
  void enter(State state);
  void set(Timer timer, base::Instant at) { timers_[timer] = at; }
  void clear(Timer timer) { timers_[timer] = base::kNever; }
  void clear_reply_timers();
  void fire(Timer timer);
  void expire_digits();
  void idle_expired();
  void limit_reached();
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
  Supervisor supervisor_;
  RecordingConsent consent_;
  CallerTurn caller_;
  std::optional<call::RecordTurn> caller_record_;  ///< decided, not yet answered: may still go on
  std::vector<Reply> guesses_;                     ///< for a turn that is not decided; the newest last
  std::optional<Reply> reply_;                     ///< to the decided turn: being thought or played
  std::optional<Reply> held_;                      ///< silenced by a sound that may turn out to be nothing
  std::optional<Reply> filler_;                    ///< bridges a late reply
  std::optional<Reply> cut_reply_;                 ///< interrupted, waiting to learn how much was heard
  std::optional<transfer::Transfer> transfer_;     ///< while the caller is being put through
  std::string transfer_call_;                      ///< the tool call that asked for it
  std::optional<base::Instant> sounds_since_;      ///< the caller, while being put through
  std::optional<base::Instant> caller_ended_;      ///< of the turn that waits for its answer
  std::array<base::Instant, kTimerCount> timers_;
  std::string digits_;
  base::RequestId next_request_;
  base::Instant started_{};
  base::Duration longest_resumed_{0};  ///< the longest pause after which this caller went on
  Expected expected_ = Expected::anything;
  unsigned pauses_ = 0;  ///< of the recording, and why
  int turns_ = 0;
  int idle_prompts_said_ = 0;
  int failures_in_a_row_ = 0;
  bool held_by_caller_ = false;
  int tool_rounds_ = 0;
  int transfers_ = 0;  ///< since the caller last spoke
  int fillers_since_answer_ = 0;
  int fillers_said_ = 0;
  bool attended_ = false;                     ///< somebody of the business answers the caller
  bool back_unannounced_ = false;             ///< the call is ours again, and the caller was not told
  bool held_by_operator_ = false;             ///< the caller hears music
  std::vector<std::string> to_say_;           ///< once the caller has finished
  std::optional<PutThrough> to_put_through_;  ///< the same
  std::vector<std::string> whispers_;         ///< what the model is to mind, the newest last
  int operator_orders_ = 0;                   ///< tools of the operator's, to tell them apart
  bool taking_message_ = false;               ///< nothing else works: the next words are a message
  base::Instant now_{};                       ///< valid while an event is handled
  call::Commands* commands_ = nullptr;
};

}  // namespace frontdesk::conversation
