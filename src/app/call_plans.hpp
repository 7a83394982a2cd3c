// What each kind of call does: turns the configuration into activities.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "conversation/conversation.hpp"
#include "runtime/call_policy.hpp"

namespace frontdesk::app {

/// The receptionist's conversation, or a test of the line. The configuration is the one in force
/// when the call comes in, and so is the model; null: that of the engines.
runtime::PlanCall make_call_plans(std::shared_ptr<const config::Config> config, std::shared_ptr<llm::ChatModel> chat);

/// The conversation's settings before a caller is known.
conversation::ConversationSettings conversation_settings(const config::Config& config);

/// Sentences that can be synthesised before the first call.
std::vector<std::string> fixed_phrases(const config::Config& config);

}  // namespace frontdesk::app
