// The voice and its way to the caller's ear: synthesis with faults, audio held until Play, an ordered
// playout queue on a 20 ms clock, and a flush. Reports to the ear what really sounds.
#pragma once
#include <deque>
#include <map>

#include "call/commands.hpp"
#include "simulation/checks.hpp"
#include "simulation/stage.hpp"

namespace frontdesk::simulation {

class Playout {
 public:
  Playout(Stage& stage, Checks& checks) : stage_(stage), checks_(checks) {}

  void synthesise(const call::Synthesise& command);
  void play(call::PieceId piece);
  void cancel(call::PieceId piece);
  void flush();
  void hang_up();  ///< nothing reaches the ear any more
  bool sounding() const { return playing_ != 0; }

 private:
  struct Job {
    Duration length{0};
    bool has_sound = false;  ///< some audio is there
    bool complete = false;   ///< no more will come
    bool done_told = false;
    bool cancelled = false;
  };
  void become_ready(call::PieceId piece);
  void become_done(call::PieceId piece, Duration length, Duration engine_time);
  void become_failed(call::PieceId piece);
  void tell(call::PieceId piece, const call::Event& event);
  void pump();
  void start(call::PieceId piece);
  void check_end(call::PieceId piece, std::uint64_t generation);

  Stage& stage_;
  Checks& checks_;
  std::map<call::PieceId, Job> jobs_;
  std::deque<call::PieceId> queue_;
  call::PieceId playing_ = 0;
  Instant started_{};
  std::uint64_t generation_ = 0;
  bool start_pending_ = false;
};

}  // namespace frontdesk::simulation
