// Plays tests/data/tapes/*.tape against the call and its conversation. A tape holds the events of one
// call and, after >, the commands they must lead to; wakeups are fired when the machine asks for them.
//
//     = soft_limit 30          a setting, in seconds (see kSettings), or run_until: fire wakeups till then
//     # words                  a comment
//     * assistant "Hello."     the history at the end of the call
//
// UPDATE_EXPECT=1 rewrites everything but events, settings and comments.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "call/call.hpp"
#include "call/tape.hpp"
#include "conversation/conversation.hpp"

namespace frontdesk::conversation {
namespace {

using base::Duration;
using base::Instant;

constexpr int kMaxWakeups = 1000;  // between two events: more is a loop

std::vector<std::filesystem::path> tapes() {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(FRONTDESK_TEST_DATA) + "/tapes"))
    if (entry.path().extension() == ".tape") found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

ConversationSettings tape_settings() {
  ConversationSettings settings;
  settings.greeting = "Hello, this is Frontdesk.";
  settings.caller_number = base::Pii<std::string>("+442079460000");
  // Round figures of the tapes' own: tuning the product does not change its scenarios.
  auto& silence = settings.end_of_turn;
  silence.question = silence.request = silence.answer = silence.statement = base::milliseconds(400);
  silence.unsure = silence.whole_number = base::milliseconds(650);
  silence.open = silence.number = silence.spelling = base::milliseconds(1000);
  return settings;
}

/// One tape being played: the lines that come out.
class Player {
 public:
  void line(const std::string& line) {
    if (line.starts_with('*')) return;
    if (line.starts_with('=')) return setting(line);
    const auto parsed = call::parse_event(line);
    if (!parsed) return fail(parsed.error().message);
    const auto& event = *parsed;
    if (!event) {
      if (line.find('>') == std::string::npos || line.starts_with('#')) put(line);
      return;
    }
    if (std::holds_alternative<call::Wakeup>(event->event)) return;
    wake_until(event->at);
    step(event->at, event->event);
  }

  std::string finish() {
    if (run_until_) wake_until(*run_until_);
    if (call().phase() != call::Phase::ended) fail("the call has not ended");
    for (const auto& message : conversation_->history().messages()) {
      constexpr std::array kRoles = {"user", "assistant", "tool"};
      put(std::string("* ") + kRoles[static_cast<std::size_t>(message.role)] + " \"" + message.text + "\"");
      for (const auto& tool : message.tool_calls) put("*   calls " + tool.name);
    }
    return std::move(out_);
  }

 private:
  void setting(const std::string& line) {
    put(line);
    std::istringstream words(line);
    std::string mark;
    std::string name;
    double value = 0;
    words >> mark >> name >> value;
    const Duration length = base::microseconds(static_cast<std::int64_t>(value * 1e6));
    if (name == "run_until")
      run_until_ = Instant{length};
    else if (name == "soft_limit")
      settings_.soft_limit = length;
    else if (name == "idle_prompt")
      settings_.idle_prompt = length;
    else if (name == "any_voice")
      settings_.interruption.policy = value > 0 ? InterruptionPolicy::voice : InterruptionPolicy::words;
    else if (name == "transfers")  // 1: announced, 2: blind
      put_through(value > 1 ? transfer::Method::blind : transfer::Method::announced);
    else
      fail("unknown setting " + name);
    if (call_ && name != "run_until") fail("settings come before the first event");
  }

  void put_through(transfer::Method method) {
    settings_.transfers.method = method;
    settings_.transfers.targets = {{"Ann Lee", {"Ann"}, "+442079460001"}, {"Bob Fox", {}, "+442079460002"}};
  }

  call::Call& call() {
    if (!call_) {
      auto conversation = std::make_unique<Conversation>(settings_);
      conversation_ = conversation.get();
      call_ = std::make_unique<call::Call>(call::CallLimits{}, std::move(conversation));
    }
    return *call_;
  }

  void wake_until(Instant limit) {
    for (int i = 0; call().next_wakeup() <= limit; ++i) {
      if (i == kMaxWakeups) return fail("wakeups without end");
      const auto at = call().next_wakeup();
      step(at, call::Wakeup{});
      if (call().next_wakeup() <= at) return fail("a wakeup that changed nothing");
    }
  }

  void step(Instant at, const call::Event& event) {
    put(call::to_line(at, event));
    call::Commands commands;
    call().handle(event, at, commands);
    for (const auto& command : commands) put(call::to_line(at, command));
  }

  void put(const std::string& line) { out_ += line + '\n'; }
  void fail(const std::string& why) { put("!! " + why); }

  ConversationSettings settings_ = tape_settings();
  std::unique_ptr<call::Call> call_;
  Conversation* conversation_ = nullptr;
  std::optional<Instant> run_until_;
  std::string out_;
};

class Tapes : public testing::TestWithParam<std::filesystem::path> {};

}  // namespace

TEST_P(Tapes, LeadToTheSameCommands) {
  const auto expected = contents(GetParam());
  Player player;
  std::istringstream lines(expected);
  for (std::string line; std::getline(lines, line);) player.line(line);
  const auto played = player.finish();
  if (std::getenv("UPDATE_EXPECT") != nullptr) std::ofstream(GetParam()) << played;
  EXPECT_EQ(played.find("!!"), std::string::npos) << played;
  if (std::getenv("UPDATE_EXPECT") == nullptr) {
    EXPECT_EQ(played, expected) << "if this is what a caller wants, run with UPDATE_EXPECT=1";
  }
}

INSTANTIATE_TEST_SUITE_P(AllFiles, Tapes, testing::ValuesIn(tapes()), [](const auto& tape) {
  auto name = tape.param.stem().string();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
});

}  // namespace frontdesk::conversation
