// The call log as JSON text for the terminal: what the API shows, by the same views.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "replay/decisions.hpp"
#include "store/call_records.hpp"

namespace frontdesk::api {

/// "decisions" only if they are given.
std::string call_json(const store::CallRow& call, std::span<const store::TurnRow> turns,
                      std::span<const store::MessageRow> messages,
                      const std::vector<replay::Decision>* decisions = nullptr,
                      std::span<const store::ConsentRow> consents = {});

/// {"calls": [...], "next_cursor": "..." or null}; each call without turns and messages.
std::string calls_json(const store::CallPage& page);

}  // namespace frontdesk::api
