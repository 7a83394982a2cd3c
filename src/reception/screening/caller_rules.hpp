// The owner's lists of callers, applied to an identity: blocked, allowed, preferred. Lists hold numbers and
// beginnings as matches_number() reads them, in E.164.
#pragma once
#include <string>
#include <vector>

#include "reception/screening/caller_identity.hpp"

namespace frontdesk::screening {

struct CallerRules {
  std::vector<std::string> allowed{"*"};  ///< "*": everybody, also who withholds the number
  std::vector<std::string> blocked;       ///< wins over the other lists
  std::vector<std::string> priority;      ///< also allowed, whatever `allowed` holds
  bool refuse_withheld = false;
  bool refuse_failed = false;  ///< numbers the network could not confirm
};

enum class Treatment { refused, normal, priority };

struct CallerDecision {
  Treatment treatment = Treatment::normal;
  int status = 0;      ///< SIP status of a refusal
  std::string reason;  ///< for the record, in words; never holds the number
};

/// A number that failed verification never passes a list that names numbers.
CallerDecision decide(const CallerIdentity& caller, const CallerRules& rules);

}  // namespace frontdesk::screening
