// Listens to our packets sample by sample and tells the checks which piece sounds and how far it got. Finds
// fault when a piece does not begin at its beginning, skips, goes on anywhere but after a rewind, or when
// something sounds that was not synthesised.
#pragma once
#include <array>
#include <map>
#include <vector>

#include "audio/pcm.hpp"
#include "simulation/checks.hpp"
#include "simulation/piece_sound.hpp"

namespace frontdesk::simulation {

class WireListener {
 public:
  WireListener(Stage& stage, Checks& checks) : stage_(stage), checks_(checks) {}

  void made(call::PieceId piece, std::size_t samples, bool whole);
  void played(call::PieceId piece) { played_.push_back(piece); }
  void held(Duration fade);
  void resumed();
  /// The caller holds us: nothing is sent, and nothing lost.
  void frozen(bool on) { frozen_ = on; }
  void flushed(Duration fade);

  /// What this tick's packet carries.
  void frame(audio::PcmView samples);
  void hang_up();

  bool audible() const { return audible_; }
  std::size_t position(call::PieceId piece) const;
  /// A resume went back without a packet to tell how far.
  bool unsure() const { return unsure_; }
  /// Judges a frame at the far end, where networks have been at work.
  void far_frame(audio::PcmView samples);

 private:
  struct Piece {
    std::size_t samples = 0;
    std::size_t position = 0;
    bool whole = false;
    bool over = false;
  };
  static std::size_t samples_of(Duration time) { return static_cast<std::size_t>(time / base::microseconds(125)); }
  static Duration time_of(std::size_t samples) { return base::microseconds(samples * 125); }
  std::size_t follow(audio::PcmView samples);
  void go_on_after_hold(audio::PcmView samples);
  void begin(audio::PcmView samples);
  void sounds(std::size_t from);
  void pauses();
  void ends(bool cut);

  Stage& stage_;
  Checks& checks_;
  std::map<call::PieceId, Piece> pieces_;
  std::vector<call::PieceId> played_;
  std::array<Instant, kLoudnesses> last_on_wire_{};
  call::PieceId current_ = 0;
  bool audible_ = false;
  bool held_ = false;
  bool frozen_ = false;
  bool resumed_ = false;
  bool flushed_ = false;
  bool unsure_ = false;
  std::size_t fade_left_ = 0;
};

}  // namespace frontdesk::simulation
