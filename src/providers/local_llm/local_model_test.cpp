#include "providers/local_llm/local_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>

#include "providers/local_llm/hillside_test.hpp"

namespace frontdesk::local_llm {
namespace {

using std::chrono::steady_clock;

struct Sink : llm::ChatSink {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> texts;
  std::vector<llm::ChatOutcome> outcomes;
  std::vector<base::Error> errors;
  std::function<void(base::RequestId)> on_first_text;

  void on_text(base::RequestId id, std::string delta) override {
    if (on_first_text) std::exchange(on_first_text, nullptr)(id);
    const std::lock_guard lock(mutex);
    texts.push_back(std::move(delta));
  }
  void on_chat_done(base::RequestId, llm::ChatOutcome outcome) override {
    const std::lock_guard lock(mutex);
    outcomes.push_back(std::move(outcome));
    changed.notify_all();
  }
  void on_chat_failed(base::RequestId, const base::Error& error) override {
    const std::lock_guard lock(mutex);
    errors.push_back(error);
    changed.notify_all();
  }
  bool wait(std::size_t count) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(20), [&] { return outcomes.size() + errors.size() >= count; });
  }
};

llm::ChatRequest request(base::RequestId id, std::string text) {
  llm::ChatRequest out;
  out.id = id;
  out.messages.push_back({llm::Role::user, std::move(text), {}, {}, {}});
  out.wall_now = testing::kMondayMorning;
  return out;
}

TEST(Sentences, AreCutAtTheirEnds) {
  EXPECT_EQ(sentences("Yes. Dr. Patel is in. Anything else?"),
            (std::vector<std::string>{"Yes. ", "Dr. Patel is in. ", "Anything else?"}));
  EXPECT_EQ(sentences("It's £12.50 today."), (std::vector<std::string>{"It's £12.50 today."}));
  EXPECT_TRUE(sentences("").empty());
}

TEST(TurnInput, FindsTheStateThatWasHeard) {
  auto chat = request(1, "and on friday");
  chat.messages.insert(chat.messages.begin(), {llm::Role::assistant, "...", {}, {}, "new"});
  chat.messages.insert(chat.messages.begin(), {llm::Role::assistant, "...", {}, {}, "old"});
  chat.messages.insert(chat.messages.end() - 1, {llm::Role::assistant, "a filler", {}, {}, ""});
  chat.tools.push_back({"transfer_call", "", ""});
  const TurnInput input = turn_input(chat);
  EXPECT_EQ(input.state, "new");
  EXPECT_EQ(input.text, "and on friday");
  EXPECT_TRUE(input.can_transfer);
}

TEST(LocalModel, StreamsSentencesThenTheOutcome) {
  Sink sink;
  LocalModel model(testing::brain());  // last, so that it stops before the sinks go
  model.start(request(1, "how much is a check up"), sink);
  ASSERT_TRUE(sink.wait(1));
  ASSERT_EQ(sink.outcomes.size(), 1U);
  EXPECT_EQ(sink.texts.size(), 2U);
  EXPECT_EQ(sink.texts[0], "A check-up is £48. ");
  EXPECT_EQ(sink.outcomes[0].sources, std::vector<std::string>{"price:checkup"});
  EXPECT_GT(sink.outcomes[0].confidence, 0.5F);
  auto next = request(2, "and for children");
  next.messages.insert(next.messages.begin(),
                       {llm::Role::assistant, sink.texts[0], {}, {}, sink.outcomes[0].provider_state});
  model.start(next, sink);
  ASSERT_TRUE(sink.wait(2));
  EXPECT_EQ(sink.outcomes[1].sources, std::vector<std::string>{"price:child-checkup"});
}

