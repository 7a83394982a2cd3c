// The figure that counts: from the end of the caller's speech to the first sound of the reply, and
// from an interruption to silence, both measured on the waveforms of the two directions.
//
// Several caller stretches with no receptionist sound between them are one turn, however long the
// pauses.
#pragma once
#include <optional>
#include <vector>

#include "audio/pcm.hpp"
#include "base/time.hpp"
#include "meter/speech_activity.hpp"

namespace frontdesk::meter {

enum class TurnKind {
  reply,      ///< the receptionist began after the caller had stopped
  talk_over,  ///< the receptionist began while the caller was speaking: the gap is negative
};

struct Turn {
  base::Duration caller_start{0};
  base::Duration caller_end{0};
  base::Duration reply_start{0};
  TurnKind kind = TurnKind::reply;
  base::Duration gap() const { return reply_start - caller_end; }
  friend bool operator==(const Turn&, const Turn&) = default;
};

/// The caller spoke into the receptionist's speech.
struct BargeIn {
  base::Duration caller_start{0};
  base::Duration receptionist_end{0};
  /// Fell silent within kYieldLimit; otherwise the caller's words were taken for a listener's "mhm".
  bool yielded = false;
  base::Duration stop() const { return receptionist_end - caller_start; }
  friend bool operator==(const BargeIn&, const BargeIn&) = default;
};

inline constexpr base::Duration kYieldLimit = base::milliseconds(1500);
/// A shorter pause of the receptionist, the caller still speaking, is not yet silence.
inline constexpr base::Duration kBargeInSilence = base::milliseconds(600);

struct ConversationMeasurement {
  std::vector<Turn> turns;
  std::vector<BargeIn> barge_ins;
};

class TurnGapMeter {
 public:
  explicit TurnGapMeter(const ActivityOptions& options = {});

  /// The same stretch of time in both directions: equally many samples.
  void push(audio::PcmView caller, audio::PcmView receptionist);
  void finish();
  /// What was decided since the last call. A turn is decided about 300 ms after its reply began.
  ConversationMeasurement take();

 private:
  struct Boundary {
    base::Duration at{0};
    bool caller = false;
    bool begins = false;
  };
  struct OpenTurn {
    base::Duration start{0};
    base::Duration end{0};
    std::optional<base::Duration> spoken_over_at;
    bool reply_given_up = false;
  };
  struct OpenBargeIn {
    base::Duration start{0};
    std::optional<base::Duration> stopped;
  };
  struct Direction {
    explicit Direction(const ActivityOptions& options) : activity(options) {}
    SpeechActivityMeter activity;
    std::optional<base::Duration> announced;  ///< start of the stretch whose end is awaited
  };

  void collect(Direction& direction, bool caller);
  void release(base::Duration up_to);
  void on_caller_begins(base::Duration at);
  void on_caller_ends(base::Duration at);
  void on_receptionist_begins(base::Duration at);
  void on_receptionist_ends(base::Duration at);
  void close_barge_in();

  Direction caller_;
  Direction receptionist_;
  std::vector<Boundary> pending_;
  bool caller_sounds_ = false;
  bool receptionist_sounds_ = false;
  std::optional<OpenTurn> turn_;
  std::optional<OpenBargeIn> barge_in_;
  ConversationMeasurement decided_;
};

/// A whole recording; the shorter direction is taken to be silent at its end.
ConversationMeasurement measure_conversation(audio::PcmView caller, audio::PcmView receptionist,
                                             int rate = audio::kTelephoneRate);

}  // namespace frontdesk::meter
