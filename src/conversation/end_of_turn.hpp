// Policy: how long a silence ends the caller's turn. Replaceable: a policy is a name in the settings
// and a file of its own.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "conversation/completeness.hpp"

namespace frontdesk::conversation {

enum class EndOfTurnPolicy {
  adaptive,  ///< by the words, the melody, what was asked for, and how this caller pauses
  fixed      ///< the same silence always
};

/// What we asked the caller for last.
enum class Expected { anything, answer, yes_or_no, number, spelling };

/// A pause, as far as it is understood.
struct Pause {
  std::string_view text;          ///< the whole turn so far
  std::optional<float> finished;  ///< the turn detector's probability; none if it has not answered
  float confidence = 1;           ///< the recogniser's, 0 to 1
  bool understood = false;        ///< the model, asked ahead, is sure of its reply
  Expected expected = Expected::anything;
  base::Duration longest_resumed{0};  ///< the longest pause after which this caller went on, in this call
};

struct EndOfTurnSettings {
  EndOfTurnPolicy policy = EndOfTurnPolicy::adaptive;
  base::Duration fixed = base::milliseconds(700);

  // What the words ask for.
  base::Duration question = base::milliseconds(220);
  base::Duration request = base::milliseconds(1000);
  base::Duration answer = base::milliseconds(300);
  base::Duration statement = base::milliseconds(1250);
  base::Duration unsure = base::milliseconds(1350);
  base::Duration understood = base::milliseconds(600);  ///< an answer to our question, and we know what it means
  base::Duration whole_number = base::milliseconds(650);
  base::Duration open = base::milliseconds(1400);
  base::Duration number = base::milliseconds(1450);
  base::Duration spelling = base::milliseconds(1450);

  float heard_clearly = 0.7F;  ///< a question recognised with less may be half of another sentence
  double slower = 1.6;         ///< when the melody says that the caller goes on
  double faster = 0.7;         ///< when it says that they have finished
  float sure_to_go_on = 0.3F;
  float sure_to_end = 0.8F;
  base::Duration longest = base::milliseconds(1600);
  base::Duration shortest = base::milliseconds(200);
};

/// The same policy, waiting `patience` times as long everywhere: more is slower and cuts fewer callers off.
EndOfTurnSettings scaled(EndOfTurnSettings settings, double patience);

struct EndOfTurnDecision {
  base::Duration silence{0};
  std::string because;
};

EndOfTurnDecision silence_that_ends_turn(const Pause& pause, const EndOfTurnSettings& settings);

// The policies.
EndOfTurnDecision adaptive_end_of_turn(const Pause& pause, const EndOfTurnSettings& settings);
EndOfTurnDecision fixed_end_of_turn(const Pause& pause, const EndOfTurnSettings& settings);

/// What an utterance of ours asks the caller for.
Expected expected_after(std::string_view our_words);

}  // namespace frontdesk::conversation
