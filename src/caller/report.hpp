// What a test call showed. Gaps, interruptions and faults are measured afterwards on the recording:
// one clock, aligned to the 20 ms ticks, the caller's sound when it was sent and the receptionist's
// where a caller hears it, that is after the network and the caller's own jitter buffer. Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audio/pcm.hpp"
#include "base/time.hpp"
#include "caller/plan.hpp"
#include "meter/defects.hpp"
#include "meter/distribution.hpp"
#include "meter/word_error_rate.hpp"

namespace frontdesk::caller {

/// A stretch of the recording.
struct Span {
  base::Duration start{0};
  base::Duration end{0};
  friend bool operator==(const Span&, const Span&) = default;
};

/// What the script saw of one answer (or of the greeting) while the call went on.
struct ReplyLog {
  std::optional<Span> heard;  ///< unset: none came in time
  bool interrupted = false;   ///< by the caller's next line
  std::string transcript;     ///< empty without a recogniser
  std::string transcription_failed;
};

/// What became of one step of the plan.
struct StepLog {
  bool done = false;
  Span line;  ///< the samples sent (say, play)
  bool answer_awaited = false;
  ReplyLog reply;
};

struct PacketReport {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t expected = 0;
  std::int64_t lost = 0;
  std::uint64_t late = 0;  ///< came after their turn to play
  std::uint64_t duplicate = 0;
  std::uint64_t concealed = 0;  ///< frames made up in place of missing ones
  double jitter_ms = 0;
  base::Duration playout_delay{0};  ///< of the caller's jitter buffer
  /// Between packets that follow each other in sequence and in time, by the kernel's receive stamps.
  std::vector<float> intervals_ms;
  std::uint64_t discontinuities = 0;  ///< neighbours that do not follow each other so
};

/// All that is known when the call is over.
struct CallLog {
  std::string call;                              ///< "1" to the number of calls
  std::optional<base::Duration> answered_after;  ///< INVITE to 200
  base::Duration established_at{0};              ///< on the recording's clock
  base::Duration length{0};
  std::string failure;  ///< why the call failed or ended early; empty if it went to plan
  bool greeting_awaited = false;
  ReplyLog greeting;
  std::vector<StepLog> steps;  ///< as many as the plan has; none if the call only listened
  PacketReport packets;
  std::uint64_t late_ticks = 0;  ///< of the caller's own clock, by more than 5 ms
  audio::Pcm caller;             ///< the recording; empty if none was kept
  audio::Pcm receptionist;
};

struct TurnReport {
  std::size_t step = 0;  ///< from 1, as in the plan
  std::string said;
  bool answer_awaited = false;
  bool answered = false;
  std::optional<base::Duration> gap;  ///< negative: the answer began while the caller spoke
  std::size_t cut_ins = 0;            ///< times the receptionist began while the line was being said
  std::string reply;
  std::optional<meter::WordErrors> word_errors;
  bool barge_in = false;                      ///< planned as an interruption
  std::optional<base::Duration> barge_in_at;  ///< into the receptionist's speech
  std::optional<base::Duration> stopped_after;
  bool yielded = false;
};

struct CallReport {
  std::string call;
  std::string failure;
  bool ok = false;                    ///< no failure, and every awaited answer came
  std::vector<std::string> problems;  ///< why it is not ok
  std::vector<std::string> remarks;   ///< what else was noticed
  std::optional<base::Duration> answered_after;
  std::optional<base::Duration> greeting_after;
  std::string greeting;
  base::Duration length{0};
  std::vector<TurnReport> turns;
  meter::DistributionSummary gaps_ms;
  meter::DistributionSummary barge_in_stops_ms;
  base::Duration talk_over{0};  ///< both spoke, outside planned interruptions
  std::size_t collisions = 0;   ///< the caller began a line just as the receptionist went on speaking
  meter::AudioDefects defects;
  PacketReport packets;
  meter::DistributionSummary intervals_ms;
  std::uint64_t late_ticks = 0;
  std::string recording;  ///< the file, if one was written
};

struct RunReport {
  std::string plan;
  std::string uri;
  std::vector<CallReport> calls;
};

/// Over all calls of a run.
struct Totals {
  std::size_t calls = 0;
  std::size_t ok = 0;
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::int64_t lost = 0;
  std::uint64_t late = 0;
  std::uint64_t discontinuities = 0;
  meter::DistributionSummary gaps_ms;
  meter::DistributionSummary barge_in_stops_ms;
  meter::DistributionSummary intervals_ms;
};

CallReport make_report(const CallPlan& plan, const CallLog& log);
Totals add_up(const RunReport& report);

/// Tables for a terminal of 100 columns; each line ends with a newline.
std::string render_text(const RunReport& report);
/// One JSON object on one line. Times in milliseconds, null where nothing was measured.
std::string render_json(const RunReport& report);
/// 0 if every call is ok, else 1.
int exit_code(const RunReport& report);

}  // namespace frontdesk::caller
