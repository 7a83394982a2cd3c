// What must hold in every call, judged beyond the ports: by what sounds at the caller's ear, by what the
// caller does, and by which requests are left over. It knows nothing of the machine's insides.
#pragma once
#include <deque>
#include <map>
#include <set>

#include "call/commands.hpp"
#include "simulation/stage.hpp"

namespace frontdesk::simulation {

class Checks {
 public:
  explicit Checks(Stage& stage);

  std::function<std::string(Instant, Instant)> caller_words;  ///< what was really said

  // The ear.
  void sound_starts(call::PieceId piece);
  void sound_ends(call::PieceId piece, Duration heard, bool cut);

  // The caller.
  void established();
  void caller_sound_starts();
  void caller_sound_ends(bool with_words);
  void key_pressed();
  void words_were_lost();  ///< the recogniser heard nothing: nobody can know that an answer is owed

  // The engines.
  void voice_fault() { voice_faults_.push_back(stage_.now); }
  void other_fault() { ++other_faults_; }
  void synthesis_answered(call::PieceId piece, Duration length);
  void chat_answered(base::RequestId request) { open_chats_.erase(request); }

  // The port.
  void command(const call::Command& command);
  void passed(Instant next_wakeup);  ///< after every event
  void finished();                   ///< at the very end

 private:
  struct PieceSeen {
    std::string text;
    Duration length{0};  ///< 0: not known
    bool played = false;
    bool cancelled = false;
    bool answered = false;
    bool of_cancelled_chat = false;
    int flushes = 0;  ///< when Play came
  };
  struct Heard {
    call::PieceId piece = 0;
    Duration heard{0};
    bool cut = false;
    bool over = false;
  };

  void on(const call::EndCall& command);
  void on(const call::BeginUtterance& command);
  void on(const call::Transcribe& command);
  void on(const call::EndUtterance& command);
  void on(const call::StartChat& command);
  void on(const call::CancelChat& command);
  void on(const call::Synthesise& command);
  void on(const call::Play& command);
  void on(const call::CancelSynthesis& command);
  void on(const call::FlushPlayout& command);
  void on(const call::RecordTurn& command);
  template <class C>
  void on(const C&) {}

  void check_messages(const std::vector<llm::ChatMessage>& messages);
  void check_heard(const call::RecordTurn& turn);
  void check_said(const call::RecordTurn& turn);
  void check_silence();
  void check_overlap();
  void check_flush();
  void quiet_from_now() { quiet_since_ = stage_.now; }
  std::size_t words_heard(const Heard& heard) const;
  Duration allowance() const;

  Stage& stage_;
  std::set<std::string> last_words_;  ///< pieces that may be spoken over the caller
  std::map<call::PieceId, PieceSeen> pieces_;
  std::string all_text_;  ///< that was to be spoken so far
  std::deque<Heard> unrecorded_;
  call::PieceId sounding_ = 0;
  call::PieceId last_started_ = 0;
  Instant last_sound_end_{};
  int flushes_ = 0;
  Instant flush_due_ = base::kNever;  ///< of what sounded when a flush was asked for

  bool caller_sounds_ = false;
  bool established_ = false;
  bool owed_ = false;             ///< the caller asked something
  std::size_t keys_pending_ = 0;  ///< pressed, and not yet part of a turn
  bool rest_owed_ = false;        ///< the caller made us stop in mid sentence
  Instant caller_since_{};
  Instant quiet_since_{};
  Instant overlap_since_{};

  std::vector<Instant> voice_faults_;
  int other_faults_ = 0;
  std::set<base::RequestId> open_chats_;
  std::set<base::RequestId> cancelled_chats_;
  bool utterance_open_ = false;
  int turns_ = 0;
  int ends_ = 0;
};

}  // namespace frontdesk::simulation
