// The speaking half of the conversation: asking the model, synthesis, playout, what was heard.
#include <algorithm>

#include "conversation/conversation.hpp"

namespace frontdesk::conversation {
namespace {

constexpr int kMaxFailuresInARow = 3;
constexpr int kMaxToolRounds = 4;
constexpr std::size_t kMaxPieces = 40;
constexpr std::size_t kSpeculativePieces = 1;  // synthesised before the turn is decided

}  // namespace

// --- thinking

void Conversation::prepare_reply(const std::string& caller_text) {
  drop_reply();
  reply_.emplace();
  ask_model(*reply_, caller_text);
}

void Conversation::ask_model(Reply& reply, const std::string& caller_text) {
  reply.chat = mint();
  reply.asked_model = now_;
  llm::ChatRequest request;
  request.id = reply.chat;
  request.system_prompt = settings_.system_prompt;
  request.messages = history_.messages();
  // Until the turn is decided the caller's words are not history.
  if (!caller_text.empty() || request.messages.empty() || request.messages.back().role == llm::Role::assistant)
    request.messages.push_back({.role = llm::Role::user, .text = caller_text});
  request.tools = settings_.tools;
  request.wall_now.unix_ms = settings_.wall_at_start.unix_ms + base::to_ms(now_ - started_);
  request.caller_number = settings_.caller_number.expose();
  request.speculative = !reply.released;
  set(kModel, now_ + settings_.model_deadline);
  emit(call::StartChat{std::move(request)});
}

void Conversation::on(const call::ChatText& event) {
  if (!reply_ || event.request == 0 || event.request != reply_->chat) return;
  if (!reply_->times.model) reply_->times.model = now_ - reply_->asked_model;
  for (auto& text : reply_->splitter.feed(event.delta)) add_piece(*reply_, std::move(text));
  // Until there is a clause to speak, silence is still the model's fault.
  if (reply_->pieces.empty())
    set(kModel, now_ + settings_.model_deadline);
  else
    clear(kModel);
}

void Conversation::on(const call::ChatFinished& event) {
  if (!reply_ || event.request == 0 || event.request != reply_->chat || reply_->text_complete) return;
  clear(kModel);
  reply_->outcome = event.outcome;
  reply_->text_complete = true;
  for (auto& text : reply_->splitter.finish()) add_piece(*reply_, std::move(text));
  if (reply_->pieces.empty() && reply_->outcome.tool_calls.empty()) return reply_failed("model", "an empty answer");
  if (!reply_->released) return;
  if (reply_->audible || reply_->pieces.empty()) run_tools(*reply_);
  if (reply_->complete()) finish_reply();
}

void Conversation::on(const call::ChatFailed& event) {
  if (!reply_ || event.request == 0 || event.request != reply_->chat) return;
  reply_failed("model", event.error.message);
}

/// Tools run once the caller hears the answer (or, without words, once the turn is decided): a
/// discarded guess must leave no message behind.
void Conversation::run_tools(Reply& reply) {
  if (reply.tools_run) return;
  reply.tools_run = true;
  for (const auto& tool : reply.outcome.tool_calls) {
    if (tool.name == "end_call") {
      reply.has_end = true;
      reply.end_class = call::EndClass::completed;
      reply.end_reason = "the caller said goodbye";
    } else {
      trace("tool", tool.name);
      ++reply.tools_pending;
      emit(call::RunTool{tool});
    }
  }
}

/// A model that answered with nothing but tool calls is asked again with their results.
void Conversation::on(const call::ToolFinished& event) {
  const auto owns = [&](const std::optional<Reply>& reply) {
    return reply && std::any_of(reply->outcome.tool_calls.begin(), reply->outcome.tool_calls.end(),
                                [&](const llm::ToolCall& tool) { return tool.id == event.tool_call_id; });
  };
  if (owns(cut_reply_)) {
    cut_reply_->tool_results.emplace_back(event.tool_call_id, event.result);
    return;
  }
  if (!owns(reply_)) return history_.tool_answered(event.tool_call_id, event.result);
  reply_->tool_results.emplace_back(event.tool_call_id, event.result);
  if (--reply_->tools_pending > 0 || !reply_->text_complete || !reply_->pieces.empty()) return;
  if (++tool_rounds_ > kMaxToolRounds) return reply_failed("model", "it kept calling tools");
  history_.receptionist_said("", reply_->outcome, true);
  for (auto& [id, result] : reply_->tool_results) history_.tool_answered(id, result);
  reply_.emplace();
  reply_->released = true;
  ask_model(*reply_, "");
}

/// Something on the way to the reply broke. Say so, and give up when it keeps breaking.
void Conversation::reply_failed(const char* stage, const std::string& why) {
  trace("fallback", std::string(stage) + ": " + why);
  const bool was_released = reply_ && reply_->released;
  const bool was_audible = reply_ && reply_->audible;
  if (was_audible) record_receptionist(*reply_, true);
  if (was_audible) emit(call::FlushPlayout{});
  drop_reply();
  if (!was_released) return;  // still the caller's turn: asked again when it is decided
  if (++failures_in_a_row_ > kMaxFailuresInARow) return end(call::EndClass::failed, std::string(stage) + ": " + why);
  if (failures_in_a_row_ == kMaxFailuresInARow)
    return say_last(settings_.goodbye_trouble, call::EndClass::failed, std::string(stage) + ": " + why);
  say(settings_.apology);
}

// --- speaking

void Conversation::say(std::string text) {
  drop_reply();
  reply_.emplace();
  reply_->text_complete = true;
  for (auto& piece : reply_->splitter.feed(text)) add_piece(*reply_, std::move(piece));
  for (auto& piece : reply_->splitter.finish()) add_piece(*reply_, std::move(piece));
  release_reply();
}

void Conversation::say_last(std::string text, call::EndClass end_class, std::string reason) {
  interrupt("our last words");
  close_turn();
  say(std::move(text));
  reply_->has_end = true;
  reply_->end_class = end_class;
  reply_->end_reason = std::move(reason);
}

void Conversation::add_piece(Reply& reply, std::string text) {
  if (reply.pieces.size() >= kMaxPieces) return trace("limit", "the answer was cut: too many sentences");
  reply.pieces.push_back({.id = mint(), .text = std::move(text)});
  request_pieces(reply);
}

void Conversation::request_pieces(Reply& reply) {
  const auto allowed = reply.released ? kMaxPieces : kSpeculativePieces;
  for (std::size_t i = 0; i < reply.pieces.size() && i < allowed; ++i) {
    auto& piece = reply.pieces[i];
    if (piece.state == Piece::State::waiting) {
      if (i == 0) reply.asked_synthesis = now_;
      piece.state = Piece::State::requested;
      emit(call::Synthesise{piece.id, piece.text});
      if (!reply.audible) set(kSynthesis, now_ + settings_.synthesis_deadline);
    }
    if (reply.released && !piece.play_sent && piece.state != Piece::State::failed) {
      piece.play_sent = true;
      emit(call::Play{piece.id});
    }
  }
}

void Conversation::release_reply() {
  if (!reply_) return;
  reply_->released = true;
  enter(State::thinking);
  request_pieces(*reply_);
  if (!reply_->pieces.empty() && reply_->pieces.front().state == Piece::State::ready)
    set(kPlayout, now_ + settings_.playout_start_deadline);
  if (!reply_->text_complete || !reply_->pieces.empty()) return;
  run_tools(*reply_);
  finish_reply();
}

/// Cancels everything that still runs for the reply. Nothing of it will be heard any more.
void Conversation::drop_reply() {
  if (!reply_) return;
  if (reply_->chat != 0 && !reply_->text_complete) emit(call::CancelChat{reply_->chat});
  for (const auto& piece : reply_->pieces)
    if (piece.state == Piece::State::requested || piece.state == Piece::State::ready)
      emit(call::CancelSynthesis{piece.id});
  // A piece may already wait in the playout queue without having been heard.
  if (reply_->released && !reply_->audible) emit(call::FlushPlayout{});
  reply_.reset();
  clear(kModel);
  clear(kSynthesis);
  clear(kPlayout);
}

void Conversation::on(const call::PieceReady& event) {
  auto* piece = reply_ ? reply_->find(event.piece) : nullptr;
  if (piece == nullptr || piece->state != Piece::State::requested) return;
  piece->state = Piece::State::ready;
  if (!reply_->times.synthesis) reply_->times.synthesis = now_ - reply_->asked_synthesis;
  clear(kSynthesis);
  if (reply_->released && !reply_->audible) set(kPlayout, now_ + settings_.playout_start_deadline);
}

void Conversation::on(const call::PieceSynthesised& event) {
  if (auto* piece = reply_ ? reply_->find(event.piece) : nullptr) piece->length = event.length;
  if (auto* piece = cut_reply_ ? cut_reply_->find(event.piece) : nullptr) piece->length = event.length;
}

void Conversation::on(const call::SynthesisFailed& event) {
  auto* piece = reply_ ? reply_->find(event.piece) : nullptr;
  if (piece == nullptr) return;
  piece->state = Piece::State::failed;
  const bool nothing_left = std::all_of(reply_->pieces.begin(), reply_->pieces.end(),
                                        [](const Piece& p) { return p.state == Piece::State::failed; });
  if (nothing_left) return reply_failed("synthesis", event.error.message);
  trace("fallback", "a sentence could not be spoken: " + event.error.message);
  if (reply_->released && reply_->complete()) finish_reply();
}

void Conversation::on(const call::PlayoutStarted& event) {
  auto* piece = reply_ ? reply_->find(event.piece) : nullptr;
  if (piece == nullptr) return;
  piece->state = Piece::State::playing;
  set(kPlayout, now_ + settings_.playout_deadline);
  if (reply_->audible) return;
  reply_->audible = true;
  reply_->started = now_;
  failures_in_a_row_ = reply_->chat != 0 ? 0 : failures_in_a_row_;
  if (caller_record_) reply_->times.reply = now_ - caller_record_->ended;
  record_caller();
  enter(State::speaking);
  if (reply_->text_complete) run_tools(*reply_);
}

void Conversation::on(const call::PlayoutFinished& event) {
  if (auto* old = cut_reply_ ? cut_reply_->find(event.piece) : nullptr) {
    old->state = Piece::State::heard;
    if (cut_reply_->all_pieces_settled()) settle_cut_reply();
    return;
  }
  auto* piece = reply_ ? reply_->find(event.piece) : nullptr;
  if (piece == nullptr) return;
  piece->state = Piece::State::heard;
  set(kPlayout, now_ + settings_.synthesis_deadline);  // until the next piece is heard
  if (reply_->complete()) finish_reply();
}

void Conversation::on(const call::PlayoutCut& event) {
  auto* piece = cut_reply_ ? cut_reply_->find(event.piece) : nullptr;
  if (piece == nullptr) return;
  piece->state = Piece::State::cut;
  piece->heard = event.heard;
  if (cut_reply_->all_pieces_settled()) settle_cut_reply();
}

/// Nothing but tools was asked for: hang up, or wait for their results and ask again.
void Conversation::await_tools(const Reply& reply) {
  if (reply.has_end) return end(reply.end_class, reply.end_reason);
  set(kModel, now_ + settings_.model_deadline);
}

void Conversation::finish_reply() {
  if (reply_->pieces.empty()) return await_tools(*reply_);
  const Reply reply = std::move(*reply_);
  reply_.reset();
  clear(kModel);
  clear(kSynthesis);
  clear(kPlayout);
  record_receptionist(reply, false);
  if (reply.has_end) return end(reply.end_class, reply.end_reason);
  enter(State::listening);
}

void Conversation::settle_cut_reply() {
  if (!cut_reply_) return;
  record_receptionist(*cut_reply_, true);
  cut_reply_.reset();
}

// --- the record

void Conversation::record_receptionist(const Reply& reply, bool interrupted) {
  if (!reply.audible) return;
  const auto heard = reply.heard_text();
  history_.receptionist_said(heard, reply.outcome, reply.got_across() || reply.tools_run);
  for (const auto& [id, result] : reply.tool_results) history_.tool_answered(id, result);
  call::RecordTurn record;
  record.index = turns_++;
  record.speaker = call::Speaker::receptionist;
  record.text = base::Pii<std::string>(reply.full_text());
  record.heard = base::Pii<std::string>(heard);
  record.interrupted = interrupted;
  record.started = reply.started;
  record.ended = now_;
  record.confidence = reply.outcome.confidence;
  record.sources = reply.outcome.sources;
  record.times = reply.times;
  emit(std::move(record));
}

void Conversation::record_caller() {
  if (!caller_record_) return;
  caller_record_->index = turns_++;
  emit(std::move(*caller_record_));
  caller_record_.reset();
}

}  // namespace frontdesk::conversation
