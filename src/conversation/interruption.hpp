// Policy: what a sound of the caller's does to our own speech. At the first sign of a voice we fall
// silent; what it turns out to be decides whether we go on, exactly where we were, or give the turn up.
#pragma once
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace frontdesk::conversation {

enum class InterruptionPolicy {
  words,  ///< words take the turn; sounds of listening and noises do not
  voice   ///< any voice takes the turn
};

struct InterruptionSettings {
  InterruptionPolicy policy = InterruptionPolicy::words;
};

/// What is known of the sound over our words.
struct Overlap {
  std::string_view text;     ///< recognised so far
  bool transcribed = false;  ///< the text is that of the whole sound
  bool we_asked = false;     ///< what we are saying ends in a question...
  bool nearly_said = false;  ///< ...and nearly all of it was heard
  bool put_through = false;  ///< we are announcing that the caller is put through
};

enum class InterruptionVerdict { wait, yield, go_on };

struct InterruptionDecision {
  InterruptionVerdict verdict = InterruptionVerdict::wait;
  const char* because = "";
};

InterruptionDecision judge_interruption(const Overlap& overlap, const InterruptionSettings& settings);

/// "Thank you very much", "okay, lovely, thanks": consent, and nothing more to say.
bool is_thanks(std::string_view text);

/// "Mm", "okay", "I see": the sounds of somebody who listens.
bool is_backchannel(std::string_view text);

}  // namespace frontdesk::conversation
