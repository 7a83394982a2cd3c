// The speaking half of the conversation: synthesis, playout, what was heard, the record.
#include <algorithm>

#include "conversation/conversation.hpp"

namespace frontdesk::conversation {
namespace {

constexpr std::size_t kMaxPieces = 40;
constexpr std::size_t kLongestAnswer = 700;    // bytes: about 50 s, less than playout holds
constexpr std::size_t kSpeculativePieces = 1;  // synthesised before the turn is decided
constexpr base::Duration kFlushFade = base::milliseconds(10);
constexpr base::Duration kLongestFiller = base::seconds(3);

}  // namespace

Reply Conversation::own_words(const std::string& text) {
  Reply reply;
  reply.text_complete = true;
  auto pieces = reply.splitter.feed(text);
  for (auto& piece : reply.splitter.finish()) pieces.push_back(std::move(piece));
  for (auto& piece : pieces) reply.pieces.push_back({.id = mint(), .text = std::move(piece)});
  return reply;
}

void Conversation::say(const std::string& text) {
  drop(reply_);
  if (text.empty()) return enter(State::listening);
  reply_ = own_words(text);
  release_reply();
}

void Conversation::say_last(const std::string& text, call::EndClass end_class, std::string reason) {
  stop_speaking();
  keep_words();
  close_turn();
  say(text);
  if (!reply_) return end(end_class, std::move(reason));
  reply_->ending = Ending{end_class, std::move(reason)};
}

/// Words after which the call ends even if the caller speaks: there is nothing we could do for them.
bool Conversation::saying_last_words() const {
  if (!reply_ || !reply_->ending) return false;
  const auto end_class = reply_->ending->end_class;
  return end_class == call::EndClass::time_limit || end_class == call::EndClass::failed;
}

// --- synthesis

void Conversation::add_piece(Reply& reply, std::string text) {
  if (reply.pieces.size() >= kMaxPieces || reply.full_text().size() + text.size() > kLongestAnswer) {
    if (!reply.cut_short) trace("limit", "the answer was cut: nobody listens for longer than a minute");
    reply.cut_short = true;
    return;
  }
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
    }
  }
  play_ready(reply);
  expect_first_sound(reply);
}

/// In their order, and only what has sound: what is late must not keep a filler waiting.
void Conversation::play_ready(Reply& reply) {
  if (!reply.released) return;
  for (auto& piece : reply.pieces) {
    if (piece.play_sent || piece.state == Piece::State::failed) continue;
    if (piece.state != Piece::State::ready) return;
    piece.play_sent = true;
    if (is_current(reply)) clear(kFiller);  // the answer itself is on its way
    emit(call::Play{piece.id});
  }
}

/// The deadline of what stands between the reply and its first sound.
void Conversation::expect_first_sound(const Reply& reply) {
  const auto* piece = !is_current(reply) || reply.audible ? nullptr : reply.current();
  if (piece == nullptr) return;
  if (piece->state == Piece::State::ready) {
    clear(kSynthesis);
    const auto first = filler_ ? kLongestFiller : base::Duration{0};
    if (reply.released) set(kPlayout, now_ + settings_.playout_start_deadline + first);
  } else if (timers_[kSynthesis] == base::kNever) {
    set(kSynthesis, now_ + settings_.synthesis_deadline);
  }
}

void Conversation::release_reply() {
  if (!reply_) return;
  reply_->released = true;
  enter(State::thinking);
  request_pieces(*reply_);
  if (!reply_->text_complete || !reply_->pieces.empty()) return;
  run_tools(*reply_);
  finish_reply();
}

/// Cancels everything that still runs for the reply. Nothing of it will be heard any more.
void Conversation::drop(std::optional<Reply>& reply) {
  if (!reply) return;
  stop_pieces(*reply);
  reply.reset();
  if (&reply == &reply_) clear_reply_timers();
}

/// Stops a reply in the caller's ear. How much was heard is told by PlayoutCut, a moment later.
void Conversation::cut(std::optional<Reply>& reply) {
  if (!reply) return;
  if (!reply->audible) return drop(reply);
  settle_cut_reply();
  cut_reply_ = std::move(reply);
  reply.reset();
  stop_pieces(*cut_reply_);
  if (&reply == &reply_) clear_reply_timers();
  if (cut_reply_->all_pieces_settled()) settle_cut_reply();
}

