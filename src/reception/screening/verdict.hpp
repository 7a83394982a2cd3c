// Everything that is decided about a call before it is answered: who calls, whether they may, what they reach, and the
// words that tell the owner why.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reception/screening/caller_identity.hpp"
#include "reception/screening/caller_rules.hpp"
#include "reception/screening/passport.hpp"
#include "reception/screening/screening.hpp"

namespace frontdesk::screening {

/// A line of the owner's: a trunk and the number that reaches it.
struct Line {
  std::string trunk;
  std::string server;   ///< lines at one server are told apart by the number called
  std::string account;  ///< stands in Request-URIs instead of the number
  std::string number;   ///< E.164, or empty
};

struct CallRequest {
  IdentityHeaders headers;
  std::string_view called;        ///< user part of the Request-URI
  std::string_view called_party;  ///< value of P-Called-Party-ID (RFC 7315)
  std::string_view to;            ///< user part of To
  base::Endpoint source;
  std::string_view trunk;      ///< that delivered it; empty: none
  bool trunk_asserts = false;  ///< the provider has named callers on this trunk
  base::UtcTime now;
};

struct Rules {
  ScreeningRules reach;
  std::string country = "GB";  ///< ISO 3166: how national numbers are read
  std::map<std::string, std::vector<std::string>, std::less<>> allowed_from;  ///< by trunk; none: everybody
  CallerRules callers;  ///< for all trunks; its own `allowed` stands for trunks without a list
  std::vector<Line> lines;
};

struct Verdict {
  Decision decision;
  bool priority = false;
  bool stranger = false;  ///< neither trunk nor listed: nothing of the call is worth keeping
  CallerIdentity caller;
  std::string statement;  ///< what a signed statement is worth, in words; empty: none came
  std::string called;     ///< the number dialled, E.164 where it can be read
  std::string trunk;
};

Verdict judge(const CallRequest& request, const Rules& rules);

/// For a record and a list: E.164, or what was claimed; empty when withheld.
std::string shown_number(const CallerIdentity& caller);
std::string shown_name(const CallerIdentity& caller);

/// "0333*" in the GB -> "+44333*", as rules want numbers; what is not a number is returned unchanged.
std::string rule_for(std::string_view pattern, std::string_view country);

}  // namespace frontdesk::screening
