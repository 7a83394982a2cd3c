// May this call be recorded? Keeps account of what the caller was told, heard in full, and answered. Pure; the
// conversation says the words and carries the outcome on.
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "call/commands.hpp"

namespace frontdesk::conversation {

enum class RecordingPolicy {
  off,        ///< never
  announce,   ///< once the caller has heard that it is
  ask,        ///< once the caller has said yes
  both_party  ///< the same, and only a clear yes counts
};
std::string_view name(RecordingPolicy policy);

struct RecordingSettings {
  RecordingPolicy policy = RecordingPolicy::off;
  std::string announcement = "This call is recorded.";
  std::string question = "May we record this call?";
  std::string question_again = "I need a clear yes or no: may we record this call?";
  std::string accepted = "Thank you. How can I help?";
  std::string declined = "That's fine, this call is not recorded. How can I help?";
  std::string stopped = "Of course, I have stopped the recording. How can I help?";
  bool hide_keys = false;         ///< what callers key is nobody's business, and silent in the recording
  bool pause_for_payment = true;  ///< while we ask for a card's number and the caller answers
};

/// What is said at the beginning, in this order. Recording waits for `notice`.
struct Opening {
  std::string before;
  std::string notice;
  std::string after;
};
/// An announcement goes before the greeting's question, so that callers do not talk over it; a question of our own
/// takes its place.
Opening opening_of(const std::string& greeting, const RecordingSettings& settings);

class RecordingConsent {
 public:
  enum class Stage {
    settled,  ///< no recording, and nothing more to be said about it
    owed,     ///< the caller must still be told
    telling,  ///< is being told
    asked,    ///< has heard the question
    recording
  };
  struct Verdict {
    bool answered = false;  ///< the caller's words were about the recording and nothing else
    bool ask_again = false;
    std::string reply;  ///< what to say to it
    std::vector<call::Command> commands;
  };

  explicit RecordingConsent(RecordingSettings settings);

  Stage stage() const { return stage_; }
  bool owed() const { return stage_ == Stage::owed; }
  const std::string& notice() const;
  /// The pieces of the notice: each must be heard to its end.
  void telling(const std::vector<call::PieceId>& pieces);
  void heard(call::PieceId piece, call::Commands& commands);
  /// Something else of ours is over: was the notice in it cut off?
  void reply_over(call::Commands& commands);
  /// We go on to something else; a question that was not answered is settled.
  void other_words(call::Commands& commands);
  Verdict caller_said(const std::string& text);

 private:
  call::NoteConsent note(call::ConsentOutcome outcome, const std::string& words) const;
  Verdict answer(const std::string& text);

  RecordingSettings settings_;
  Stage stage_ = Stage::settled;
  std::set<call::PieceId> unheard_;
  int tellings_ = 0;
  bool asked_again_ = false;
};

}  // namespace frontdesk::conversation