void Conversation::stop_speaking() {
  cut(filler_);
  cut(held_);
  cut(reply_);
}

/// Stops the model, the synthesis and the playout of a reply. A piece in the caller's ear keeps its
/// state until PlayoutCut comes; until then the clock says how much of it was heard.
void Conversation::stop_pieces(Reply& reply) {
  using enum Piece::State;
  const bool played =
      std::any_of(reply.pieces.begin(), reply.pieces.end(), [](const Piece& piece) { return piece.play_sent; });
  if (played || reply.held) emit(call::FlushPlayout{kFlushFade});  // a hold ends here, too
  if (reply.chat != 0 && !reply.text_complete) emit(call::CancelChat{reply.chat});
  for (auto& piece : reply.pieces) {
    const bool unfinished = piece.state == playing && piece.length == base::Duration{0};
    if (piece.state == requested || piece.state == ready || unfinished) emit(call::CancelSynthesis{piece.id});
    if (piece.state == playing && !reply.held)
      piece.heard = now_ - piece.started;
    else if (piece.state != heard && piece.state != failed)
      piece.state = cut;
  }
}

void Conversation::clear_reply_timers() {
  for (const auto timer : {kModel, kAnswer, kFiller, kSynthesis, kPlayout}) clear(timer);
}

void Conversation::on(const call::PieceReady& event) {
  auto* reply = reply_of_piece(event.piece);
  if (reply == nullptr) return;
  auto* piece = reply->find(event.piece);
  if (piece->state != Piece::State::requested) return;
  piece->state = Piece::State::ready;
  if (!reply->times.synthesis) reply->times.synthesis = now_ - reply->asked_synthesis;
  play_ready(*reply);
  if (!is_current(*reply)) return;
  const bool on_its_way = reply->current() != nullptr && reply->current()->play_sent;
  const bool overtaken =
      on_its_way && filler_ && !filler_->audible && filler_->pieces.front().state == Piece::State::requested;
  if (overtaken) {
    emit(call::CancelSynthesis{filler_->pieces.front().id});
    filler_.reset();
    --fillers_since_answer_;
  }
  expect_first_sound(*reply);
}

void Conversation::on(const call::PieceSynthesised& event) {
  if (auto* reply = reply_of_piece(event.piece)) {
    auto* synthesised = reply->find(event.piece);
    synthesised->length = event.length;
    if (synthesised->state == Piece::State::requested) return could_not_speak(*reply, *synthesised, "it had no sound");
  }
  if (auto* piece = cut_reply_ ? cut_reply_->find(event.piece) : nullptr) piece->length = event.length;
  tell_transfer(event);
}

void Conversation::on(const call::SynthesisFailed& event) {
  tell_transfer(event);
  auto* reply = reply_of_piece(event.piece);
  if (reply == nullptr) return;
  auto* piece = reply->find(event.piece);
  // Once there is sound, a failure only shortens the piece: its playout tells the rest.
  if (piece->state == Piece::State::requested) could_not_speak(*reply, *piece, event.error.message);
}

void Conversation::could_not_speak(Reply& reply, Piece& piece, const std::string& why) {
  if (is_guess(reply)) {  // tried again, under another id, when the turn is decided
    piece = Piece{.id = mint(), .text = std::move(piece.text)};
  } else if (reply.aside) {
    after_filler();
  } else if (is_current(reply)) {
    piece_failed(piece, why);
  } else {
    piece.state = Piece::State::failed;
    play_ready(reply);
  }
}

void Conversation::piece_failed(Piece& piece, const std::string& why) {
  piece.state = Piece::State::failed;
  if (reply_->nothing_to_play()) return reply_failed("synthesis", why);
  trace("fallback", "a sentence could not be spoken: " + why);
  if (reply_->complete()) return finish_reply();
  play_ready(*reply_);
  expect_first_sound(*reply_);
}

// --- playout

