// A test's findings as lines of text for a terminal and as lines of JSON (https://jsonlines.org) for programs.
#pragma once
#include <string>

#include "sip/trial/findings/findings.hpp"

namespace frontdesk::findings {

/// With a mark, the time it took, the sentence; below, what it means and what to do. Ends in "\n".
std::string text(const Step& step);
std::string text(const LadderMessage& message);
std::string closing_text(const Report& report);

/// {"type": "step", "step": "resolve", "state": "ok", "started_ms", "took_ms", ...}; without the line's end.
std::string json(const Step& step);
/// {"type": "message", "direction": "sent", ...}
std::string json(const LadderMessage& message);
/// {"type": "result", "ok": true, "took_ms": 812}
std::string closing_json(const Report& report);

}  // namespace frontdesk::findings
