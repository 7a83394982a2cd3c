#include "simulation/playout.hpp"

namespace frontdesk::simulation {
namespace {

constexpr Duration kTick = base::milliseconds(20);
constexpr int kCharactersPerSecond = 15;

Instant next_tick(Instant now) {
  const auto ticks = (now.since_start + kTick - Duration{1}) / kTick;
  return Instant{kTick * ticks};
}

}  // namespace

void Playout::synthesise(const call::Synthesise& command) {
  const auto piece = command.piece;
  auto& job = jobs_[piece];
  const auto ticks = static_cast<int>(command.text.size()) * 50 / kCharactersPerSecond + 1;
  job.length = kTick * ticks;
  const auto& faults = stage_.faults;
  auto first = stage_.between(20, 400);
  if (stage_.chance(faults.tts_never)) return checks_.voice_fault();
  if (stage_.chance(faults.tts_slow)) {
    first = stage_.between(1000, 7000);
    checks_.voice_fault();
  }
  if (stage_.chance(faults.tts_failed)) {
    checks_.voice_fault();
    return stage_.later(first, [this, piece] { become_failed(piece); });
  }
  const auto making = base::milliseconds(base::to_ms(job.length) * stage_.random.between(5, 80) / 100);
  stage_.later(first, [this, piece] { become_ready(piece); });
  if (stage_.chance(faults.tts_breaks)) {
    checks_.voice_fault();
    const auto part = kTick * (ticks / 2 + 1);
    return stage_.later(first + making / 2, [this, piece, part] {
      jobs_[piece].length = part;
      become_failed(piece);
    });
  }
  stage_.later(first + making,
               [this, piece, length = job.length, all = first + making] { become_done(piece, length, all); });
}

/// Events of a cancelled piece are dropped by a good shell; a machine must not depend on it.
void Playout::tell(call::PieceId piece, const call::Event& event) {
  if (jobs_[piece].cancelled && !stage_.chance(stage_.faults.stale)) return;
  stage_.send(event);
  if (stage_.chance(stage_.faults.duplicate))
    stage_.later(stage_.between(0, 3000), [this, event] { stage_.send(event); });
}

void Playout::become_ready(call::PieceId piece) {
  jobs_[piece].has_sound = true;
  tell(piece, call::PieceReady{piece});
  pump();
}

void Playout::become_done(call::PieceId piece, Duration length, Duration engine_time) {
  auto& job = jobs_[piece];
  job.complete = true;
  if (!job.cancelled) checks_.synthesis_answered(piece, length);
  tell(piece, call::PieceSynthesised{piece, length, engine_time});
  pump();
}

void Playout::become_failed(call::PieceId piece) {
  auto& job = jobs_[piece];
  job.complete = true;
  if (!job.cancelled) checks_.synthesis_answered(piece, Duration{0});
  tell(piece,
       call::SynthesisFailed{piece, {base::ErrorCode::unavailable, "tts", "the voice broke", base::Retry::never, 0}});
  pump();
}

void Playout::play(call::PieceId piece) {
  if (jobs_[piece].cancelled && stage_.plant != Plant::play_cancelled) return;
  queue_.push_back(piece);
  pump();
}

/// Stops the synthesis and forgets what is held. What has its place in the queue keeps it until a flush.
void Playout::cancel(call::PieceId piece) {
  jobs_[piece].cancelled = true;
  if (stage_.plant == Plant::play_cancelled) play(piece);
}

void Playout::pump() {
  while (playing_ == 0 && !start_pending_ && !queue_.empty()) {
    const auto piece = queue_.front();
    const auto& job = jobs_[piece];
    const bool silent = job.cancelled && stage_.plant != Plant::play_cancelled;
    if (!silent && job.has_sound) {
      start_pending_ = true;
      const auto generation = generation_;
      return stage_.at(next_tick(stage_.now), [this, piece, generation] {
        if (generation == generation_) start(piece);
      });
    }
    if (silent || !job.complete) return;  // holds up all behind it
    queue_.pop_front();
    stage_.send(call::PlayoutFinished{piece});
  }
}

void Playout::start(call::PieceId piece) {
  start_pending_ = false;
  if (stage_.over) return;
  queue_.pop_front();
  playing_ = piece;
  started_ = stage_.now;
  checks_.sound_starts(piece);
  const auto generation = generation_;
  stage_.at(started_ + jobs_[piece].length, [this, piece, generation] { check_end(piece, generation); });
  tell(piece, call::PlayoutStarted{piece});
}

void Playout::check_end(call::PieceId piece, std::uint64_t generation) {
  if (generation != generation_ || playing_ != piece) return;
  const auto& job = jobs_[piece];
  if (!job.complete || stage_.now < started_ + job.length)  // starved: silence until the rest comes
    return stage_.later(kTick, [this, piece, generation] { check_end(piece, generation); });
  playing_ = 0;
  checks_.sound_ends(piece, stage_.now - started_, false);
  tell(piece, call::PlayoutFinished{piece});
  pump();
}

void Playout::flush() {
  if (stage_.plant == Plant::drop_flush) return;
  ++generation_;
  start_pending_ = false;
  if (const auto piece = std::exchange(playing_, 0); piece != 0) {
    const auto heard = stage_.now - started_;
    checks_.sound_ends(piece, heard, true);
    const bool forget = stage_.plant == Plant::forget_cut;
    stage_.send(call::PlayoutCut{piece, forget ? jobs_[piece].length : heard});
  }
  for (const auto piece : std::exchange(queue_, {})) stage_.send(call::PlayoutCut{piece, Duration{0}});
}

void Playout::hang_up() {
  ++generation_;
  queue_.clear();
  if (const auto piece = std::exchange(playing_, 0); piece != 0) checks_.sound_ends(piece, stage_.now - started_, true);
}

}  // namespace frontdesk::simulation
