// What must hold in every call, judged beyond the ports: by what sounds at the caller's ear, by what the
// caller does, and by which requests are left over. It knows nothing of the machine's insides.
//
// Silence. An answer is owed from the caller's last sound with words (or 2.5 s after the last key, or from
// the moment the call is established) until words that answer it sound; a filler or a plea for patience does not. The
// rest of an answer is owed while it is held, while pieces of it wait after Play, and while the model still speaks.
// While it is owed, nobody waits longer than kLongestSilence. The only excuses: the voice itself is out (until
// kVoiceRecovers after it), the recogniser heard no words or the network brought none, music plays on the line or the
// caller holds us, or our last words have begun.
#pragma once
#include <deque>
#include <map>
#include <set>

#include "call/commands.hpp"
#include "simulation/stage.hpp"

namespace frontdesk::simulation {

inline constexpr Duration kLongestSilence = base::seconds(3);
inline constexpr Duration kStopTalking = base::milliseconds(200);   ///< after the caller began to sound
inline constexpr Duration kNetworkDelay = base::milliseconds(500);  ///< added where packets travel
inline constexpr Duration kVoiceRecovers = base::seconds(5);
inline constexpr Duration kProperAnswer = base::seconds(7);  ///< liveness: to the model's words
inline constexpr Duration kProperEnd = base::seconds(60);    ///< liveness: from the model's end_call
inline constexpr std::size_t kMaxCandidates = 3;             ///< answers in the making at once
inline constexpr std::size_t kMaxPiecesInTheMaking = 48;
inline constexpr Duration kLongestRewind = base::milliseconds(600);

class Checks {
 public:
  explicit Checks(Stage& stage);

  std::function<std::string(Instant, Instant)> caller_words;  ///< what was really said

  // The ear. `from`, `at`, `heard`: positions in the piece, less what a resume took back.
  void sound_starts(call::PieceId piece, Duration from);
  void sound_pauses(call::PieceId piece, Duration at);
  void sound_ends(call::PieceId piece, Duration heard, bool cut);

  // The caller.
  void established();
  void caller_sound_starts();
  void caller_sound_ends(bool with_words);
  void question_ends();  ///< liveness: from here on a proper answer is due
  void key_pressed(char key);
  void words_were_lost();  ///< the recogniser heard nothing: nobody can know that an answer is owed
  void music(bool playing);
  void held_by_caller(bool on);
  void typed(const std::string& text);  ///< by somebody of the business, to be said
  void attended(bool by_somebody);
  void entertained(bool by_others);    ///< music or a person, and not our voice
  void unheard() { unheard_ = true; }  ///< from here on no packet of the caller's arrives

  // The engines.
  void fault() { ++faults_; }
  void synthesis_answered(call::PieceId piece, Duration length);
  void synthesis_failed(call::PieceId piece, bool some_sound);
  void chat_answered(base::RequestId request) { open_chats_.erase(request); }
  void model_ended_call();

  // The port.
  void command(const call::Command& command);
  void passed(Instant next_wakeup);  ///< after every event
  void check_asked();                ///< after PlayoutStarted: by then the turn is recorded
  void finished();                   ///< at the very end
  bool is_filler(call::PieceId piece) const;

 private:
  /// Words that only hold the line.
  enum class Holding { no, filler, patience };
  struct PieceSeen {
    std::string text;
    std::set<base::RequestId> chats;
    Duration length{0};  ///< 0: not known
    Duration position{0};
    Holding holding = Holding::no;
    bool played = false;
    bool sounded = false;
    bool cancelled = false;
    bool answered = false;
    bool silent = false;     ///< synthesis failed before there was sound
    std::uint64_t turn = 0;  ///< in the order of Play
    int flushes = 0;         ///< when Play came
    Instant played_at{};
  };
  struct Heard {
    call::PieceId piece = 0;
    Duration net{0};
    Duration furthest{0};    ///< before a resume went back
    Duration taken_back{0};  ///< by resumes, in all
    bool cut = false;
    bool over = false;
  };

  struct Debt {
    const char* why = nullptr;  ///< null: none
    Instant since{};
  };

