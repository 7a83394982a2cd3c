// Notices what makes a conversation pointless: the same words again and again, a machine or a fax at
// the other end, hold music, a budget used up. Pure bookkeeping; the conversation acts on it.
#pragma once
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "call/events.hpp"

namespace frontdesk::conversation {

enum class Concern {
  none,
  going_round,    ///< the caller has said the same three times: offer a way out
  hopeless,       ///< and five times
  machine,        ///< an answering machine or a recorded announcement
  music,          ///< we are on hold: nobody listens
  nobody_to_ask,  ///< the model is out of order: the words are a message
  budget_used_up  ///< more turns than any call needs
};

class Supervisor {
 public:
  explicit Supervisor(int max_turns) : max_turns_(max_turns) {}

  /// A turn of the caller's was decided.
  Concern caller_said(std::string_view text);
  /// The line carries something that is not talk to us.
  Concern heard(call::LineSound sound, base::Instant now);
  /// Music was heard a moment ago. It may be a radio behind the caller: words are answered all the same,
  /// but nobody is asked whether they are there.
  bool on_hold(base::Instant now) const;

 private:
  int max_turns_;
  int turns_ = 0;
  int repeats_ = 0;
  int announcements_ = 0;
  std::string last_words_;
  base::Instant music_until_{};
};

/// "Please leave a message after the tone": nobody is there.
bool is_recorded_announcement(std::string_view text);

}  // namespace frontdesk::conversation