TEST(LocalModel, AToolResultNeedsNoMoreWords) {
  Sink sink;
  LocalModel model(testing::brain());  // last, so that it stops before the sinks go
  auto chat = request(1, "bye");
  chat.messages.push_back({llm::Role::assistant, "Goodbye!", {{"t1", "take_message", "{}"}}, {}, "{}"});
  chat.messages.push_back({llm::Role::tool, "saved", {}, "t1", {}});
  model.start(chat, sink);
  ASSERT_TRUE(sink.wait(1));
  EXPECT_TRUE(sink.texts.empty());
  EXPECT_EQ(sink.outcomes.size(), 1U);
}

TEST(LocalModel, CancelledRequestsAreSilent) {
  Sink cancelled, after;
  LocalModel model(testing::brain());  // last, so that it stops before the sinks go
  for (base::RequestId id = 1; id <= 50; ++id) model.start(request(id, "what are your opening hours"), cancelled);
  for (base::RequestId id = 1; id <= 50; ++id) model.cancel(id);
  std::size_t events = 0;
  {
    const std::lock_guard lock(cancelled.mutex);
    events = cancelled.texts.size() + cancelled.outcomes.size();
  }
  model.start(request(99, "where are you"), after);
  ASSERT_TRUE(after.wait(1));
  EXPECT_EQ(cancelled.texts.size() + cancelled.outcomes.size(), events);
  model.cancel(99);
  model.cancel(12345);
}

TEST(LocalModel, ASinkMayCancelFromInside) {
  Sink sink, after;
  LocalModel model(testing::brain());  // last, so that it stops before the sinks go
  sink.on_first_text = [&](base::RequestId id) { model.cancel(id); };
  model.start(request(1, "how much is a check up"), sink);
  model.start(request(2, "hello"), after);
  ASSERT_TRUE(after.wait(1));
  EXPECT_EQ(sink.texts.size(), 1U);
  EXPECT_TRUE(sink.outcomes.empty());
}

TEST(LocalModel, AFullQueueRefusesAloud) {
  Sink sink;
  LocalModel model(testing::brain(false));  // last, so that it stops before the sinks go
  const std::size_t count = kMaxQueuedRequests + 40;
  for (base::RequestId id = 1; id <= count; ++id) model.start(request(id, "hello"), sink);
  ASSERT_TRUE(sink.wait(count));
  EXPECT_GT(sink.errors.size(), 0U);
  EXPECT_EQ(sink.errors.size() + sink.outcomes.size(), count);
  for (const auto& error : sink.errors) EXPECT_EQ(error.code, base::ErrorCode::resource_exhausted);
}

TEST(LocalModel, AnswersFastEnoughToBeUnheard) {
  LocalModel model(testing::brain());
  std::vector<double> ms;
  base::RequestId id = 0;
  for (const char* said : {"what time do you open", "how much is a check up and are you open on saturday",
                           "can i bring my dog", "is dr patel in on thursday", "do you fix washing machines"}) {
    for (int i = 0; i < 4; ++i) {
      Sink sink;
      const auto start = steady_clock::now();
      model.start(request(++id, said), sink);
      ASSERT_TRUE(sink.wait(1));
      ms.push_back(std::chrono::duration<double, std::milli>(steady_clock::now() - start).count());
    }
  }
  std::sort(ms.begin(), ms.end());
  std::printf("a whole answer: best %.1f ms, median %.1f ms, worst %.1f ms\n", ms.front(), ms[ms.size() / 2],
              ms.back());
  EXPECT_LT(ms.front(), 150 * testing::kSlowness);
}

TEST(LocalModel, PublishingChangesLaterAnswers) {
  Sink sink;
  LocalModel model(testing::brain());
  auto other = std::make_shared<knowledge::Business>();
  other->name = "Other";
  other->address.lines = "1 New Road";
  model.publish(std::make_shared<const Dialogue>(other, business_hours::TimeZone{}, nullptr));
  model.start(request(1, "where are you"), sink);
  ASSERT_TRUE(sink.wait(1));
  EXPECT_EQ(sink.texts.front(), "We're at 1 New Road.");
}

}  // namespace
}  // namespace frontdesk::local_llm
