// The recipe of a call's machine: what it is made of, complete enough to make it again years later from
// the head of a journal. The same function makes it the first time, so that the two cannot differ.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "call/call.hpp"
#include "conversation/conversation.hpp"
#include "replay/reflected_json.hpp"

namespace frontdesk::replay {

struct EchoTestSettings {
  base::Duration longest{0};
};

struct TalkTestSettings {
  std::vector<std::string> sentences;
  base::RequestId first_request = 1;
  base::Duration longest{0};
};

using ActivitySettings = std::variant<conversation::ConversationSettings, EchoTestSettings, TalkTestSettings>;

inline constexpr int kJournalFormat = 1;

struct Recipe {
  std::string build;          ///< of the program that made the call
  std::string configuration;  ///< fingerprint of the configuration in force
  std::string voice;
  double voice_speed = 1;
  call::CallLimits limits;
  ActivitySettings activity;
};

std::unique_ptr<call::Activity> make_activity(const ActivitySettings& settings);
/// "conversation", "echo_test", "talk_test".
std::string_view name_of(const ActivitySettings& settings);

/// One line, a JSON object. Holds caller data.
std::string to_text(const Recipe& recipe);

struct ReadRecipe {
  Recipe recipe;
  Notes notes;  ///< settings this program has and the journal has not, or the other way round
};
/// invalid_argument when it is no recipe, failed_precondition when it is one of a later format.
base::Result<ReadRecipe> read_recipe(std::string_view text);

/// A short name for a value's whole content: equal values have equal ones.
std::string fingerprint(const boost::json::value& json);

}  // namespace frontdesk::replay
