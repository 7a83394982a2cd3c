// One turn in progress: reads the request, answers or asks, and leaves the next state.
#pragma once
#include <boost/json/fwd.hpp>
#include <string>
#include <vector>

#include "providers/local_llm/answers.hpp"
#include "providers/local_llm/dialogue.hpp"
#include "providers/local_llm/interpreter.hpp"
#include "providers/local_llm/message_taking.hpp"

namespace frontdesk::local_llm {

/// What all turns share.
struct Brain {
  std::shared_ptr<const knowledge::Business> business;
  business_hours::TimeZone zone;
  Interpreter interpreter;
  MessageTaking taking;
};

class Turn {
 public:
  static constexpr std::size_t kMaxTurnText = 2000;
  static constexpr int kMissesBeforeOffer = 3;

  Turn(const Brain& brain, const TurnInput& input, DialogueState state)
      : brain_(brain),
        business_(*brain.business),
        input_(input),
        text_(input.text.substr(0, kMaxTurnText)),
        state_(std::move(state)),
        answers_(business_, brain.zone, input.now),
        utterance_(understand(text_)) {
    brain_.interpreter.forget_impossible(state_);
  }

  Reply run();

 private:
  Heard heard() const { return {text_, utterance_, input_.caller_number}; }
  void say(const std::string& text) { reply_.text += (reply_.text.empty() ? "" : " ") + text; }
  void call(std::string name, const boost::json::object& arguments);

  void not_heard();
  bool answer_pending(const Request& whole);
  bool in_form(const Request& whole);
  void free(const std::vector<Request>& requests, const Request& whole);
  bool talk(const Request& request);
  void repeat(const std::string& lead);
  bool wish(const Request& request);
  bool can_put_through(const std::string& name) const;
  void human(const Request& request, const std::string& person);
  void danger(Topic topic);
  Answer answer(const Request& request);
  Answer price(const Request& request);
  Answer person(const Request& request);
  bool answer_facts(const std::vector<Request>& requests);
  void remember(const Request& request);
  void unsure(const Request& whole);
  void offer_message(const std::string& question);
  void begin_message(const std::string& purpose, const std::string& person);
  void goodbye();
  void ask_anything_else(const std::string& text);
  Reply finish();

  const Brain& brain_;
  const knowledge::Business& business_;
  const TurnInput& input_;
  std::string text_;
  DialogueState state_;
  Answers answers_;
  Utterance utterance_;
  Reply reply_;
  bool understood_ = true;
  bool keeps_last_reply_ = false;
};

/// Rotates wordings so that a caller does not hear one sentence twice in a row.
std::string not_caught(int turn);
std::string welcome(int turn);
/// "Dr Smith" when nobody here is called so; empty when no titled name was said.
std::string unknown_person(const Utterance& utterance, const Slots& slots);

}  // namespace frontdesk::local_llm
