// For tests: a call whose clock, caller and engines are the test's.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conversation/conversation.hpp"

namespace frontdesk::conversation {

inline constexpr auto kPiece = base::milliseconds(1000);

/// A call whose voice and model answer at once; playout takes a second for each piece.
class Line {
 public:
  explicit Line(RecordingPolicy policy, const std::function<void(RecordingSettings&)>& change = {}) {
    ConversationSettings settings;
    settings.recording.policy = policy;
    if (change) change(settings.recording);
    begin(std::move(settings));
  }
  explicit Line(ConversationSettings settings) { begin(std::move(settings)); }

 private:
  void begin(ConversationSettings settings) {
    settings.greeting = "Hello, this is Hillside Dental. How can I help?";
    conversation_ = std::make_unique<Conversation>(settings);
    call::Commands commands;
    conversation_->start(now_, commands);
    carry_out(commands);
  }

 public:
  void send(const call::Event& event) {
    if (conversation_->state() == State::ended) return;
    call::Commands commands;
    conversation_->handle(event, now_, commands);
    carry_out(commands);
  }
  /// The clock goes on; queued pieces are heard.
  void run(base::Duration duration) {
    const auto until = now_ + duration;
    while (now_ < until && conversation_->state() != State::ended) {
      now_ = now_ + base::milliseconds(20);
      if (conversation_->next_wakeup() <= now_) send(call::Wakeup{});
      play();
    }
  }
  void say(const std::string& text) {
    send(call::SpeechStarted{now_});
    run(base::milliseconds(400));
    send(call::SpeechStopped{now_});
    words_ = text;
    answer_transcripts();
    run(base::milliseconds(1500));
  }
  /// What was being said had these words.
  void hear(const std::string& text) {
    words_ = text;
    answer_transcripts();
  }
  /// What began with speak_over().
  void finish(const std::string& text) {
    send(call::SpeechStopped{now_});
    hear(text);
    run(base::milliseconds(1500));
  }
  void speak_over() { send(call::SpeechStarted{now_}); }
  /// Everything of ours is heard.
  void listen() { run(base::seconds(7)); }
  void listen_to_model(const std::string& reply) { reply_ = reply; }
  /// From now on it answers when answer_model() is called.
  void let_model_think() { thinks_ = true; }
  void answer_model() {
    for (const auto chat : std::exchange(thinking_, {})) {
      send(call::ChatText{chat, reply_});
      send(call::ChatFinished{chat, {}});
    }
  }

  bool recording() const { return recording_; }
  bool paused() const { return paused_; }
  int starts() const { return starts_; }
  const std::vector<call::NoteConsent>& consents() const { return consents_; }
  const std::vector<std::string>& heard() const { return heard_; }
  const std::vector<std::string>& asked() const { return asked_; }
  bool was_heard(const std::string& text) const {
    return std::find(heard_.begin(), heard_.end(), text) != heard_.end();
  }
  bool flushed() const { return flushed_; }
  bool silent() const { return queue_.empty() && !playing_; }
  bool music() const { return music_; }
  const std::string& prompt() const { return prompt_; }  ///< of the last question to the model
  const std::string& attendant() const { return attendant_; }
  const std::vector<std::string>& caller_turns() const { return caller_turns_; }
  const std::vector<std::string>& second_legs() const { return second_legs_; }
  const std::vector<std::string>& referred() const { return referred_; }
  const std::vector<std::string>& refused() const { return refused_; }
  std::size_t cancelled() const { return cancelled_.size(); }
  State state() const { return conversation_->state(); }

 private:
  struct Queued {
    call::PieceId id = 0;
    std::string text;
  };

