// Checks at the caller's ear: order, stale words, interruption.
#include <algorithm>

#include "simulation/checks.hpp"
#include "simulation/texts.hpp"

namespace frontdesk::simulation {
namespace {

constexpr Duration kStopTime = base::milliseconds(40);  // flush or hold to silence: a tick, a fade
constexpr Duration kNoPause = base::milliseconds(181);  // the detector may not notice it
constexpr Duration kKeysInMind = base::seconds(60);     // they may be a turn of their own, later
constexpr Duration kFade = base::milliseconds(10);      // not modelled: counts as heard

}  // namespace

Checks::Checks(Stage& stage) : stage_(stage) {
  const auto& s = stage.settings;
  for (const auto& text : {s.goodbye_limit, s.goodbye_trouble})
    for (auto& piece : pieces_of(text)) last_words_.insert(std::move(piece));
  for (const auto& text : s.fillers)
    for (auto& piece : pieces_of(text)) holding_words_[piece] = Holding::filler;
  for (auto& piece : pieces_of(s.patience)) holding_words_[piece] = Holding::patience;
}

void Checks::typed(const std::string& text) {
  typed_ = text;
}

void Checks::sound_starts(call::PieceId piece, Duration from) {
  check_silence();
  auto& seen = pieces_[piece];
  if (entertained_ && !(attended_ && typed_.find(seen.text) != std::string::npos))
    stage_.violate("music, a person or our voice, and not two of them", id_text(piece));
  if (sounding_ != 0) stage_.violate("one piece at a time", id_text(piece) + " over " + id_text(sounding_));
  if (seen.cancelled && !seen.sounded) stage_.violate("nothing of a cancelled piece is heard", id_text(piece));
  if (seen.flushes != flushes_) stage_.violate("nothing of a flushed piece is heard", id_text(piece));
  if (caller_sounds_ && last_sound_end_ != stage_.now) overlap_since_ = stage_.now;
  if (!unrecorded_.empty() && unrecorded_.back().piece == piece && !unrecorded_.back().over)
    check_resumed(piece, seen, from);
  else
    piece_begins(piece, seen);
  sounding_ = piece;
  paused_ = 0;
  sound_since_ = stage_.now;
  seen.position = from;
}

void Checks::piece_begins(call::PieceId piece, PieceSeen& seen) {
  if (!seen.played) stage_.violate("nothing sounds before Play", id_text(piece));
  if (seen.turn <= last_turn_) stage_.violate("pieces in order", id_text(piece) + " after " + id_text(last_begun_));
  for (const auto chat : seen.chats) {
    if (cancelled_chats_.contains(chat) && !floor_.contains(chat)) {
      ++stage_.figures.stale;
      stage_.violate("nothing of a cancelled answer is heard", id_text(piece));
    }
    answering_ = chat;
  }
  check_filler(piece, seen);
  seen.sounded = true;
  last_begun_ = piece;
  last_turn_ = seen.turn;
  last_words_begun_ = last_words_begun_ || last_words_.contains(seen.text);
  rest_owed_ = false;
  if (seen.holding == Holding::no) owed_ = false;
  if (!seen.chats.empty() && proper_due_ != base::kNever) {
    ++stage_.figures.calm_answers;
    proper_due_ = base::kNever;
  }
  unrecorded_.push_back({.piece = piece});
}

void Checks::check_resumed(call::PieceId piece, const PieceSeen& seen, Duration from) {
  if (from > seen.position) stage_.violate("a resume skips nothing", id_text(piece));
  unrecorded_.back().taken_back += seen.position - from;
  if (seen.position - from > kLongestRewind)
    stage_.violate("a resume goes back 600 ms at most", ms_text(seen.position - from));
}

void Checks::check_filler(call::PieceId piece, const PieceSeen& seen) {
  if (seen.holding == Holding::no) {
    caller_acted_ = false;
    return held_with_.clear();
  }
  ++stage_.figures.fillers;
  if (!held_with_.insert(seen.holding).second)
    stage_.violate("no filler twice without an answer between", id_text(piece));
  const bool keys = !keys_.empty() || (last_key_ > Instant{} && stage_.now - last_key_ < kKeysInMind);
  if (!caller_acted_ && !keys) stage_.violate("no filler after the answer", id_text(piece));
}

/// The answer must be one to the turn as it was recorded, not to what was guessed of it earlier.
void Checks::check_asked() {
  const auto chat = std::exchange(answering_, 0);
  if (chat == 0 || turn_to_answer_.empty()) return;
  const auto turn = std::exchange(turn_to_answer_, {});
  const auto& asked = asked_[chat];
  const bool same = asked.size() >= turn.size() && std::equal(turn.rbegin(), turn.rend(), asked.rbegin());
  if (same) return;
  ++stage_.figures.stale;
  stage_.violate("the answer is to the turn that was taken", id_text(chat));
}

/// Unset once a record has told of it.
Checks::Heard* Checks::unrecorded(call::PieceId piece) {
  return unrecorded_.empty() || unrecorded_.back().piece != piece ? nullptr : &unrecorded_.back();
}

void Checks::sound_pauses(call::PieceId piece, Duration at) {
  check_overlap();
  check_stops();
  stop_due_ = base::kNever;
  pieces_[piece].position = at;
  if (auto* entry = unrecorded(piece)) {
    entry->net = at;
    entry->furthest = std::max(entry->furthest, at);
  }
  sounding_ = 0;
  paused_ = piece;
  last_sound_end_ = stage_.now;
  quiet_from_now();
}

void Checks::sound_ends(call::PieceId piece, Duration heard, bool cut) {
  if (sounding_ == piece)
    sound_pauses(piece, heard);
  else
    check_silence();
  paused_ = 0;
  if (auto* entry = unrecorded(piece)) {
    entry->net = heard;
    entry->furthest = std::max(entry->furthest, heard);
    entry->cut = cut;
    entry->over = true;
  }
  const auto& text = pieces_[piece].text;
  if (!cut && text == stage_.settings.recording.announcement) told_of_recording_ = true;
  const auto spoken = base::to_seconds(heard) * kCharactersPerSecond;
  rest_owed_ = cut && caller_sounds_ && spoken < 0.7 * static_cast<double>(text.size());
}

void Checks::check_overlap() {
  if (sounding_ == 0 || !caller_sounds_ || unheard_) return;
  const bool endless = stage_.now - caller_since_ > stage_.settings.longest_utterance;  // music: no use in waiting
  if (endless || last_words_.contains(pieces_[sounding_].text)) return;
  const auto overlap = stage_.now - overlap_since_;
  const auto network = stage_.world == World::network ? kNetworkDelay : Duration{0};
  if (overlap > kStopTalking - kFade + network)
    stage_.violate("silent 200 ms after the caller sounds", ms_text(overlap));
}

void Checks::check_stops() {
  if (stage_.now > stop_due_) stage_.violate("a flush or a hold silences the ear", id_text(sounding_));
}

void Checks::on(const call::FlushPlayout&) {
  ++flushes_;
  if (sounding_ != 0) stop_due_ = std::min(stop_due_, stage_.now + kStopTime);
}

void Checks::on(const call::HoldPlayout&) {
  ++stage_.figures.holds;
  if (sounding_ != 0) stop_due_ = std::min(stop_due_, stage_.now + kStopTime);
}

void Checks::on(const call::ResumePlayout&) {
  ++stage_.figures.resumes;
  stop_due_ = base::kNever;
}

// --- the caller

void Checks::caller_sound_starts() {
  check_silence();
  proper_due_ = base::kNever;
  caller_sounds_ = true;
  if (stage_.now - caller_quiet_since_ > kNoPause) caller_since_ = stage_.now;
  if (sounding_ == 0) return;
  overlap_since_ = stage_.now;
  ++stage_.figures.barge_ins;
}

void Checks::caller_sound_ends(bool with_words) {
  check_overlap();
  caller_sounds_ = false;
  caller_quiet_since_ = stage_.now;
  caller_acted_ = true;
  held_with_.clear();  // a new turn may need an excuse of its own
  owed_ = owed_ || (with_words && !unheard_ && !entertained_ && !held_);
  quiet_from_now();
}

}  // namespace frontdesk::simulation