void Conversation::on(const call::PlayoutStarted& event) {
  auto* reply = reply_of_piece(event.piece);
  auto* piece = reply != nullptr ? reply->find(event.piece) : nullptr;
  if (piece == nullptr || !piece->play_sent) return;
  if (piece->state != Piece::State::requested && piece->state != Piece::State::ready) return;
  piece->state = Piece::State::playing;
  piece->started = now_;
  if (is_current(*reply)) {
    clear(kSynthesis);
    set(kPlayout, now_ + settings_.playout_deadline);
  }
  if (!reply->audible) first_sound(*reply);
}

void Conversation::first_sound(Reply& reply) {
  reply.audible = true;
  reply.started = now_;
  settle_cut_reply();
  if (!reply.aside) {
    fillers_since_answer_ = 0;
    if (reply.chat != 0) failures_in_a_row_ = 0;
    if (caller_ended_) reply.times.reply = now_ - *caller_ended_;
    caller_ended_.reset();
    mind_recording(reply);
  }
  record_caller();
  if (!is_current(reply)) return;
  clear(kAnswer);
  clear(kFiller);
  enter(State::speaking);
  if (reply.text_complete) run_tools(reply);
}

void Conversation::on(const call::PlayoutFinished& event) {
  auto* cut = cut_reply_ ? cut_reply_->find(event.piece) : nullptr;
  if (cut != nullptr && cut->state == Piece::State::playing) {
    cut->state = Piece::State::heard;
    consent_.heard(event.piece, *commands_);
    if (cut_reply_->all_pieces_settled()) settle_cut_reply();
  }
  auto* reply = reply_of_piece(event.piece);
  if (reply == nullptr || is_guess(*reply)) return;
  auto& piece = *reply->find(event.piece);
  const bool without_sound = piece.state == Piece::State::requested || piece.state == Piece::State::ready;
  if (!without_sound && piece.state != Piece::State::playing) return;
  piece.state = without_sound ? Piece::State::failed : Piece::State::heard;
  if (!without_sound) consent_.heard(event.piece, *commands_);
  if (reply->aside) {
    if (reply->all_pieces_settled()) after_filler();
    return;
  }
  if (!is_current(*reply)) return;
  if (without_sound) return piece_failed(piece, "it had no sound");
  set(kPlayout, now_ + settings_.next_piece_deadline);
  if (reply->complete()) finish_reply();
}

void Conversation::on(const call::PlayoutCut& event) {
  auto* piece = cut_reply_ ? cut_reply_->find(event.piece) : nullptr;
  if (piece == nullptr || piece->state != Piece::State::playing) return;
  piece->state = Piece::State::cut;
  piece->heard = event.heard;
  if (cut_reply_->all_pieces_settled()) settle_cut_reply();
}

void Conversation::finish_reply() {
  if (reply_->pieces.empty()) return await_tools();
  const Reply reply = std::move(*reply_);
  reply_.reset();
  clear_reply_timers();
  record_receptionist(reply, false);
  if (reply.put_through) return begin_transfer(*reply.put_through);
  if (reply.ending) return end(reply.ending->end_class, reply.ending->reason);
  if (on_our_own() && reply.broken.empty() && tell_of_recording(reply)) return;
  enter(State::listening);
  if (!reply.broken.empty()) apologise("model", reply.broken, settings_.apology);
}

void Conversation::settle_cut_reply() {
  if (!cut_reply_) return;
  const Reply reply = std::move(*cut_reply_);
  cut_reply_.reset();
  record_receptionist(reply, true);
}

// --- the record

void Conversation::record_receptionist(const Reply& reply, bool interrupted) {
  if (!reply.audible) return;
  const auto heard = reply.heard_text();
  if (!reply.aside) {
    history_.receptionist_said(heard, reply.outcome, reply.got_across() || reply.tools_run);
    for (const auto& [id, result] : reply.tool_results) history_.tool_answered(id, result);
    if (reply.put_through && interrupted)
      history_.tool_answered(reply.put_through->tool_call_id, "error: not put through, because the caller spoke");
    mind_payment(heard);
    expected_ = reply.got_across() ? expected_after(reply.full_text()) : Expected::anything;
  }
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
