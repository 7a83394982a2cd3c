#include "simulation/playout.hpp"

#include "simulation/texts.hpp"

namespace frontdesk::simulation {
namespace {

constexpr Duration kRewind = base::milliseconds(600);
constexpr Duration kFarRewind = base::seconds(4);
constexpr Duration kQueueTakes = base::seconds(60);

}  // namespace

void Playout::report(call::PieceId piece, const call::Event& event) {
  stage_.send(event);
  if (pieces_[piece].forgotten || stage_.chance(stage_.faults.duplicate * 0.3))
    stage_.later(stage_.between(0, 3000), [this, event] { stage_.send(event); });
}

// --- before the queue

void Playout::made(call::PieceId piece, Duration available, bool complete) {
  auto& p = pieces_[piece];
  if (p.forgotten) return;
  p.available = available;
  p.complete = complete;
  pass_on(piece);
}

void Playout::play(call::PieceId piece) {
  auto& p = pieces_[piece];
  if (p.forgotten && stage_.plant != Plant::play_cancelled) return;
  p.released = true;
  queue_.push_back(piece);
  pass_on(piece);
}

/// Stops the synthesis and forgets what is held. What has its place in the queue keeps it until a flush.
void Playout::cancel(call::PieceId piece) {
  auto& p = pieces_[piece];
  if (stage_.plant == Plant::play_cancelled && !p.released) return play(piece);
  p.forgotten = true;
}

void Playout::pass_on(call::PieceId piece) {
  auto& p = pieces_[piece];
  if (!p.released || p.over) return;
  p.queued = p.available;
  p.finished = p.complete;
  Duration waiting{0};
  for (const auto id : queue_) waiting += pieces_[id].queued - pieces_[id].sent;
  if (waiting > kQueueTakes + kTick) stage_.violate("playout takes 60 s", ms_text(waiting) + " wait in the queue");
  pump();
}

// --- the queue

void Playout::pump() {
  while (!running_ && !held_ && !start_pending_ && !queue_.empty()) {
    const auto piece = queue_.front();
    auto& p = pieces_[piece];
    if (p.queued > p.sent) {
      start_pending_ = true;
      return stage_.at(next_tick(stage_.now), [this, piece, generation = generation_] {
        if (generation == generation_) start(piece);
      });
    }
    if (!p.finished) return;  // holds up all behind it
    queue_.pop_front();
    p.over = true;
    if (p.begun) checks_.sound_ends(piece, p.sent, false);  // held at its very end
    report(piece, call::PlayoutFinished{piece});
  }
}

void Playout::start(call::PieceId piece) {
  start_pending_ = false;
  if (stage_.over) return;
  auto& p = pieces_[piece];
  if (ear_ != 0) quiet(Because::pause);  // held and resumed within one tick
  running_ = true;
  run_since_ = stage_.now;
  ear_ = piece;
  p.begun = true;
  checks_.sound_starts(piece, p.sent);
  stage_.at(run_since_ + (p.queued - p.sent), [this, piece, generation = generation_] {
    if (generation == generation_) run_out(piece);
  });
  if (p.sent == Duration{0}) report(piece, call::PlayoutStarted{piece});
}

/// All that there is of the piece was sent: its end, or a gap until the rest comes.
void Playout::run_out(call::PieceId piece) {
  auto& p = pieces_[piece];
  stop_running();
  if (!p.finished) {
    quiet(Because::pause);
    return pump();
  }
  queue_.pop_front();
  p.over = true;
  quiet(Because::end);
  report(piece, call::PlayoutFinished{piece});
  pump();
}

/// Counts what was sent: packets are out up to the next tick.
void Playout::stop_running() {
  ++generation_;
  start_pending_ = false;
  if (!std::exchange(running_, false)) return;
  auto& p = pieces_[queue_.front()];
  p.sent = std::min(p.queued, p.sent + (next_tick(stage_.now) - run_since_));
}

void Playout::quiet(Because because) {
  const auto piece = std::exchange(ear_, 0);
  if (piece == 0) return;
  const auto sent = pieces_[piece].sent;
  if (because == Because::pause) return checks_.sound_pauses(piece, sent);
  checks_.sound_ends(piece, sent, because == Because::cut);
}

void Playout::hold(Duration) {
  if (held_ || stage_.plant == Plant::ignore_hold) return;
  held_ = true;
  stop_running();
  stage_.at(next_tick(stage_.now), [this, generation = generation_] {
    if (generation == generation_) quiet(Because::pause);
  });
}

void Playout::resume() {
  if (!held_ || stage_.plant == Plant::lose_resume) return;
  held_ = false;
  if (!queue_.empty()) {
    auto& p = pieces_[queue_.front()];
    const auto furthest = std::min(p.sent, kRewind) / kTick;
    p.sent -= kTick * stage_.random.between(0, furthest);
    if (stage_.plant == Plant::rewind_far) p.sent -= std::min(p.sent, kFarRewind);
  }
  ++generation_;
  pump();
}

void Playout::flush(Duration) {
  if (stage_.plant == Plant::drop_flush) return;
  const bool kept = stage_.plant == Plant::keep_held && held_;
  held_ = false;
  stop_running();
  const bool was_audible = ear_ != 0;
  const auto tick = next_tick(stage_.now);
  if (was_audible) stage_.at(tick, [this] { quiet(Because::cut); });
  for (const auto piece : queue_) {
    auto& p = pieces_[piece];
    p.over = !kept;
    if (!was_audible && p.begun) checks_.sound_ends(piece, p.sent, true);
    const auto heard = stage_.plant == Plant::forget_cut && p.sent > Duration{0} ? p.queued : p.sent;
    stage_.at(tick, [this, piece, heard] { report(piece, call::PlayoutCut{piece, heard}); });
  }
  if (!kept) queue_.clear();
  pump();
}

void Playout::hang_up() {
  stop_running();
  const bool silent = ear_ == 0;
  quiet(Because::cut);
  if (silent && !queue_.empty() && pieces_[queue_.front()].begun)
    checks_.sound_ends(queue_.front(), pieces_[queue_.front()].sent, true);
  queue_.clear();
  held_ = false;
}

}  // namespace frontdesk::simulation
