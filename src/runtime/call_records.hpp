// What a call leaves behind, as the media threads hand it over: never blocking them, never lost.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "audio/pcm.hpp"
#include "base/protect.hpp"
#include "base/time.hpp"
#include "call/commands.hpp"
#include "reception/screening/caller_identity.hpp"
#include "runtime/call_number.hpp"

namespace frontdesk::runtime {

struct CallBegun {
  CallNumber number = 0;
  std::string id;                 ///< call_...
  base::Pii<std::string> caller;  ///< empty: withheld
  base::Pii<std::string> caller_name;
  std::string called;  ///< the number dialled
  std::string trunk;
  std::string sip_call_id;
  std::string screening;  ///< why it was accepted or refused
  base::UtcTime at;
  screening::CallerIdentity who;
  std::string statement;  ///< what a signed statement about the number is worth, in words; empty: none came
  bool priority = false;
  std::int64_t receptionist = 0;  ///< version of its settings; 0: none is published
};

/// A call that never began: screened out, or there was no room for it.
struct CallRefused {
  CallBegun call;
  int status = 0;  ///< of SIP
  bool no_room = false;
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

/// What we heard of the caller's packets, and how it sounded.
struct CallFigures {
  double loss_percent = 0;
  double jitter_ms = 0;  ///< mean over the call
  double jitter_max_ms = 0;
  std::uint64_t packets_in = 0;
  std::uint64_t packets_out = 0;
  std::uint64_t packets_lost = 0;
  std::optional<double> mean_opinion_score;  ///< by the E-model (ITU-T G.107): 1 to 4.5; unset: nothing was heard
  std::optional<base::Duration> round_trip;  ///< the newest by RTCP; unset: the caller's side reports nothing
  std::string codec;                         ///< as SDP names it: "PCMA"; empty: nothing was agreed
  int packet_ms = 0;
  std::string srtp;  ///< "off", or where the keys came from: "sdes", "dtls"
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
  /// Of the signalling thread; nothing else is told of such a call.
  virtual void refused(CallRefused) {}
};

}  // namespace frontdesk::runtime