  void carry_out(const call::Commands& commands) {
    std::vector<call::Event> answers;
    for (const auto& command : commands) {
      if (const auto* piece = std::get_if<call::Synthesise>(&command)) {
        texts_[piece->piece] = piece->text;
        answers.emplace_back(call::PieceReady{piece->piece});
        answers.emplace_back(call::PieceSynthesised{piece->piece, kPiece, {}});
      } else if (const auto* play = std::get_if<call::Play>(&command)) {
        queue_.push_back({play->piece, texts_[play->piece]});
      } else if (std::holds_alternative<call::FlushPlayout>(command)) {
        flushed_ = true;
        if (!queue_.empty() && playing_) answers.emplace_back(call::PlayoutCut{queue_.front().id, now_ - *playing_});
        queue_.clear();
        playing_.reset();
        held_ = false;
      } else if (std::holds_alternative<call::HoldPlayout>(command)) {
        held_ = true;
      } else if (std::holds_alternative<call::ResumePlayout>(command)) {
        held_ = false;
        playing_ = now_;
      } else if (const auto* ask = std::get_if<call::Transcribe>(&command)) {
        transcribe_ = ask->request;
      } else if (const auto* chat = std::get_if<call::StartChat>(&command)) {
        asked_.push_back(chat->request.messages.empty() ? "" : chat->request.messages.back().text);
        prompt_ = chat->request.system_prompt;
        if (thinks_) {
          thinking_.push_back(chat->request.id);
          continue;
        }
        answers.emplace_back(call::ChatText{chat->request.id, reply_});
        answers.emplace_back(call::ChatFinished{chat->request.id, {}});
      } else {
        note(command);
      }
    }
    for (const auto& answer : answers) send(answer);
  }
  void note(const call::Command& command) {
    if (std::holds_alternative<call::StartRecording>(command)) recording_ = true, ++starts_;
    if (std::holds_alternative<call::StopRecording>(command)) recording_ = false;
    if (std::holds_alternative<call::PauseRecording>(command)) paused_ = true;
    if (std::holds_alternative<call::ResumeRecording>(command)) paused_ = false;
    if (const auto* music = std::get_if<call::HoldMusic>(&command)) music_ = music->on;
    if (const auto* shown = std::get_if<call::ShowAttendant>(&command)) attendant_ = shown->who;
    if (const auto* refused = std::get_if<call::RefuseOrder>(&command)) refused_.push_back(refused->reason);
    if (const auto* chat = std::get_if<call::CancelChat>(&command)) cancelled_.push_back(chat->request);
    if (const auto* refer = std::get_if<call::Refer>(&command)) referred_.push_back(refer->address);
    if (const auto* leg = std::get_if<call::CallSecondLeg>(&command)) second_legs_.push_back(leg->address);
    if (const auto* turn = std::get_if<call::RecordTurn>(&command); turn && turn->speaker == call::Speaker::caller)
      caller_turns_.push_back(turn->text.expose());
    if (const auto* consent = std::get_if<call::NoteConsent>(&command)) consents_.push_back(*consent);
  }
  void play() {
    if (held_ || queue_.empty()) return;
    if (!playing_) {
      playing_ = now_;
      return send(call::PlayoutStarted{queue_.front().id});
    }
    if (now_ - *playing_ < kPiece) return;
    const auto done = queue_.front();
    queue_.erase(queue_.begin());
    playing_.reset();
    heard_.push_back(done.text);
    send(call::PlayoutFinished{done.id});
  }
  void answer_transcripts() {
    if (transcribe_ != 0)
      send(call::FinalTranscript{std::exchange(transcribe_, 0), base::Pii<std::string>(words_), 1.0F, {}});
  }

  std::unique_ptr<Conversation> conversation_;
  base::Instant now_{base::seconds(1)};
  std::map<call::PieceId, std::string> texts_;
  std::vector<Queued> queue_;
  std::optional<base::Instant> playing_;
  bool held_ = false;
  bool flushed_ = false;
  base::RequestId transcribe_ = 0;
  std::string words_;
  std::string reply_ = "We open at eight.";
  bool recording_ = false;
  bool paused_ = false;
  int starts_ = 0;
  std::vector<call::NoteConsent> consents_;
  std::vector<std::string> heard_;
  std::vector<std::string> asked_;
  std::string prompt_;
  bool music_ = false;
  std::string attendant_;
  std::vector<std::string> caller_turns_;
  std::vector<std::string> second_legs_;
  std::vector<std::string> referred_;
  std::vector<std::string> refused_;
  std::vector<base::RequestId> cancelled_;
  std::vector<base::RequestId> thinking_;
  bool thinks_ = false;
};

}  // namespace frontdesk::conversation
