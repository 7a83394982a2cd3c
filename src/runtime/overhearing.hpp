// People who listen to a call: both directions as its recording has them, with the same silence while numbers are said
// or keyed, pushed into a bounded mailbox. Costs a copy of each frame while somebody listens, and nothing otherwise.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "base/mailbox.hpp"
#include "media/stereo_recorder.hpp"
#include "runtime/call_number.hpp"

namespace frontdesk::runtime {

/// 20 ms of a call.
struct HeardSound {
  CallNumber call = 0;
  std::uint32_t number = 0;  ///< one more each 20 ms: what is missing was dropped
  audio::Pcm stereo;         ///< interleaved, 8 kHz, caller left
  bool over = false;         ///< the call ended, and nothing follows; without sound
};
/// Of many calls. push_vital() for `over`.
using Ears = base::Mailbox<HeardSound>;
inline constexpr std::size_t kHeardWaiting = 4096;  ///< frames: 800 ms of a hundred calls

/// So late is the sound: it can still be silenced when it turns out that a key was being pressed.
inline constexpr base::Duration kHeardLate = base::milliseconds(300);

class Overhearing {
 public:
  explicit Overhearing(CallNumber call) : call_(call) {}

  /// Null: nobody listens any more. `redacted`: what set_redacted() said last.
  void change(std::shared_ptr<Ears> ears, bool redacted);
  /// One tick, both equally long.
  void add(audio::PcmView caller, audio::PcmView ours);
  void set_redacted(bool redacted);
  /// The call ended.
  void finish();

 private:
  const CallNumber call_;
  std::shared_ptr<Ears> ears_;
  std::optional<media::StereoRecorder> delayed_;
  std::uint32_t number_ = 0;
};

}  // namespace frontdesk::runtime
