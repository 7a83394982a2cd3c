// The call log as text for a terminal of 100 columns. Pure.
#pragma once
#include <string>
#include <vector>

#include "store/call_records.hpp"

namespace frontdesk::app {

std::string calls_table(const store::CallPage& page);
std::string call_page(const store::CallRow& call, const std::vector<store::TurnRow>& turns,
                      const std::vector<store::MessageRow>& messages);

}  // namespace frontdesk::app
