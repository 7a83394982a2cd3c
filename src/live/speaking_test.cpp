#include "live/speaking.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace frontdesk::live {
namespace {

namespace bj = boost::json;
using Moment = ListeningOptions::Moment;

class SpeakingTest : public testing::Test {
 protected:
  std::mutex mutex;
  std::vector<std::string> notes;
  std::shared_ptr<runtime::OperatorVoice> voice;
  bool database = true, here = true;
  std::shared_ptr<http::WebSocket> socket = std::make_shared<http::WebSocket>();
  std::vector<bj::object> texts;
  std::unique_ptr<Speaking> speaking;

  SpeakingTest() {
    SpeakingOptions options;
    options.every = base::milliseconds(1);
    options.known = [](const std::string& organisation, const std::string& call) {
      return organisation == "org_a" && call == "call_1";
    };
    options.speak = [this](const std::string&, std::shared_ptr<runtime::OperatorVoice> given) {
      const std::lock_guard lock(mutex);
      if (here) voice = std::move(given);
      return here;
    };
    options.note = [this](const Listener& who, const std::string& call, Moment moment) -> base::Status {
      const std::lock_guard lock(mutex);
      if (!database) return base::fail(base::ErrorCode::unavailable, "store", "the database is away");
      notes.push_back(who.who.id + (moment == Moment::began ? " + " : " - ") + call);
      return {};
    };
    options.name = [](const access::Principal&) { return std::string("Priya"); };
    speaking = std::make_unique<Speaking>(std::move(options));
  }
  ~SpeakingTest() override { speaking.reset(); }

  std::shared_ptr<Speaking::Held> begin(const std::string& call = "call_1", const std::string& organisation = "org_a") {
    Listener who;
    who.who.organisation = organisation;
    who.who.id = "user_1";
    return speaking->begin(who, call, *web_call::format_of("pcm16", 16'000), socket);
  }
  template <class Condition>
  bool await(Condition condition) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      for (auto& message : socket->take().messages) texts.push_back(bj::parse(message.data).as_object());
      std::this_thread::yield();
    }
    return true;
  }
  bool await_type(std::string_view type) {
    return await([&] { return !texts.empty() && texts.back().at("type").as_string() == type; });
  }
  std::vector<std::string> noted() {
    const std::lock_guard lock(mutex);
    return notes;
  }
};

TEST_F(SpeakingTest, WhatIsSaidReachesTheCallAndIsWrittenDown) {
  const auto held = begin();
  ASSERT_TRUE(await_type("call.speaking"));
  EXPECT_EQ(noted(), std::vector<std::string>{"user_1 + call_1"});
  EXPECT_EQ(voice->who, "Priya");
  held->sound(std::string(3200, '\0'), base::Instant{base::seconds(5)});
  std::vector<audio::Pcm> frames;
  voice->sound.drain(frames);
  ASSERT_GE(frames.size(), 4U) << "100 ms";
  EXPECT_EQ(frames[0].size(), audio::kFrameSamples);
  held->end();
  ASSERT_TRUE(await([&] { return voice->given_back.load(); }));
  EXPECT_FALSE(held->over()) << "until the call has it back";
  voice->over = true;
  ASSERT_TRUE(await_type("call.speak_end"));
  EXPECT_TRUE(held->over());
  EXPECT_TRUE(await([&] { return noted().size() == 2; }));
}

TEST_F(SpeakingTest, ACallThatIsGivenBackOtherwiseEndsIt) {
  const auto held = begin();
  ASSERT_TRUE(await_type("call.speaking"));
  voice->over = true;
  ASSERT_TRUE(await_type("call.speak_end"));
  held->sound(std::string(3200, '\0'), base::Instant{base::seconds(5)});
  std::vector<audio::Pcm> frames;
  voice->sound.drain(frames);
  EXPECT_TRUE(frames.empty());
}

TEST_F(SpeakingTest, OneAtATimeAndOnlyInOnesOwnCalls) {
  begin("call_1", "org_b");
  ASSERT_TRUE(await_type("call.speak_end"));
  EXPECT_EQ(texts.back().at("data").at("code").as_string(), "not_found");
  begin();
  ASSERT_TRUE(await_type("call.speaking"));
  begin();
  ASSERT_TRUE(await_type("call.speak_end"));
  EXPECT_EQ(texts.back().at("data").at("code").as_string(), "failed_precondition");
  EXPECT_EQ(noted().size(), 1U);
}

TEST_F(SpeakingTest, NobodySpeaksUnwrittenOrOnAnotherMachine) {
  database = false;
  begin();
  ASSERT_TRUE(await_type("call.speak_end"));
  EXPECT_EQ(voice, nullptr);
  texts.clear();
  {
    const std::lock_guard lock(mutex);
    database = true;
    here = false;
  }
  begin();
  ASSERT_TRUE(await_type("call.speak_end"));
  EXPECT_EQ(noted().size(), 2U) << "begun and ended";
}

}  // namespace
}  // namespace frontdesk::live