  void on(const call::Answer& command);
  void on(const call::EndCall& command);
  void on(const call::BeginUtterance& command);
  void on(const call::Transcribe& command);
  void on(const call::EndUtterance& command);
  void on(const call::PredictTurnEnd& command);
  void on(const call::StartChat& command);
  void on(const call::CancelChat& command);
  void on(const call::Synthesise& command);
  void on(const call::Play& command);
  void on(const call::CancelSynthesis& command);
  void on(const call::FlushPlayout& command);
  void on(const call::HoldPlayout& command);
  void on(const call::ResumePlayout& command);
  void on(const call::RecordTurn& command);
  void on(const call::StartRecording& command);
  void on(const call::StopRecording& command);
  void on(const call::PauseRecording& command);
  void on(const call::ResumeRecording& command);
  template <class C>
  void on(const C&) {}

  void piece_begins(call::PieceId piece, PieceSeen& seen);
  void check_resumed(call::PieceId piece, const PieceSeen& seen, Duration from);
  void check_filler(call::PieceId piece, const PieceSeen& seen);
  void check_request(const llm::ChatRequest& request);
  void check_messages(const std::vector<llm::ChatMessage>& messages);
  void check_heard(const call::RecordTurn& turn);
  void check_said(const call::RecordTurn& turn);
  void forget_keys(const std::string& text);
  void check_silence();
  void check_overlap();
  void check_stops();
  void check_progress();
  Heard* unrecorded(call::PieceId piece);
  Debt debt() const;
  void quiet_from_now() { quiet_since_ = stage_.now; }
  std::size_t words_heard(const PieceSeen& piece, Duration heard) const;

  Stage& stage_;
  std::set<std::string> last_words_;              ///< pieces that may be spoken over the caller
  std::map<std::string, Holding> holding_words_;  ///< by piece
  std::map<call::PieceId, PieceSeen> pieces_;
  std::deque<Heard> unrecorded_;
  call::PieceId sounding_ = 0;
  call::PieceId paused_ = 0;
  call::PieceId last_begun_ = 0;
  std::uint64_t plays_ = 0;
  std::uint64_t last_turn_ = 0;
  Instant sound_since_{};
  Instant last_sound_end_{};
  int flushes_ = 0;
  Instant stop_due_ = base::kNever;  ///< of what sounded when a flush or a hold was asked for
  bool last_words_begun_ = false;
  bool caller_acted_ = true;     ///< since the last answer began
  std::set<Holding> held_with_;  ///< since the last answer

  bool caller_sounds_ = false;
  bool music_ = false;
  bool entertained_ = false;
  bool attended_ = false;  ///< by somebody who may type, too
  std::string typed_;
  Instant entertained_since_{};
  Duration entertained_for_{0};
  bool held_ = false;      ///< by the caller, now
  bool was_held_ = false;  ///< by the caller, at some time
  bool unheard_ = false;
  bool established_ = false;
  bool owed_ = false;  ///< the caller asked something
  std::string keys_;   ///< pressed, and not yet part of a turn
  Instant last_key_{};
  bool rest_owed_ = false;  ///< the caller made us stop in mid sentence
  Instant caller_since_{};  ///< of what the detector takes for one sound
  Instant caller_quiet_since_{};
  Instant quiet_since_{};
  Instant overlap_since_{};
  Instant proper_due_ = base::kNever;
  Instant end_due_ = base::kNever;

  int faults_ = 0;
  std::set<base::RequestId> open_chats_;
  std::set<base::RequestId> cancelled_chats_;
  std::set<base::RequestId> floor_;  ///< chats of which something was played before any cancel
  std::map<base::RequestId, std::vector<std::string>> asked_;  ///< all the caller's words in the request
  std::vector<std::string> turn_to_answer_;                    ///< recorded, and no answer compared with it yet
  base::RequestId answering_ = 0;                              ///< began to sound in this event
  std::size_t in_the_making_ = 0;
  base::RequestId last_prediction_ = 0;
  bool utterance_open_ = false;
  bool told_of_recording_ = false;  ///< the announcement sounded to its end
  bool recording_ = false;
  bool recording_paused_ = false;
  int answers_ = 0;
  int turns_ = 0;
  int ends_ = 0;
};

}  // namespace frontdesk::simulation
