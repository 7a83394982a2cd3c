#include "providers/local_llm/dialogue.hpp"

#include "providers/local_llm/turn.hpp"

namespace frontdesk::local_llm {

struct Dialogue::Impl {
  Brain brain;
};

Dialogue::Dialogue(std::shared_ptr<const knowledge::Business> business, business_hours::TimeZone zone,
                   std::shared_ptr<const TextEmbedder> embedder) {
  const knowledge::Business& known = *business;
  impl_ = std::make_unique<const Impl>(
      Impl{{std::move(business), std::move(zone), Interpreter(known, std::move(embedder)), MessageTaking(known)}});
}

Dialogue::~Dialogue() = default;

Reply Dialogue::turn(const TurnInput& input) const {
  return Turn(impl_->brain, input, read_state(input.state)).run();
}

std::vector<Nearest> Dialogue::nearest(std::string_view question, std::size_t limit) const {
  const auto& business = *impl_->brain.business;
  std::vector<Nearest> out;
  for (const auto& reading : impl_->brain.interpreter.nearest(question, limit)) {
    const bool answers = reading.score >= kAnswerScore;
    if (reading.topic == Topic::faq) {
      const auto& entry = business.faq[reading.entry];
      out.push_back({"faq:" + entry.id, entry.answer, reading.score, answers});
    } else {
      const auto& entry = business.policies[reading.entry];
      out.push_back({"policy:" + entry.id, entry.text, reading.score, answers});
    }
  }
  return out;
}

Reply Dialogue::tool_result(std::string_view state, std::string_view tool, std::string_view result) const {
  Reply reply;
  DialogueState next = read_state(state);
  const Utterance said = understand(result);
  if (said.has({"error", "failed", "failure", "refused", "unavailable"})) {
    reply.text = tool == "transfer_call"
                     ? "I'm sorry, nobody is free to take the call. Would you like me to take a message?"
                     : "I'm sorry, that didn't go through. Would you like me to try again with a new message?";
    if (tool == "end_call") reply.text.clear();
    next.pending = Pending::offer_message;
    next.last_reply = reply.text;
  }
  reply.confidence = 1;
  reply.state = write_state(next);
  return reply;
}

}  // namespace frontdesk::local_llm
