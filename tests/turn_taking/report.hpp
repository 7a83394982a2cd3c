// What many calls say about a policy: cut-offs of callers who pause against delay for those who are done.
#pragma once
#include <string>
#include <vector>

#include "meter/distribution.hpp"
#include "turn_taking/call_run.hpp"
#include "turn_taking/policy.hpp"

namespace frontdesk::turn_taking {

/// One recording under one policy.
struct Judged {
  const Entry* entry = nullptr;
  std::optional<Span> pause;
  base::Duration speech_end{0};
  Outcome outcome;

  /// Decided while the caller still had something to say.
  bool cut_off() const { return outcome.decided && *outcome.decided < speech_end; }
  /// End of speech on the waveform to the decision; none if cut off or never decided.
  std::optional<base::Duration> delay() const;
};

struct Share {
  std::size_t of = 0;
  std::size_t cut_off = 0;
  std::size_t undecided = 0;
  meter::DistributionSummary delay_ms;  ///< of those that were answered after their end
  double cut_off_percent() const {
    return of == 0 ? 0 : 100.0 * static_cast<double>(cut_off) / static_cast<double>(of);
  }
};
Share share_of(const std::vector<Judged>& judged);

struct Measured {
  Trial trial;
  std::vector<Judged> questions;
  std::vector<Judged> pauses;
};

/// Tables for a terminal: the curve, and the shipped policy by kind of utterance.
std::string render_text(const std::vector<Measured>& measured);
/// Each cut-off and each slow answer of the shipped policy, with the machine's reasons.
std::string render_cases(const Measured& shipped);
std::string render_json(const std::vector<Measured>& measured, bool detector);

}  // namespace frontdesk::turn_taking
