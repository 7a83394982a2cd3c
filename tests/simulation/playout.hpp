// The way to the caller's ear in the world of marks: audio held until Play, an ordered queue on a 20 ms
// clock, flush, hold and resume; as media::PlayoutQueue and its shell do it, without the samples.
#pragma once
#include <deque>
#include <map>

#include "simulation/voice.hpp"

namespace frontdesk::simulation {

class Playout final : public Ear {
 public:
  Playout(Stage& stage, Checks& checks) : stage_(stage), checks_(checks) {}

  void made(call::PieceId piece, Duration available, bool complete) override;
  void play(call::PieceId piece) override;
  void cancel(call::PieceId piece) override;
  void flush(Duration fade) override;
  void hold(Duration fade) override;
  void resume() override;
  void hang_up() override;
  bool audible() const override { return ear_ != 0; }

 private:
  struct Piece {
    Duration available{0};
    bool complete = false;
    bool released = false;   ///< Play came
    bool forgotten = false;  ///< cancelled: no more of it is passed on
    bool begun = false;      ///< some of it was heard
    bool over = false;       ///< finished or cut: later sound is refused
    Duration queued{0};      ///< passed on to the queue
    bool finished = false;   ///< the queue knows its end
    Duration sent{0};        ///< less what a resume takes back
  };
  void pass_on(call::PieceId piece);
  void pump();
  void start(call::PieceId piece);
  void run_out(call::PieceId piece);
  void stop_running();
  enum class Because { pause, end, cut };
  void quiet(Because because);
  void report(call::PieceId piece, const call::Event& event);

  Stage& stage_;
  Checks& checks_;
  std::map<call::PieceId, Piece> pieces_;
  std::deque<call::PieceId> queue_;
  bool held_ = false;
  bool start_pending_ = false;
  bool running_ = false;  ///< packets carry the front of the queue
  Instant run_since_{};
  std::uint64_t generation_ = 0;  ///< a newer one undoes what was planned
  call::PieceId ear_ = 0;         ///< what sounds there
};

}  // namespace frontdesk::simulation
