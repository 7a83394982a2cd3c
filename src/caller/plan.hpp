// What the test caller says and does in one call, written as TOML:
//
//   name = "Opening hours"
//   greeting = true                  # wait for the receptionist to speak first (the default)
//   telephone_events = false         # offer no RFC 4733, as peers do that have only tones (default true)
//   stagger_ms = 700                 # of several calls, each says its first line this much later
//   [[step]]
//   say = "What time do you open?"   # or play = "question.wav", relative to the plan
//   expect = "We open at eight."     # optional: the reply's word error rate is measured
//   wait_answer = true               # the default after say and play
//   barge_in_after_ms = 1200         # begin this long after the receptionist BEGAN to speak
//   [[step]]
//   pause_ms = 500
//   [[step]]
//   digits = "123#"                  # wait_answer (default false) and expect as above
//   by = "rfc4733"                   # the default; or "in-band", as tones in the sound; or "info", by SIP INFO
//   [[step]]
//   hang_up = true                   # otherwise: after the last answer
//
// Pure, apart from load_plan().
#pragma once
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"

namespace frontdesk::caller {

inline constexpr std::size_t kMaxSteps = 200;
inline constexpr std::size_t kMaxSayCharacters = 400;
inline constexpr std::size_t kMaxDigits = 32;
inline constexpr std::size_t kMaxPlanBytes = 256 * 1024;
inline constexpr base::Duration kMaxPause = base::seconds(60);
inline constexpr base::Duration kMaxBargeInDelay = base::seconds(30);

enum class StepKind { say, play, digits, pause, hang_up };
enum class PressedBy { telephone_event, in_band, info };

struct Step {
  StepKind kind = StepKind::say;
  std::string text;                           ///< what is said, the file that is played, the digits
  PressedBy by = PressedBy::telephone_event;  ///< of digits
  bool wait_answer = true;
  std::optional<base::Duration> barge_in_after;  ///< say and play only
  std::optional<std::string> expect;             ///< the words of the answer
  base::Duration pause{0};
  friend bool operator==(const Step&, const Step&) = default;
};

struct CallPlan {
  std::string name;
  bool greeting = true;
  bool telephone_events = true;
  base::Duration stagger{0};
  std::vector<Step> steps;
  friend bool operator==(const CallPlan&, const CallPlan&) = default;
};

/// invalid_argument, as "five-turns.toml:12: there is no setting 'sya'; did you mean 'say'?".
/// `source` is the name shown in errors.
base::Result<CallPlan> parse_plan(std::string_view text, std::string_view source);

/// not_found, or as parse_plan(). Relative `play` files are taken to lie beside the plan.
base::Result<CallPlan> load_plan(const std::filesystem::path& path);

/// examples/calls/five-turns.toml, compiled in.
std::string_view default_plan_text();

}  // namespace frontdesk::caller
