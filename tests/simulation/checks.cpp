#include "simulation/checks.hpp"

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "conversation/clauses.hpp"

namespace frontdesk::simulation {
namespace {

constexpr Duration kMarkDelay = base::milliseconds(160);    // of the segmenter
constexpr Duration kHealthyVoice = base::seconds(1);        // to the first sound, no fault
constexpr Duration kStopTalking = base::milliseconds(300);  // after the caller began to speak
constexpr Duration kFlushTime = base::milliseconds(40);
constexpr Duration kWorthRecording = base::milliseconds(300);
constexpr Duration kFaultMemory = base::seconds(15);
constexpr Duration kAfterLimit = base::seconds(90);  // grace, goodbye, and every deadline on the way
constexpr const char* kKeys = "0123456789*#";
constexpr double kGuessedPace = 15;  // characters a second, where the length is not known

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::vector<std::string> pieces_of(const std::string& text) {
  conversation::ClauseSplitter splitter;
  auto pieces = splitter.feed(text);
  for (auto& piece : splitter.finish()) pieces.push_back(std::move(piece));
  return pieces;
}

/// The simulated model writes word17 in its answer to request 17.
std::set<base::RequestId> chats_behind(const std::string& text) {
  std::set<base::RequestId> chats;
  for (auto at = text.find("word"); at != std::string::npos; at = text.find("word", at + 1))
    chats.insert(std::strtoull(text.c_str() + at + 4, nullptr, 10));
  return chats;
}

std::string number(base::RequestId id) {
  return "#" + std::to_string(id - 1);
}

std::string seconds_text(Duration duration) {
  return std::to_string(base::to_ms(duration)) + " ms";
}

}  // namespace

Checks::Checks(Stage& stage) : stage_(stage) {
  for (const auto& text : {stage.settings.goodbye_limit, stage.settings.goodbye_trouble})
    for (auto& piece : pieces_of(text)) last_words_.insert(std::move(piece));
}

// --- the ear

void Checks::sound_starts(call::PieceId piece) {
  check_silence();
  const auto& seen = pieces_[piece];
  if (sounding_ != 0) stage_.violate("one piece at a time", number(piece) + " over " + number(sounding_));
  if (piece <= last_started_) stage_.violate("pieces in order", number(piece) + " after " + number(last_started_));
  if (!seen.played) stage_.violate("nothing sounds before Play", number(piece));
  if (seen.cancelled) stage_.violate("nothing of a cancelled piece is heard", number(piece));
  if (seen.flushes != flushes_) stage_.violate("nothing of a flushed piece is heard", number(piece));
  if (seen.of_cancelled_chat) stage_.violate("nothing of a cancelled answer is heard", number(piece));
  if (caller_sounds_ && last_sound_end_ != stage_.now) overlap_since_ = stage_.now;
  sounding_ = last_started_ = piece;
  owed_ = rest_owed_ = false;
  unrecorded_.push_back({.piece = piece});
}

void Checks::sound_ends(call::PieceId piece, Duration heard, bool cut) {
  check_overlap();
  check_flush();
  flush_due_ = base::kNever;
  auto& entry = unrecorded_.back();
  entry = {piece, heard, cut, true};
  const auto& text = pieces_[piece].text;
  rest_owed_ = cut && caller_sounds_ && base::to_seconds(heard) * kGuessedPace < 0.7 * static_cast<double>(text.size());
  sounding_ = 0;
  last_sound_end_ = stage_.now;
  quiet_from_now();
}

void Checks::check_overlap() {
  if (sounding_ == 0 || !caller_sounds_) return;
  const bool endless = stage_.now - caller_since_ > stage_.settings.longest_utterance;  // music: no use in waiting
  if (endless || last_words_.contains(pieces_[sounding_].text)) return;
  const auto overlap = stage_.now - overlap_since_;
  if (overlap > kStopTalking) stage_.violate("silent 300 ms after the caller speaks", seconds_text(overlap));
}

void Checks::check_flush() {
  if (stage_.now > flush_due_) stage_.violate("a flush silences the ear", number(sounding_));
}

// --- the caller

void Checks::established() {
  established_ = true;
  owed_ = true;
  quiet_from_now();
}

void Checks::caller_sound_starts() {
  check_silence();
  caller_sounds_ = true;
  caller_since_ = stage_.now;
  if (sounding_ != 0) overlap_since_ = stage_.now;
}

void Checks::caller_sound_ends(bool with_words) {
  check_overlap();
  caller_sounds_ = false;
  owed_ = owed_ || with_words;
  quiet_from_now();
}

void Checks::key_pressed() {
  check_silence();
  ++keys_pending_;
  owed_ = true;
  quiet_from_now();
}

void Checks::words_were_lost() {
  owed_ = rest_owed_ = false;
}

/// What broken voices may add to a silence.
Duration Checks::allowance() const {
  const auto& s = stage_.settings;
  const auto recent = std::count_if(voice_faults_.begin(), voice_faults_.end(),
                                    [&](Instant at) { return at + kFaultMemory > quiet_since_; });
  return (s.synthesis_deadline + s.playout_start_deadline) * recent;
}

/// The two bounds on silence: while an answer is owed, and whatever happens.
void Checks::check_silence() {
  if (!established_ || stage_.over || sounding_ != 0 || caller_sounds_) return;
  const auto& s = stage_.settings;
  const auto silence = stage_.now - quiet_since_;
  const auto listening = kMarkDelay + s.transcript_deadline + s.end_of_turn.digits;
  const auto owed =
      listening + (owed_ || keys_pending_ > 0 ? s.answer_deadline : Duration{0}) + kHealthyVoice + allowance();
  const auto any = listening + std::max(s.idle_prompt, s.answer_deadline) + kHealthyVoice + allowance();
  if ((owed_ || rest_owed_) && silence > owed)
    stage_.violate("an answer within " + seconds_text(owed), seconds_text(silence));
  if (silence > any) stage_.violate("no silence beyond " + seconds_text(any), seconds_text(silence));
}

// --- the port

void Checks::command(const call::Command& command) {
  if (ends_ > 0 && !std::holds_alternative<call::EndCall>(command))
    stage_.violate("nothing after the end", "a command of kind " + std::to_string(command.index()));
  std::visit([this](const auto& c) { on(c); }, command);
}

void Checks::synthesis_answered(call::PieceId piece, Duration length) {
  pieces_[piece].answered = true;
  pieces_[piece].length = length;
}

void Checks::on(const call::EndCall& command) {
  if (++ends_ > 1) stage_.violate("exactly one end", command.reason);
  if (command.end_class == call::EndClass::failed && established_ && other_faults_ == 0 && voice_faults_.empty())
    stage_.violate("no failure without a fault", command.reason);
}

void Checks::on(const call::BeginUtterance&) {
  if (utterance_open_) stage_.violate("one utterance at a time", "opened twice");
  utterance_open_ = true;
}

void Checks::on(const call::Transcribe& command) {
  if (!utterance_open_) stage_.violate("transcription of an open utterance", number(command.request));
}

void Checks::on(const call::EndUtterance&) {
  if (!utterance_open_) stage_.violate("one utterance at a time", "closed twice");
  utterance_open_ = false;
}

void Checks::on(const call::StartChat& command) {
  if (!open_chats_.empty()) stage_.violate("one answer at a time", number(command.request.id));
  open_chats_.insert(command.request.id);
  check_messages(command.request.messages);
}

void Checks::on(const call::CancelChat& command) {
  if (open_chats_.erase(command.request) == 0) stage_.violate("cancels what runs", number(command.request));
  cancelled_chats_.insert(command.request);
}

/// What every provider insists on, and our own bound.
void Checks::check_messages(const std::vector<llm::ChatMessage>& messages) {
  using llm::Role;
  if (messages.size() > conversation::kHistoryMessages + 1)
    stage_.violate("a bounded history", std::to_string(messages.size()));
  std::set<std::string> unanswered;
  for (const auto& message : messages) {
    if (message.role == Role::tool) {
      if (unanswered.erase(message.tool_call_id) == 0)
        stage_.violate("results follow their call", message.tool_call_id);
      continue;
    }
    if (!unanswered.empty()) stage_.violate("every tool call has a result", *unanswered.begin());
    if (message.text.empty() && message.tool_calls.empty()) stage_.violate("no empty message", "to the model");
    for (const auto& call : message.tool_calls) unanswered.insert(call.id);
  }
  if (!unanswered.empty()) stage_.violate("every tool call has a result", *unanswered.begin());
  if (messages.empty() || messages.back().role == Role::assistant) stage_.violate("the model is asked something", "");
}

void Checks::on(const call::Synthesise& command) {
  if (command.text.empty() || command.text.size() > conversation::kLongestPiece + 1)
    stage_.violate("pieces of speakable length", number(command.piece));
  if (command.text.find("Stray") != std::string::npos)
    stage_.violate("nothing after an answer's end is said", number(command.piece));
  auto [piece, is_new] = pieces_.emplace(command.piece, PieceSeen{.text = command.text});
  if (!is_new) stage_.violate("ids are used once", number(command.piece));
  // An answer that was cut off may be taken up again, word for word.
  const bool repeats = all_text_.find(command.text) != std::string::npos;
  for (const auto chat : chats_behind(command.text))
    if (cancelled_chats_.contains(chat) && !repeats) piece->second.of_cancelled_chat = true;
  all_text_ += command.text + ' ';
}

void Checks::on(const call::Play& command) {
  auto& piece = pieces_[command.piece];
  if (piece.played || piece.cancelled || piece.text.empty())
    stage_.violate("plays what is there, once", number(command.piece));
  piece.played = true;
  piece.flushes = flushes_;
}

void Checks::on(const call::CancelSynthesis& command) {
  auto& piece = pieces_[command.piece];
  if (piece.cancelled || piece.text.empty()) stage_.violate("cancels what is there, once", number(command.piece));
  piece.cancelled = true;
}

void Checks::on(const call::FlushPlayout&) {
  ++flushes_;
  if (sounding_ != 0) flush_due_ = std::min(flush_due_, stage_.now + kFlushTime);
}

void Checks::on(const call::RecordTurn& turn) {
  if (turn.index != turns_++) stage_.violate("turns are numbered without gaps", std::to_string(turn.index));
  if (turn.text.expose().empty()) stage_.violate("turns have a text", std::to_string(turn.index));
  if (turn.ended < turn.started) stage_.violate("turns end after they began", std::to_string(turn.index));
  if (turn.speaker == call::Speaker::receptionist)
    check_heard(turn);
  else
    check_said(turn);
}

/// With a perfect recogniser the record of a decided turn is all that was said in it.
void Checks::check_said(const call::RecordTurn& turn) {
  const auto& text = turn.text.expose();
  std::string spoken;
  for (const auto& word : words_of(text)) {
    if (word.find_first_not_of(kKeys) == std::string::npos)
      keys_pending_ -= std::min(word.size(), keys_pending_);
    else
      spoken += (spoken.empty() ? "" : " ") + word;
  }
  if (!turn.times.endpoint || !stage_.faults.perfect_stt()) return;
  const auto said = caller_words(turn.started, turn.ended);
  if (said != spoken) stage_.violate("recorded as said", text + " / " + said);
}

std::size_t Checks::words_heard(const Heard& heard) const {
  const auto& piece = pieces_.at(heard.piece);
  const auto all = words_of(piece.text).size();
  if (!heard.cut) return all;
  const auto seconds = base::to_seconds(heard.over ? heard.heard : Duration{0});
  const auto pace = piece.length > Duration{0} ? static_cast<double>(piece.text.size()) / base::to_seconds(piece.length)
                                               : kGuessedPace;
  const auto characters = static_cast<std::size_t>(pace * seconds);
  return characters >= piece.text.size() ? all : words_of(piece.text.substr(0, characters)).size();
}

/// The record's heard text against the pieces that sounded, in order, since the last record.
void Checks::check_heard(const call::RecordTurn& turn) {
  std::vector<std::string> sounded;
  std::size_t expected = 0;
  for (std::size_t at = 0; !unrecorded_.empty() && unrecorded_.front().over; unrecorded_.pop_front()) {
    const auto& text = pieces_.at(unrecorded_.front().piece).text;
    const auto found = turn.text.expose().find(text, at);
    if (found == std::string::npos) break;
    at = found + text.size();
    expected = sounded.size() + words_heard(unrecorded_.front());
    for (auto& word : words_of(text)) sounded.push_back(std::move(word));
  }
  const auto recorded = words_of(turn.heard.expose());
  const bool prefix =
      recorded.size() <= sounded.size() && std::equal(recorded.begin(), recorded.end(), sounded.begin());
  const auto off = recorded.size() > expected ? recorded.size() - expected : expected - recorded.size();
  if (!prefix || off > 1)
    stage_.violate("recorded as heard", "turn " + std::to_string(turn.index) + " records " +
                                            std::to_string(recorded.size()) + " words, the ear heard " +
                                            std::to_string(expected));
}

void Checks::passed(Instant next_wakeup) {
  check_silence();
  check_flush();
  if (!stage_.over && established_ && next_wakeup == base::kNever) stage_.violate("a deadline in every state", "");
  if (!stage_.over && stage_.now > Instant{stage_.settings.soft_limit + kAfterLimit})
    stage_.violate("every call ends", seconds_text(stage_.now.since_start));
}

void Checks::finished() {
  if (ends_ != 1) stage_.violate("exactly one end", std::to_string(ends_));
  if (!open_chats_.empty()) stage_.violate("every chat is answered or cancelled", number(*open_chats_.begin()));
  if (utterance_open_) stage_.violate("one utterance at a time", "left open");
  for (const auto& [id, piece] : pieces_)
    if (!piece.answered && !piece.cancelled) stage_.violate("every synthesis is answered or cancelled", number(id));
  for (const auto& heard : unrecorded_)
    if (heard.heard > kWorthRecording) stage_.violate("what was heard is recorded", number(heard.piece));
}

}  // namespace frontdesk::simulation
