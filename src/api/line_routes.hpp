// The telephone lines over the API: what is configured, what providers usually want, checking an account, trying a
// line out.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/line_views.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "http/live_body.hpp"
#include "reception/sip_accounts/sip_account.hpp"
#include "rest/api.hpp"

namespace frontdesk::api {

/// How a configured line is at this moment.
struct LineStatus {
  std::string name;
  std::string state;        ///< "registered", "registering", "failed", "unregistered", "peered"
  std::string explanation;  ///< in words, why and what to do
  base::UtcTime changed_at;
  std::optional<base::Duration> next_attempt;  ///< from now; of a registered line the refresh
  bool elsewhere = false;                      ///< another machine registers it
};

LineState state_of(const LineStatus& status);
bool working(const LineStatus& status);

struct Line {
  std::string name;
  std::string provider;  ///< id of the preset, or empty
  sip_accounts::SipAccountForm account;
  std::string id{};            ///< of a saved one; empty: of the configuration file
  std::string organisation{};  ///< whose it is
};

struct TrialOrder {
  std::string line;                                     ///< a configured one; empty: the account
  std::optional<sip_accounts::SipAccountForm> account;  ///< checked; need not be saved
  bool events = false;                                  ///< as server-sent events; else lines of JSON
  bool ladder = false;                                  ///< with the SIP messages, masked
  bool guarded = false;  ///< only addresses of the Internet, and those that the operator has listed
};

struct LineSources {
  std::string country = "GB";
  std::function<std::vector<Line>()> lines;  ///< in force now; empty: none
  /// Whether an account that is not saved may be tried at an address inside our network. Only where nobody but this
  /// machine can ask: the test would tell others what listens where in the network behind us.
  bool inside_targets = false;
  /// Starts a test; resource_exhausted while another one runs. Called on answering threads, several at once.
  std::function<base::Result<std::shared_ptr<http::LiveBody>>(const TrialOrder&)> try_out;
  std::function<std::vector<LineStatus>()> statuses;
};

/// GET /api/sip/config, GET /api/sip/providers, POST /api/sip/validate, POST /api/sip/test-connection.
void add_line_routes(rest::Api& api, const LineSources& sources);

}  // namespace frontdesk::api
