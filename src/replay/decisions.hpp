// The decisions of a call, as its journal tells them: what was decided when, of which turn, and why.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace frontdesk::replay {

/// A measured quantity in a reason: "402 ms", "0.83".
struct Quantity {
  double value = 0;
  std::string unit;  ///< "ms", "s", "%" or empty
  friend bool operator==(const Quantity&, const Quantity&) = default;
};

struct Decision {
  base::Duration at{0};                        ///< on the call's clock, from the INVITE
  std::optional<base::Duration> after_answer;  ///< as the times of turns; none before the answer
  std::optional<int> turn;                     ///< index of the turn it led to; none: no turn came of it
  std::string decision;                        ///< "endpoint", "interrupt", "fallback"
  std::string reason;
  std::vector<Quantity> numbers;  ///< of the reason
};

/// Lines that are no decision are passed over, whatever they are.
std::vector<Decision> decisions_of(std::string_view journal);

std::vector<Quantity> quantities_in(std::string_view reason);

}  // namespace frontdesk::replay
