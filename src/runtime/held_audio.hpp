// Synthesised pieces on their way to playout: held until Play, passed on after it, dropped when
// cancelled. Bounded by what a call may have in flight.
#pragma once
#include <map>

#include "audio/pcm.hpp"
#include "call/events.hpp"
#include "media/session.hpp"

namespace frontdesk::runtime {

class HeldAudio {
 public:
  void expect(call::PieceId piece) { pieces_[piece]; }
  bool expects(call::PieceId piece) const { return pieces_.contains(piece); }
  void forget(call::PieceId piece) { pieces_.erase(piece); }

  /// The caller may hear this piece: now, and what comes of it later.
  void release(call::PieceId piece, media::MediaSession& media);
  /// True if these are its first samples. `media`: null as long as there is none.
  bool add(call::PieceId piece, audio::PcmView pcm, media::MediaSession* media);
  /// All samples are there; the length of the whole piece.
  base::Duration complete(call::PieceId piece, media::MediaSession* media);
  std::vector<call::PieceId> pending() const;

 private:
  struct Held {
    audio::Pcm pcm;
    std::size_t samples = 0;
    std::size_t skipped = 0;  ///< of the silence it began with
    bool sounded = false;     ///< samples have come
    bool begun = false;       ///< and some were passed on, or may be as they are
    bool released = false;
    bool complete = false;
  };
  static void skip_lead(Held& held, bool playing);
  void pass_on(call::PieceId piece, Held& held, media::MediaSession& media);

  std::map<call::PieceId, Held> pieces_;
};

}  // namespace frontdesk::runtime
