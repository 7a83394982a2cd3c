// One request on its way along a chain of providers: whom to ask, how long to wait, when to give up. Pure.
#pragma once
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "fallback/board.hpp"

namespace frontdesk::fallback {

/// How long a provider may be silent.
struct Patience {
  base::Duration first = base::milliseconds(1500);    ///< to the first of its answer
  base::Duration between = base::milliseconds(500);   ///< then, while nothing has been passed on yet
  base::Duration flowing = base::milliseconds(2000);  ///< then, between two parts

  /// From asking to passing something on, at most.
  base::Duration longest() const { return first + between; }
};

/// What to do after an event.
struct Verdict {
  enum class Kind { nothing, ask, give_up };
  Kind kind = Kind::nothing;
  std::size_t provider = 0;  ///< ask
  base::Error error;         ///< give_up
};

class Attempts {
 public:
  /// `patience` has one entry for each provider of the board. With `rejection_is_final` a request that one
  /// provider finds wrong is not put to the next.
  Attempts(std::vector<Patience> patience, bool rejection_is_final)
      : patience_(std::move(patience)), rejection_is_final_(rejection_is_final) {}

  Verdict start(Board& board, base::Instant now);
  /// A part came, but is kept back: another provider may still answer.
  void held(base::Instant now);
  /// A part was passed on: from here on the answer is this provider's.
  void delivered(base::Instant now);
  Verdict failed(Board& board, Failure failure, base::Error error, base::Instant now, base::Duration at_least);
  /// The answer is empty, which may be right: asks the next provider, if there is one. With `nothing` the
  /// empty answer stands and the request is over.
  Verdict doubted(Board& board, base::Instant now);
  /// `found`: there was something in the answer, so the providers that were doubted had missed it.
  void finished(Board& board, base::Instant now, bool found = true);
  /// Nobody wants the answer any more.
  void abandon(Board& board);
  /// Nothing before deadline().
  Verdict expired(Board& board, base::Instant now);

  base::Instant deadline() const { return deadline_; }
  bool over() const { return over_; }
  bool committed() const { return committed_; }
  /// The one asked now.
  std::size_t provider() const { return turn_ ? turn_->provider : 0; }

 private:
  Verdict ask_from(Board& board, std::size_t from, base::Instant now);
  Verdict give_up(Board& board, base::Error error);
  void end() {
    over_ = true;
    deadline_ = base::kNever;
  }

  const std::vector<Patience> patience_;
  const bool rejection_is_final_;
  std::optional<Turn> turn_;
  std::vector<Turn> doubted_;
  base::Error last_error_;
  base::Instant asked_{};
  base::Instant deadline_ = base::kNever;
  bool committed_ = false;
  bool over_ = false;
};

}  // namespace frontdesk::fallback
