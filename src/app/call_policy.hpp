// From a configuration to what the switchboard does with calls.
#pragma once
#include <memory>

#include "config/config.hpp"
#include "llm/chat.hpp"
#include "runtime/call_policy.hpp"

namespace frontdesk::app {

/// `chat` answers the calls that come under this policy.
std::shared_ptr<const runtime::CallPolicy> call_policy(std::shared_ptr<const config::Config> config, bool diagnostics,
                                                       std::shared_ptr<llm::ChatModel> chat);

}  // namespace frontdesk::app
