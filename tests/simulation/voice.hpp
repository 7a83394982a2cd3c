// The voice: text to sound, with latencies and faults. Texts of our own come from the phrase cache: at
// once and whole, unless the voice itself is out.
#pragma once
#include <map>

#include "call/commands.hpp"
#include "simulation/checks.hpp"
#include "simulation/stage.hpp"

namespace frontdesk::simulation {

/// Where the sound goes.
class Ear {
 public:
  virtual ~Ear() = default;
  virtual void agreed() {}       ///< packets may flow
  virtual void established() {}  ///< the caller is on the line
  virtual void expect(call::PieceId) {}
  /// So much of a piece is there; `complete`: no more will come.
  virtual void made(call::PieceId piece, Duration available, bool complete) = 0;
  virtual void play(call::PieceId piece) = 0;
  virtual void cancel(call::PieceId piece) = 0;
  virtual void flush(Duration fade) = 0;
  virtual void hold(Duration fade) = 0;
  virtual void resume() = 0;
  virtual void hang_up() = 0;  ///< nothing reaches the ear any more
  virtual bool audible() const = 0;
};

class Voice {
 public:
  Voice(Stage& stage, Checks& checks, Ear& ear) : stage_(stage), checks_(checks), ear_(ear) {}

  void synthesise(const call::Synthesise& command);
  void cancel(call::PieceId piece);

 private:
  struct Job {
    Duration length{0};
    bool cancelled = false;
  };
  void break_down(call::PieceId piece, Duration after);
  void become_ready(call::PieceId piece);
  void become_done(call::PieceId piece, Duration engine_time);
  void become_failed(call::PieceId piece, Duration available);
  void tell(call::PieceId piece, const call::Event& event);

  Stage& stage_;
  Checks& checks_;
  Ear& ear_;
  std::map<call::PieceId, Job> jobs_;
};

}  // namespace frontdesk::simulation
