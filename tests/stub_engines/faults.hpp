// What goes wrong with a stub engine, and how often.
#pragma once
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/time.hpp"

namespace frontdesk::stub_engines {

enum class Fault {
  none,
  hang,     ///< no answer at all
  cut,      ///< breaks off in the middle: a few words or a little sound, then a failure
  limited,  ///< 429, to be tried again later
  empty,    ///< an answer with nothing in it
  garbage,  ///< an answer that makes no sense: broken text, no samples
  slow,     ///< right, but kSlowness later
};

inline constexpr base::Duration kSlowness = base::milliseconds(3000);
inline constexpr int kTooManyRequests = 429;

/// "hang", "429" and so on, each with an optional ":0.25", the share of requests that are hit.
struct FaultPlan {
  Fault fault = Fault::none;
  double rate = 1;
};

std::optional<FaultPlan> parse_fault(std::string_view text);

/// Decides request by request, evenly: a rate of 0.25 hits every fourth.
class FaultDice {
 public:
  explicit FaultDice(FaultPlan plan) : plan_(plan) {}
  Fault next();

 private:
  const FaultPlan plan_;
  std::atomic<std::uint64_t> requests_{0};
};

base::Error broken_off();
base::Error too_many_requests();

}  // namespace frontdesk::stub_engines
