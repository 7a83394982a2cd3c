// From words to requests: which of the things a business can answer or do each part of an utterance asks for.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "providers/local_llm/dialogue_state.hpp"
#include "providers/local_llm/question_index.hpp"

namespace frontdesk::local_llm {

inline constexpr float kAnswerScore = 0.55F;  ///< from here an answer is given
inline constexpr float kAskScore = 0.42F;     ///< from here "did you mean" is asked
inline constexpr float kNoise = 0.25F;        ///< below, a few words that are no question were misheard
inline constexpr float kPlain = 0.85F;        ///< what may interrupt the taking of a message

/// One request within an utterance, understood.
struct Request {
  std::string text;
  Utterance utterance;
  Slots slots;
  Reading reading;
  bool follow_up = false;
};

class Interpreter {
 public:
  Interpreter(const knowledge::Business& business, std::shared_ptr<const TextEmbedder> embedder)
      : business_(business), index_(business, std::move(embedder)) {}

  /// The whole utterance as one request; short ones may continue the last topic.
  Request read(std::string_view text, const DialogueState& state, Date today) const;
  /// Its parts when each asks for something of its own ("what time do you open and how much is ..."), else itself.
  std::vector<Request> requests(const Request& whole, const DialogueState& state, Date today) const;
  /// The FAQ entries and policies nearest in meaning and words, best first, whether or not they are near enough.
  std::vector<Reading> nearest(std::string_view text, std::size_t limit) const;
  /// How to ask back: "did you mean: <label>"; empty when there is no way.
  std::string label(const Reading& reading) const;
  /// Drops what an older version of the business had and this one has not.
  void forget_impossible(DialogueState& state) const;

 private:
  Reading decide(const Request& request) const;
  void read_follow_up(Request& request, const DialogueState& state) const;

  const knowledge::Business& business_;
  QuestionIndex index_;
};

}  // namespace frontdesk::local_llm
