// Stepping into a call that goes on: have the receptionist say or mind something, answer in her place, hold the caller,
// put the caller through, end the call. Each order is in the audit log and among the decisions of the call.
#pragma once
#include <functional>
#include <string>

#include "accounts/office.hpp"
#include "call/events.hpp"
#include "rest/api.hpp"
#include "store/call_log.hpp"

namespace frontdesk::api {

/// Where orders go. All empty: none can be given here.
struct CallControl {
  struct Outcome {
    bool over = false;         ///< the call is
    std::string refusal = {};  ///< why it does not fit the moment; empty: it was carried out, or will be in a moment
  };
  /// Tells a running call, and waits a fraction of a second for what becomes of it.
  std::function<Outcome(const std::string& call, call::Event event)> tell = {};
  /// May callers be put through to somebody of this name?
  std::function<bool(const std::string& to)> takes_calls = {};
  /// Does the model that answers mind instructions? The built-in one does not.
  std::function<bool()> minds_instructions = {};
};

struct CallControlSources {
  const store::CallLog& calls;  ///< must outlive the routes
  CallControl control;
  accounts::Office* office = nullptr;  ///< for the audit log; null: none is kept
};

/// POST /api/calls/{id}/hangup, /say, /whisper, /takeover, /giveback, /hold, /unhold, /transfer.
void add_call_control_routes(rest::Api& api, const CallControlSources& sources);

}  // namespace frontdesk::api
