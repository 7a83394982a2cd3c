// Where a dialogue stands between two turns. It travels as JSON in the provider state of the reply the
// caller heard, so that a reply nobody heard changes nothing.
#pragma once
#include <string>
#include <string_view>

#include "providers/local_llm/topics.hpp"

namespace frontdesk::local_llm {

enum class Step { none, name, number_offer, number, number_check, reason, confirm, change };
enum class Pending { none, offer_message, anything_else, clarify };

/// A message being taken.
struct MessageForm {
  Step step = Step::none;
  std::string purpose;  ///< "book", "change", "cancel", "message"
  std::string person;   ///< whom it is for; empty: the team
  std::string name;
  std::string number;
  bool number_settled = false;
  std::string reason;
  int tries = 0;  ///< of the current step

  bool active() const { return step != Step::none; }
};

struct DialogueState {
  Topic topic = Topic::none;  ///< what was last answered
  int service = -1;
  int person = -1;
  std::string date;  ///< last day spoken of, "2026-11-28"; empty when none
  Pending pending = Pending::none;
  Topic clarify_topic = Topic::none;
  int clarify_entry = 0;
  std::string last_reply;
  std::string question;  ///< the caller's words nobody could answer; becomes the message's reason
  int misses = 0;        ///< turns in a row not understood
  int turns = 0;
  MessageForm form;
};

/// Anything unreadable gives a fresh state.
DialogueState read_state(std::string_view json);
std::string write_state(const DialogueState& state);

}  // namespace frontdesk::local_llm
