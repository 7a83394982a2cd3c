// Checks of the record: what was said and what was heard.
#include <algorithm>

#include "simulation/checks.hpp"
#include "simulation/texts.hpp"

namespace frontdesk::simulation {
namespace {

constexpr const char* kKeys = "0123456789*#";
constexpr std::string_view kCardNumber = "[card number]";

constexpr std::size_t kMostKeys = 40;                 // taken for one turn
constexpr Duration kWindow = base::milliseconds(32);  // of the detector

bool has_keys_only(const std::string& word) {
  return word.find_first_not_of(kKeys) == std::string::npos;
}

}  // namespace

void Checks::on(const call::RecordTurn& turn) {
  if (turn.index != turns_++) stage_.violate("turns are numbered without gaps", std::to_string(turn.index));
  if (turn.text.expose().empty()) stage_.violate("turns have a text", std::to_string(turn.index));
  if (turn.ended < turn.started) stage_.violate("turns end after they began", std::to_string(turn.index));
  if (turn.speaker == call::Speaker::receptionist) return check_heard(turn);
  ++stage_.figures.turns;
  check_said(turn);
  turn_to_answer_ = plain_words(turn.text.expose());
}

/// With a perfect recogniser the record of a decided turn is all that was said in it.
void Checks::check_said(const call::RecordTurn& turn) {
  auto text = turn.text.expose();
  std::string spoken;
  const auto card = text.find(kCardNumber);  // keys that happen to be one, which nobody may keep
  bool keys = card != std::string::npos;
  if (keys) {
    text.erase(card, kCardNumber.size());
    keys_.clear();
  }
  for (const auto& word : words_of(text)) {
    keys = keys || has_keys_only(word);
    if (!has_keys_only(word)) spoken += (spoken.empty() ? "" : " ") + word;
  }
  if (keys) forget_keys(text);
  // What sounds now holds the line at best: the answer to the keys is still to come.
  if (keys && (sounding_ == 0 || pieces_[sounding_].holding != Holding::no)) owed_ = caller_acted_ = true;
  if (!turn.times.endpoint || !stage_.faults.perfect_stt() || stage_.world == World::network) return;
  if (stage_.calm_from != base::kNever) return;  // faults that have stopped may still be in the turn
  // A word at the very end or beginning may lie in the detector's window or not.
  const auto recorded = plain_words(spoken);
  for (const auto before : {Duration{0}, kWindow})
    for (const auto after : {Duration{0}, kWindow})
      if (plain_words(caller_words(turn.started - before, turn.ended + after)) == recorded) return;
  stage_.violate("recorded as said", text + " / " + caller_words(turn.started, turn.ended));
}

/// The keys of a recorded turn; of too many, those that were left out, too.
void Checks::forget_keys(const std::string& text) {
  std::string recorded;
  for (const auto& word : words_of(text))
    if (has_keys_only(word)) recorded += word;
  const bool many = recorded.size() >= kMostKeys;
  std::erase(recorded, '#');
  const auto at = keys_.find(recorded);
  keys_.erase(0, many || at == std::string::npos ? keys_.size() : at + recorded.size());
}

std::size_t Checks::words_heard(const PieceSeen& piece, Duration heard) const {
  const auto seconds = base::to_seconds(heard);
  const auto pace = piece.length > Duration{0} ? static_cast<double>(piece.text.size()) / base::to_seconds(piece.length)
                                               : static_cast<double>(kCharactersPerSecond);
  const auto characters = static_cast<std::size_t>(pace * seconds);
  return words_of(piece.text.substr(0, characters)).size();
}

/// The record's heard text against the pieces that sounded, in order, since the last record. A word more or
/// less is a matter of rounding; words that a resume took back may count or not.
void Checks::check_heard(const call::RecordTurn& turn) {
  std::vector<std::string> sounded;
  std::size_t least = 0;
  std::size_t most = 0;
  for (std::size_t at = 0; !unrecorded_.empty(); unrecorded_.pop_front()) {
    auto heard = unrecorded_.front();
    if (!heard.over) {
      if (stop_due_ == base::kNever) break;
      // Flushed, and recorded before the packets have run out.
      heard.net = pieces_.at(heard.piece).position + (stage_.now - sound_since_);
      heard.furthest = std::max(heard.furthest, heard.net);
      heard.cut = true;
    }
    const auto& piece = pieces_.at(heard.piece);
    const auto found = turn.text.expose().find(piece.text, at);
    if (found == std::string::npos) break;
    at = found + piece.text.size();
    const auto words = words_of(piece.text);
    least = sounded.size() + (heard.cut ? words_heard(piece, heard.net) : words.size());
    most = sounded.size() + (heard.cut ? words_heard(piece, heard.furthest + heard.taken_back) : words.size());
    sounded.insert(sounded.end(), words.begin(), words.end());
  }
  if (was_held_) most = sounded.size();  // by the caller: playout waited, and nobody told the machine
  const auto recorded = words_of(turn.heard.expose());
  const bool prefix =
      recorded.size() <= sounded.size() && std::equal(recorded.begin(), recorded.end(), sounded.begin());
  if (prefix && recorded.size() + 1 >= least && recorded.size() <= most + 1) return;
  stage_.violate("recorded as heard", "turn " + std::to_string(turn.index) + " records " +
                                          std::to_string(recorded.size()) + " words, the ear heard " +
                                          std::to_string(least) + " to " + std::to_string(most));
}

}  // namespace frontdesk::simulation
