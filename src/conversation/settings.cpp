#include "conversation/settings.hpp"

namespace frontdesk::conversation {

std::vector<std::string> usual_fillers() {
  return {"One moment, please.", "Let me just check that."};
}

std::vector<std::string> fixed_phrases(const ConversationSettings& settings) {
  const auto opening = opening_of(settings.greeting, settings.recording);
  std::vector<std::string> phrases = {opening.before,           opening.notice,           opening.after,
                                      settings.apology,         settings.pardon,          settings.still_there,
                                      settings.goodbye,         settings.goodbye_silence, settings.goodbye_limit,
                                      settings.goodbye_trouble, settings.patience,        settings.going_round,
                                      settings.leave_message,   settings.message_taken,   settings.given_back};
  const auto& recording = settings.recording;
  if (recording.policy != RecordingPolicy::off)
    phrases.insert(phrases.end(),
                   {recording.accepted, recording.declined, recording.stopped, recording.question_again});
  std::erase(phrases, "");
  phrases.insert(phrases.end(), settings.fillers.begin(), settings.fillers.end());
  if (!settings.transfers.targets.empty()) phrases.push_back(settings.transfers.connecting);
  return phrases;
}

}  // namespace frontdesk::conversation
