// Checks at the port: what the machine asks for, and that nothing is left over.
#include <algorithm>

#include "simulation/checks.hpp"
#include "simulation/texts.hpp"

namespace frontdesk::simulation {
namespace {

constexpr Duration kWorthRecording = base::milliseconds(300);

}  // namespace

void Checks::command(const call::Command& command) {
  if (ends_ > 0 && !std::holds_alternative<call::EndCall>(command))
    stage_.violate("nothing after the end", "a command of kind " + std::to_string(command.index()));
  std::visit([this](const auto& c) { on(c); }, command);
}

void Checks::on(const call::Answer&) {
  if (++answers_ > 1) stage_.violate("one answer to an INVITE", std::to_string(answers_));
}

void Checks::on(const call::BeginUtterance&) {
  if (utterance_open_) stage_.violate("one utterance at a time", "opened twice");
  utterance_open_ = true;
}

void Checks::on(const call::Transcribe& command) {
  if (!utterance_open_) stage_.violate("transcription of an open utterance", id_text(command.request));
}

void Checks::on(const call::EndUtterance&) {
  if (!utterance_open_) stage_.violate("one utterance at a time", "closed twice");
  utterance_open_ = false;
}

void Checks::on(const call::PredictTurnEnd& command) {
  ++stage_.figures.predictions;
  if (command.until <= command.from) stage_.violate("a prediction of some speech", id_text(command.request));
  if (command.request <= last_prediction_) stage_.violate("ids are used once", id_text(command.request));
  last_prediction_ = command.request;
}

void Checks::on(const call::StartChat& command) {
  if (!command.request.speculative) caller_acted_ = true;  // keys kept from before the answer, perhaps
  if (!open_chats_.empty()) ++stage_.figures.candidates;
  open_chats_.insert(command.request.id);
  if (open_chats_.size() > kMaxCandidates)
    stage_.violate("three answers in the making at most", id_text(command.request.id));
  check_request(command.request);
}

void Checks::on(const call::CancelChat& command) {
  if (open_chats_.erase(command.request) == 0) stage_.violate("cancels what runs", id_text(command.request));
  cancelled_chats_.insert(command.request);
}

void Checks::check_request(const llm::ChatRequest& request) {
  if (asked_.contains(request.id)) stage_.violate("ids are used once", id_text(request.id));
  auto& asked = asked_[request.id];
  for (const auto& message : request.messages)
    if (message.role == llm::Role::user)
      for (auto& word : plain_words(message.text)) asked.push_back(std::move(word));
  check_messages(request.messages);
  if (request.max_tokens < 1 || request.max_tokens > 1000)
    stage_.violate("a bounded answer is asked for", std::to_string(request.max_tokens));
}

/// What every provider insists on, and our own bound.
void Checks::check_messages(const std::vector<llm::ChatMessage>& messages) {
  using llm::Role;
  if (messages.size() > conversation::kHistoryMessages + 2)
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

// --- the voice

void Checks::on(const call::Synthesise& command) {
  const auto& text = command.text;
  if (text.empty() || text.size() > conversation::kLongestPiece + 1)
    stage_.violate("pieces of speakable length", id_text(command.piece));
  if (!is_speakable(text)) stage_.violate("pieces that can be spoken", id_text(command.piece));
  if (text.find("Stray") != std::string::npos)
    stage_.violate("nothing after an answer's end is said", id_text(command.piece));
  auto [piece, is_new] = pieces_.emplace(command.piece, PieceSeen{.text = text});
  if (!is_new) stage_.violate("ids are used once", id_text(command.piece));
  piece->second.chats = requests_behind(text);
  const auto holding = holding_words_.find(text);
  if (holding != holding_words_.end()) piece->second.holding = holding->second;
  if (++in_the_making_ > kMaxPiecesInTheMaking)
    stage_.violate("a bounded number of pieces in the making", std::to_string(in_the_making_));
}

bool Checks::is_filler(call::PieceId piece) const {
  const auto it = pieces_.find(piece);
  return it != pieces_.end() && it->second.holding == Holding::filler;
}

void Checks::synthesis_answered(call::PieceId piece, Duration length) {
  auto& seen = pieces_[piece];
  if (!seen.answered && !seen.cancelled) --in_the_making_;
  seen.answered = true;
  seen.length = length;
}

void Checks::synthesis_failed(call::PieceId piece, bool some_sound) {
  synthesis_answered(piece, Duration{0});
  pieces_[piece].silent = !some_sound;
}

void Checks::on(const call::Play& command) {
  auto& piece = pieces_[command.piece];
  if (piece.played || piece.cancelled || piece.text.empty())
    stage_.violate("plays what is there, once", id_text(command.piece));
  piece.played = true;
  piece.flushes = flushes_;
  piece.turn = ++plays_;
  piece.played_at = stage_.now;
  for (const auto chat : piece.chats)
    if (!cancelled_chats_.contains(chat)) floor_.insert(chat);
}

void Checks::on(const call::CancelSynthesis& command) {
  auto& piece = pieces_[command.piece];
  if (piece.cancelled || piece.text.empty()) stage_.violate("cancels what is there, once", id_text(command.piece));
  if (!piece.answered && !piece.cancelled) --in_the_making_;
  piece.cancelled = true;
}

void Checks::finished() {
  if (ends_ != 1) stage_.violate("exactly one end", std::to_string(ends_));
  if (!open_chats_.empty()) stage_.violate("every chat is answered or cancelled", id_text(*open_chats_.begin()));
  if (utterance_open_) stage_.violate("one utterance at a time", "left open");
  for (const auto& [id, piece] : pieces_)
    if (!piece.answered && !piece.cancelled) stage_.violate("every synthesis is answered or cancelled", id_text(id));
  for (const auto& heard : unrecorded_)
    if (heard.net > kWorthRecording) stage_.violate("what was heard is recorded", id_text(heard.piece));
}

}  // namespace frontdesk::simulation
