// One reply on its way from the model to the caller's ear: text cut into pieces, each synthesised,
// held until the turn is decided, played, and accounted by how much of it was heard.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "call/commands.hpp"
#include "conversation/clauses.hpp"
#include "llm/chat.hpp"
#include "reception/transfer/transfer.hpp"

namespace frontdesk::conversation {

struct Piece {
  enum class State { waiting, requested, ready, playing, heard, cut, failed };
  base::RequestId id = 0;
  std::string text;
  State state = State::waiting;
  bool play_sent = false;
  base::Duration length{0};  ///< known once synthesised
  base::Instant started{};   ///< of its playout
  base::Duration heard{0};   ///< when cut
};

/// How the call ends once a reply was heard.
struct Ending {
  call::EndClass end_class = call::EndClass::completed;
  std::string reason;
};

/// The caller is put through once a reply was heard.
struct PutThrough {
  std::string tool_call_id;
  std::string wanted;                      ///< as the model names them
  std::string reason;                      ///< for the person: what the caller wants
  std::optional<transfer::Method> method;  ///< unset: that of the settings
};

struct Reply {
  base::RequestId chat = 0;  ///< 0: a fixed text of our own
  std::string answers;       ///< the caller's words it answers
  bool cut_short = false;    ///< the model had more to say than anybody wants to hear
  bool aside = false;        ///< a filler: heard and recorded, but no part of the dialogue
  bool text_complete = false;
  bool released = false;  ///< the turn is decided: play
  bool held = false;      ///< silenced for the moment; what was heard of its pieces is final
  bool audible = false;
  llm::ChatOutcome outcome;
  bool tools_run = false;
  int tools_pending = 0;
  std::vector<std::pair<std::string, std::string>> tool_results;  ///< tool call id, result
  std::optional<Ending> ending;                                   ///< hang up once this was heard
  std::optional<PutThrough> put_through;
  std::string broken;  ///< why the model's text is not whole; empty if it is
  ClauseSplitter splitter;
  std::vector<Piece> pieces;
  call::StageTimes times;
  base::Instant asked_model{};
  base::Instant asked_synthesis{};
  base::Instant started{};

  Piece* find(base::RequestId id);
  /// The piece that is, or is to be, in the caller's ear.
  const Piece* current() const;
  bool all_pieces_settled() const;
  bool complete() const { return text_complete && all_pieces_settled(); }
  std::string full_text() const;
  std::string heard_text() const;
  /// More than half was heard: the caller knows what we said.
  bool got_across() const;
  /// All but the last words were heard.
  bool nearly_said() const;
  bool nothing_to_play() const;  ///< no piece that is, or may come to be, heard
};

}  // namespace frontdesk::conversation
