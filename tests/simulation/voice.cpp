#include "simulation/voice.hpp"

#include "simulation/texts.hpp"

namespace frontdesk::simulation {

void Voice::synthesise(const call::Synthesise& command) {
  const auto piece = command.piece;
  ear_.expect(piece);
  const auto ticks = static_cast<int>(command.text.size()) * 50 / kCharactersPerSecond + 1;
  auto& job = jobs_[piece];
  job.length = kTick * ticks;
  if (stage_.voice_out()) return break_down(piece, stage_.between(20, 400));
  if (is_our_own(command.text)) {  // cached
    stage_.later(Duration{0}, [this, piece] { become_ready(piece); });
    return stage_.later(Duration{0}, [this, piece] { become_done(piece, Duration{0}); });
  }
  const auto& faults = stage_.faults;
  auto first = stage_.between(20, 400);
  if (stage_.chance(faults.tts_never)) return checks_.fault();
  if (stage_.chance(faults.tts_slow)) {
    checks_.fault();
    first = stage_.between(1000, 7000);
  }
  if (stage_.chance(faults.tts_failed)) return break_down(piece, first);
  const auto making = base::milliseconds(base::to_ms(job.length) * stage_.random.between(5, 80) / 100);
  stage_.later(first, [this, piece] { become_ready(piece); });
  if (stage_.chance(faults.tts_breaks)) {
    checks_.fault();
    job.length = kTick * (ticks / 2 + 1);
    return stage_.later(first + making / 2, [this, piece, part = job.length] { become_failed(piece, part); });
  }
  stage_.later(first + making, [this, piece, all = first + making] { become_done(piece, all); });
}

void Voice::break_down(call::PieceId piece, Duration after) {
  checks_.fault();
  stage_.later(after, [this, piece] { become_failed(piece, Duration{0}); });
}

void Voice::cancel(call::PieceId piece) {
  jobs_[piece].cancelled = true;
}

/// Events of a cancelled piece are dropped by a good shell; a machine must not depend on it.
void Voice::tell(call::PieceId piece, const call::Event& event) {
  if (jobs_[piece].cancelled && !stage_.chance(stage_.faults.stale)) return;
  stage_.send(event);
  if (stage_.chance(stage_.faults.duplicate))
    stage_.later(stage_.between(0, 3000), [this, event] { stage_.send(event); });
}

/// Faster than it is played: from here on playout does not wait.
void Voice::become_ready(call::PieceId piece) {
  if (!jobs_[piece].cancelled) ear_.made(piece, jobs_[piece].length, false);
  tell(piece, call::PieceReady{piece});
}

void Voice::become_done(call::PieceId piece, Duration engine_time) {
  const auto& job = jobs_[piece];
  if (!job.cancelled) {
    checks_.synthesis_answered(piece, job.length);
    ear_.made(piece, job.length, true);
  }
  tell(piece, call::PieceSynthesised{piece, job.length, engine_time});
}

void Voice::become_failed(call::PieceId piece, Duration available) {
  if (!jobs_[piece].cancelled) {
    checks_.synthesis_failed(piece, available > Duration{0});
    ear_.made(piece, available, true);
  }
  tell(piece,
       call::SynthesisFailed{piece, {base::ErrorCode::unavailable, "tts", "the voice broke", base::Retry::never, 0}});
}

}  // namespace frontdesk::simulation
