#include "fallback/attempts.hpp"

#include <algorithm>

namespace frontdesk::fallback {
namespace {

/// No use in trying again soon: a wrong key, an account that was closed.
bool hopeless(Failure failure, const base::Error& error) {
  return failure == Failure::refused &&
         (error.code == base::ErrorCode::unauthenticated || error.code == base::ErrorCode::permission_denied);
}

}  // namespace

Verdict Attempts::start(Board& board, base::Instant now) {
  last_error_ = {base::ErrorCode::unavailable, "fallback", "every provider has failed lately and is left alone for now",
                 base::Retry::later, 0};
  return ask_from(board, 0, now);
}

Verdict Attempts::ask_from(Board& board, std::size_t from, base::Instant now) {
  turn_ = board.next(from, now);
  if (!turn_) return give_up(board, last_error_);
  asked_ = now;
  deadline_ = now + patience_[turn_->provider].first;
  return {Verdict::Kind::ask, turn_->provider, {}};
}

Verdict Attempts::give_up(Board& board, base::Error error) {
  end();
  for (const auto& turn : doubted_) board.worked(turn);
  return {Verdict::Kind::give_up, 0, std::move(error)};
}

void Attempts::held(base::Instant now) {
  if (over_ || committed_) return;
  const auto& patience = patience_[turn_->provider];
  deadline_ = std::min(now + patience.between, asked_ + patience.longest());
}

void Attempts::delivered(base::Instant now) {
  if (over_) return;
  committed_ = true;
  deadline_ = now + patience_[turn_->provider].flowing;
}

Verdict Attempts::failed(Board& board, Failure failure, base::Error error, base::Instant now, base::Duration at_least) {
  if (over_) return {};
  const auto turn = *turn_;
  board.failed(turn, failure, now, hopeless(failure, error), at_least);
  // Half an answer is not begun again by somebody else.
  if (committed_ || (failure == Failure::rejected && rejection_is_final_)) return give_up(board, std::move(error));
  last_error_ = std::move(error);
  return ask_from(board, turn.provider + 1, now);
}

Verdict Attempts::doubted(Board& board, base::Instant now) {
  if (over_) return {};
  doubted_.push_back(*turn_);
  const auto verdict = ask_from(board, turn_->provider + 1, now);
  return verdict.kind == Verdict::Kind::ask ? verdict : Verdict{};
}

void Attempts::finished(Board& board, base::Instant now, bool found) {
  if (over_) return;
  end();
  board.worked(*turn_);
  for (const auto& turn : doubted_) {
    if (found)
      board.failed(turn, Failure::empty, now, false, base::Duration{0});
    else
      board.worked(turn);
  }
}

void Attempts::abandon(Board& board) {
  if (over_) return;
  end();
  if (turn_) board.abandoned(*turn_);
  for (const auto& turn : doubted_) board.abandoned(turn);
}

Verdict Attempts::expired(Board& board, base::Instant now) {
  if (over_ || now < deadline_) return {};
  base::Error error{
      base::ErrorCode::deadline_exceeded, "fallback",
      committed_ ? "the provider stopped in the middle of its answer" : "the provider did not answer in time",
      base::Retry::now, 0};
  return failed(board, Failure::timed_out, std::move(error), now, base::Duration{0});
}

}  // namespace frontdesk::fallback
