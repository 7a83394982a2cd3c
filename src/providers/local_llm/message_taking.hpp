// Takes a message step by step: name, number, reason, read-back. The caller may correct, skip, pause or give
// up at any step; questions in between are the dialogue's, which then asks again with prompt().
#pragma once
#include <string>
#include <string_view>

#include "providers/local_llm/dialogue_state.hpp"
#include "reception/knowledge/business.hpp"

namespace frontdesk::local_llm {

/// What every step may look at.
struct Heard {
  std::string_view text;
  const Utterance& utterance;
  std::string_view caller_number;  ///< E.164 or empty
};

struct FormReply {
  enum class Kind { asked, finished, abandoned } kind = Kind::asked;
  std::string text;
  std::string arguments;  ///< finished: the JSON for take_message
};

class MessageTaking {
 public:
  explicit MessageTaking(const knowledge::Business& business) : business_(business) {}

  /// Starts and returns the first words. `heard.text` becomes the reason when it says enough.
  std::string begin(MessageForm& form, std::string purpose, std::string person, const Heard& heard) const;

  FormReply hear(MessageForm& form, const Heard& heard) const;

  /// The question of the current step, to ask again.
  std::string prompt(const MessageForm& form, std::string_view caller_number) const;

 private:
  FormReply name(MessageForm& form, const Heard& heard) const;
  FormReply number_offer(MessageForm& form, const Heard& heard) const;
  FormReply number(MessageForm& form, const Heard& heard) const;
  FormReply number_check(MessageForm& form, const Heard& heard) const;
  FormReply reason(MessageForm& form, const Heard& heard) const;
  FormReply confirm(MessageForm& form, const Heard& heard) const;
  FormReply change(MessageForm& form, const Heard& heard) const;
  /// Moves to the first step that is still open and asks it.
  FormReply next(MessageForm& form, std::string_view lead, std::string_view caller_number) const;
  FormReply again(MessageForm& form, std::string text) const;
  FormReply finish(MessageForm& form) const;
  std::string grouped(std::string_view number) const;
  std::string summary(const MessageForm& form) const;
  std::string team(const MessageForm& form) const;

  const knowledge::Business& business_;
};

}  // namespace frontdesk::local_llm
