// The call log as text for a terminal of 100 columns. Pure.
#pragma once
#include <string>
#include <vector>

#include "replay/decisions.hpp"
#include "store/call_records.hpp"

namespace frontdesk::app {

/// What callers sent, without anything a terminal would obey.
std::string plain(std::string text);

std::string calls_table(const store::CallPage& page);
std::string call_page(const store::CallRow& call, const std::vector<store::TurnRow>& turns,
                      const std::vector<store::MessageRow>& messages,
                      const std::vector<store::ConsentRow>& consents = {});
/// The decisions, under the turn each led to.
std::string decisions_text(const std::vector<replay::Decision>& decisions, const std::vector<store::TurnRow>& turns);

}  // namespace frontdesk::app
