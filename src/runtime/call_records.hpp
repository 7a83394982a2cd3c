// What a call leaves behind, as the media threads hand it over: never blocking them, never lost.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "audio/pcm.hpp"
#include "base/protect.hpp"
#include "base/time.hpp"
#include "call/commands.hpp"
#include "runtime/call_number.hpp"

namespace frontdesk::runtime {

struct CallBegun {
  CallNumber number = 0;
  std::string id;  ///< call_...
  base::Pii<std::string> caller;
  base::Pii<std::string> caller_name;
  std::string called;
  std::string trunk;
  std::string sip_call_id;
  std::string screening;  ///< why it was accepted
  base::UtcTime at;
};

/// A turn with its times relative to the answer, and the gap measured on the waveform.
struct TurnTaken {
  CallNumber number = 0;
  call::RecordTurn turn;
  base::Duration started{0};
  base::Duration ended{0};
  std::optional<base::Duration> gap;
};

struct ConsentNoted {
  call::NoteConsent note;
  base::UtcTime at;
};

struct CallFigures {
  double loss_percent = 0;
  double jitter_ms = 0;
  std::uint64_t packets_in = 0;
  std::uint64_t packets_out = 0;
};

struct CallClosed {
  CallNumber number = 0;
  call::EndClass end_class = call::EndClass::completed;
  std::string reason;
  bool answered = false;
  base::UtcTime at;
  base::Duration length{0};  ///< since the answer
  CallFigures figures;
};

/// Port. Calls of one call number come from one thread, in order.
class CallRecords {
 public:
  virtual ~CallRecords() = default;
  virtual void begin(CallBegun call) = 0;
  virtual void answered(CallNumber call, base::UtcTime at) = 0;
  virtual void turn(TurnTaken turn) = 0;
  /// Lines of the call's tape.
  virtual void journal(CallNumber call, std::string lines) = 0;
  /// Before its first sound: so many samples since the answer, or since it was stopped, are not recorded. They
  /// are silence, so that a recording keeps the call's time.
  virtual void recording_begins(CallNumber call, std::uint64_t unrecorded) = 0;
  virtual void consent(CallNumber call, ConsentNoted consent) = 0;
  /// Interleaved stereo, caller left.
  virtual void sound(CallNumber call, audio::Pcm interleaved) = 0;
  /// Arguments of the take_message tool, a JSON object.
  virtual void message(CallNumber call, std::string arguments, base::UtcTime at) = 0;
  virtual void close(CallClosed call) = 0;
};

}  // namespace frontdesk::runtime
