#include "app/recording_plan.hpp"

#include <algorithm>

#include "reception/messages/message.hpp"

namespace frontdesk::app {
namespace {

conversation::RecordingPolicy policy_of(config::RecordingPolicy policy) {
  switch (policy) {
    case config::RecordingPolicy::off:
      return conversation::RecordingPolicy::off;
    case config::RecordingPolicy::announce:
      return conversation::RecordingPolicy::announce;
    case config::RecordingPolicy::ask:
      return conversation::RecordingPolicy::ask;
    case config::RecordingPolicy::both_party:
      return conversation::RecordingPolicy::both_party;
  }
  return conversation::RecordingPolicy::off;
}

std::string canonical(const std::string& number, const std::string& country) {
  std::string digits;
  for (const char c : number)
    if ((c >= '0' && c <= '9') || (c == '+' && digits.empty())) digits += c;
  return digits.empty() ? number : messages::to_e164(digits, country);
}

config::RecordingPolicy policy_for(const config::Config& config, const std::string& trunk, const std::string& called) {
  const auto& country = config.business.country;
  const auto dialled = canonical(called, country);
  for (const auto& number : config.recording.numbers)
    if (!called.empty() && canonical(number.number, country) == dialled) return number.policy;
  const auto of_trunk = std::find_if(config.all_trunks.begin(), config.all_trunks.end(),
                                     [&](const auto& each) { return !trunk.empty() && each.name == trunk; });
  return of_trunk == config.all_trunks.end() ? config.recording.policy
                                             : of_trunk->recording.value_or(config.recording.policy);
}

}  // namespace

conversation::RecordingSettings recording_settings(const config::Config& config, const std::string& trunk,
                                                   const std::string& called) {
  conversation::RecordingSettings settings;
  settings.policy = policy_of(policy_for(config, trunk, called));
  const auto& name = config.business.name;
  const bool named = config.business.greeting.empty() || config.business.greeting.find(name) != std::string::npos;
  if (!config.recording.announcement.empty())
    settings.announcement = config.recording.announcement;
  else if (!named)
    settings.announcement = "Calls to " + name + " are recorded.";
  if (!config.recording.question.empty()) settings.question = config.recording.question;
  settings.hide_keys = config.recording.pause_on_digits;
  settings.pause_for_payment = config.recording.pause_for_payment;
  return settings;
}

}  // namespace frontdesk::app
