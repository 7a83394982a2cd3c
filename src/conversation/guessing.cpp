// Speculation: replies prepared while the caller pauses, kept or thrown away when the turn is decided.
#include <algorithm>

#include "conversation/conversation.hpp"

namespace frontdesk::conversation {

/// A reply to these words, unless there is one already: a noise in the pause changes nothing.
void Conversation::guess_reply(const std::string& caller_text) {
  const auto known = std::find_if(guesses_.begin(), guesses_.end(),
                                  [&](const Reply& guess) { return same_words(guess.answers, caller_text); });
  if (known != guesses_.end()) {
    trace("guess", "the reply in preparation still fits");
    std::rotate(known, known + 1, guesses_.end());  // the newest last
    return;
  }
  if (guesses_.size() >= kMaxGuesses) discard_guess(0, "there is a newer one");
  ++caller_.speculation.candidates;
  guesses_.push_back(prepare_reply(caller_text, false));
}

/// The model has answered these words, and knows what it is talking about.
bool Conversation::guess_is_sure(std::string_view caller_text) const {
  constexpr float kSure = 0.8F;
  return std::any_of(guesses_.begin(), guesses_.end(), [&](const Reply& guess) {
    return guess.text_complete && guess.outcome.confidence >= kSure && same_words(guess.answers, caller_text);
  });
}

std::optional<Reply> Conversation::take_guess(const std::string& caller_text) {
  const auto found = std::find_if(guesses_.begin(), guesses_.end(),
                                  [&](const Reply& guess) { return same_words(guess.answers, caller_text); });
  if (found == guesses_.end()) return std::nullopt;
  auto guess = std::move(*found);
  guesses_.erase(found);
  return guess;
}

void Conversation::discard_guess(std::size_t index, const char* because) {
  auto& guess = guesses_[index];
  ++caller_.speculation.discarded;
  for (const auto& piece : guess.pieces)
    if (piece.state == Piece::State::requested || piece.state == Piece::State::ready)
      caller_.speculation.discarded_characters += static_cast<int>(piece.text.size());
  stop_pieces(guess);
  guesses_.erase(guesses_.begin() + static_cast<std::ptrdiff_t>(index));
  trace("guess", std::string("a reply was prepared for nothing: ") + because);
}

void Conversation::discard_guesses() {
  while (!guesses_.empty()) discard_guess(guesses_.size() - 1, "the turn was another");
}

}  // namespace frontdesk::conversation
