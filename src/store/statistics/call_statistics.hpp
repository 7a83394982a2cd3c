// Figures over many calls, added up by the database: counts by time, histograms of times, which facts answers rested
// on. What they mean is decided in src/insight. No row says who called.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "store/call_records.hpp"
#include "store/sql.hpp"

namespace frontdesk::statistics {

struct Period {
  std::string organisation{store::kLocalOrganisation};
  base::UtcTime from;  ///< inclusive
  base::UtcTime to;    ///< exclusive
};

/// How a period is divided: pieces of `width` whose first begins at a multiple of it, after adding `offset` to the
/// time: local - UTC makes days begin at midnight.
struct Division {
  std::int64_t width_ms = 3'600'000;
  std::int64_t offset_ms = 0;
};

/// The calls of one piece of a period that ended one way. Sums go with counts, so that means can be taken over any
/// hours.
struct PieceOfCalls {
  base::UtcTime begin;
  store::CallStatus status = store::CallStatus::answered;
  std::int64_t calls = 0;
  std::int64_t duration_ms = 0;   ///< of all together
  std::int64_t rated = 0;         ///< calls with a confidence
  double confidence = 0;          ///< sum over these
  std::int64_t heard = 0;         ///< calls whose sound was judged
  double mean_opinion_score = 0;  ///< sum over these
};

/// Width of the histograms' classes, milliseconds.
inline constexpr std::int64_t kClassMs = 10;
/// What is longer counts in the last class.
inline constexpr std::int64_t kLongestMs = 60'000;

/// The stages from the caller's last sound to ours; `gap` is all of them on the waveform.
enum class Stage { gap, endpoint, transcript, model, voice };
inline constexpr int kStages = 5;

struct TimeClass {
  std::int64_t from_ms = 0;  ///< to from_ms + kClassMs
  std::int64_t turns = 0;
};

/// How often answers rested on these sources; none: the receptionist did not know, or only chatted.
struct SourceUse {
  std::vector<std::string> sources;
  std::int64_t answers = 0;
};

/// How often each way of ending occurred.
struct EndingCount {
  std::string end_class;
  std::int64_t calls = 0;
};

class CallStatistics {
 public:
  explicit CallStatistics(store::Connection& connection) : connection_(connection) {}

  /// In the order of time. out_of_range: more pieces than one result holds, divide more coarsely.
  base::Result<std::vector<PieceOfCalls>> pieces(const Period& period, Division division);
  /// In ascending order; empty classes are left out.
  base::Result<std::vector<TimeClass>> times(const Period& period, Stage stage);
  /// The most used first; at most `limit`.
  base::Result<std::vector<SourceUse>> sources(const Period& period, int limit);
  base::Result<std::vector<EndingCount>> endings(const Period& period);

 private:
  base::Result<store::Rows> run(const Period& period, const std::string& sql, std::vector<store::Value> first = {});
  store::Connection& connection_;
};

}  // namespace frontdesk::statistics
