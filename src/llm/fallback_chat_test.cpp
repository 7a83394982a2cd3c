#include "llm/fallback_chat.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "fallback/chain_fixture_test.hpp"

namespace frontdesk::llm {
namespace {

using base::Duration;
using base::ErrorCode;
using base::milliseconds;
using base::RequestId;
using base::seconds;
using fallback::broken;
using fallback::Circuit;
using fallback::Failure;
using fallback::ManualTimer;
using testing::ElementsAre;
using testing::IsEmpty;

/// Says what the test tells it to; keeps the promises of the port.
class FakeModel final : public ChatModel {
 public:
  void start(const ChatRequest& request, ChatSink& sink) override {
    ++starts;
    newest = request.id;
    sinks[request.id] = &sink;
    if (on_start) on_start(request.id);
  }
  void cancel(RequestId id) override { sinks.erase(id); }

  void say(RequestId id, const std::string& text) {
    if (sinks.contains(id)) sinks.at(id)->on_text(id, text);
  }
  void finish(RequestId id, ChatOutcome outcome = {}) {
    if (auto* sink = take(id)) sink->on_chat_done(id, std::move(outcome));
  }
  void fail(RequestId id, const base::Error& error = broken()) {
    if (auto* sink = take(id)) sink->on_chat_failed(id, error);
  }

  std::function<void(RequestId)> on_start;
  std::map<RequestId, ChatSink*> sinks;
  RequestId newest = 0;
  int starts = 0;

 private:
  ChatSink* take(RequestId id) {
    const auto found = sinks.find(id);
    if (found == sinks.end()) return nullptr;
    auto* sink = found->second;
    sinks.erase(found);
    return sink;
  }
};

struct Ear final : ChatSink {
  void on_text(RequestId id, std::string delta) override {
    text[id] += delta;
    if (on_event) on_event(id);
  }
  void on_chat_done(RequestId id, ChatOutcome) override {
    done.push_back(id);
    if (on_event) on_event(id);
  }
  void on_chat_failed(RequestId id, const base::Error& error) override {
    failed.push_back(id);
    last_error = error;
    if (on_event) on_event(id);
  }
  std::map<RequestId, std::string> text;
  std::vector<RequestId> done;
  std::vector<RequestId> failed;
  base::Error last_error;
  std::function<void(RequestId)> on_event;
};

struct FallbackChatTest : fallback::ChainFixture {
  void start(RequestId id) {
    ChatRequest request;
    request.id = id;
    request.system_prompt = "prompt";
    chat.start(request, ear);
  }
  FakeModel first;
  FakeModel second;
  Ear ear;
  FallbackChat chat{{{first, "first", {}}, {second, "second", {}}}, options()};
};

TEST_F(FallbackChatTest, TheFirstAnswersWhileItWorks) {
  start(1);
  EXPECT_EQ(first.newest, 1000U) << "a try has an id of its own";
  first.say(1000, "We open");
  EXPECT_EQ(ear.text[1], "") << "no clause yet";
  first.say(1000, " at nine, ");
  EXPECT_EQ(ear.text[1], "We open at nine, ");
  first.say(1000, "and");
  EXPECT_EQ(ear.text[1], "We open at nine, and");
  first.finish(1000);
  EXPECT_THAT(ear.done, ElementsAre(1));
  EXPECT_EQ(second.starts, 0);
  EXPECT_EQ(chat.stats()[0].worked, 1U);
  EXPECT_TRUE(timer.waiting.empty());
}

TEST_F(FallbackChatTest, AModelThatHangsIsReplacedAtItsDeadline) {
  start(1);
  timer.advance(milliseconds(1499));
  EXPECT_EQ(second.starts, 0);
  timer.advance(milliseconds(1));
  ASSERT_EQ(second.starts, 1);
  EXPECT_THAT(first.sinks, IsEmpty()) << "the silent one was cancelled";
  second.say(1001, "Hello.");
  second.finish(1001);
  EXPECT_EQ(ear.text[1], "Hello.");
  EXPECT_THAT(ear.done, ElementsAre(1));
  EXPECT_EQ(failures(chat, 0, Failure::timed_out), 1U);
}

TEST_F(FallbackChatTest, ErrorsEmptyAnswersAndNonsenseAreNotHeard) {
  const std::vector<std::function<void(RequestId)>> faults = {
      [&](RequestId id) { first.fail(id, broken(ErrorCode::unauthenticated)); },
      [&](RequestId id) { first.fail(id, broken(ErrorCode::resource_exhausted)); },
      [&](RequestId id) { first.fail(id, broken(ErrorCode::invalid_argument)); },
      [&](RequestId id) { first.finish(id); },
      [&](RequestId id) { first.say(id, "  "), first.finish(id); },
      [&](RequestId id) { first.say(id, "..."), first.finish(id); },
      [&](RequestId id) { first.say(id, "\xFF\x01"); },
      [&](RequestId id) { first.say(id, std::string(100, '#')); },
      [&](RequestId id) { first.say(id, "We op"), first.fail(id); },
  };
  RequestId id = 0;
  for (const auto& fault : faults) {
    start(++id);
    fault(first.newest);
    second.say(second.newest, "Right.");
    second.finish(second.newest);
    EXPECT_EQ(ear.text[id], "Right.") << id;
    timer.advance(seconds(3600));  // the circuit closes by a probe
    start(++id);
    first.say(first.newest, "Well.");
    first.finish(first.newest);
    EXPECT_EQ(ear.text[id], "Well.") << id;
  }
  EXPECT_THAT(ear.failed, IsEmpty());
  EXPECT_THAT(first.sinks, IsEmpty());
}

TEST_F(FallbackChatTest, ToolsWithoutWordsAreAnAnswer) {
  start(1);
  ChatOutcome outcome;
  outcome.tool_calls.push_back({"1", "take_message", "{}"});
  first.finish(first.newest, outcome);
  EXPECT_THAT(ear.done, ElementsAre(1));
  EXPECT_EQ(second.starts, 0);
}

TEST_F(FallbackChatTest, SilenceInsideTheFirstClauseIsHandledAndWhatWasKeptBackIsForgotten) {
  start(1);
  first.say(1000, "We op");
  timer.advance(milliseconds(500));
  ASSERT_EQ(second.starts, 1);
  second.say(1001, "At nine.");
  second.finish(1001);
  EXPECT_EQ(ear.text[1], "At nine.");
}

TEST_F(FallbackChatTest, AModelThatDribblesIsReplaced) {
  start(1);
  for (int i = 0; i < 5; ++i) {
    first.say(1000, "a");
    timer.advance(milliseconds(450));
  }
  EXPECT_EQ(second.starts, 1) << "2 s at most until something was passed on";
}

TEST_F(FallbackChatTest, BlankTextIsNoProgress) {
  start(1);
  timer.advance(milliseconds(1000));
  first.say(1000, " ");
  timer.advance(milliseconds(500));
  EXPECT_EQ(second.starts, 1);
}

TEST_F(FallbackChatTest, AfterWordsWerePassedOnAFailureIsPassedOnToo) {
  start(1);
  first.say(1000, "We open at nine, ");
  first.fail(1000);
  EXPECT_THAT(ear.failed, ElementsAre(1));
  start(2);
  first.say(first.newest, "We open at nine, ");
  timer.advance(seconds(2));
  EXPECT_THAT(ear.failed, ElementsAre(1, 2));
  EXPECT_EQ(ear.last_error.code, ErrorCode::deadline_exceeded);
  EXPECT_EQ(second.starts, 0);
  EXPECT_THAT(first.sinks, IsEmpty());
}

TEST_F(FallbackChatTest, AllFailing) {
  start(1);
  first.fail(first.newest);
  second.fail(second.newest, broken(ErrorCode::resource_exhausted));
  EXPECT_THAT(ear.failed, ElementsAre(1));
  EXPECT_EQ(ear.last_error.code, ErrorCode::resource_exhausted);
  EXPECT_TRUE(timer.waiting.empty());
}

TEST_F(FallbackChatTest, NothingAfterCancelInAnyState) {
  start(1);  // before anything
  chat.cancel(1);
  start(2);  // something kept back
  first.say(first.newest, "We op");
  chat.cancel(2);
  start(3);  // with the second
  first.fail(first.newest);
  chat.cancel(3);
  start(4);  // flowing
  first.say(first.newest, "We open. ");
  chat.cancel(4);
  chat.cancel(4);
  chat.cancel(99);
  start(5);  // over
  first.say(first.newest, "We open. ");
  first.finish(first.newest);
  chat.cancel(5);
  EXPECT_THAT(first.sinks, IsEmpty());
  EXPECT_THAT(second.sinks, IsEmpty());
  EXPECT_TRUE(timer.waiting.empty());
  timer.advance(seconds(60));
  EXPECT_THAT(ear.done, ElementsAre(5));
  EXPECT_THAT(ear.failed, IsEmpty());
}

TEST_F(FallbackChatTest, TheListenerMayCancelFromInsideAnEvent) {
  ear.on_event = [&](RequestId id) { chat.cancel(id); };
  start(1);
  first.say(1000, "Short");
  first.finish(1000);  // text and the end in one step
  EXPECT_EQ(ear.text[1], "Short");
  EXPECT_THAT(ear.done, IsEmpty());
}

TEST_F(FallbackChatTest, AModelMayAnswerBeforeStartReturns) {
  first.on_start = [&](RequestId id) { first.fail(id); };
  second.on_start = [&](RequestId id) { second.say(id, "At once."), second.finish(id); };
  start(1);
  EXPECT_EQ(ear.text[1], "At once.");
  EXPECT_THAT(ear.done, ElementsAre(1));
}

TEST_F(FallbackChatTest, AFailingModelIsLeftAloneAndProbed) {
  first.on_start = [&](RequestId id) { first.fail(id); };
  second.on_start = [&](RequestId id) { second.say(id, "Yes."), second.finish(id); };
  for (RequestId id = 1; id <= 20; ++id) start(id);
  EXPECT_EQ(first.starts, 3);
  EXPECT_EQ(chat.stats()[0].circuit, Circuit::open);
  EXPECT_EQ(chat.stats()[0].skipped, 17U);
  timer.advance(seconds(2));
  start(21);
  start(22);
  EXPECT_EQ(first.starts, 4) << "one probe";
  timer.advance(seconds(4));
  first.on_start = [&](RequestId id) { first.say(id, "Back."), first.finish(id); };
  start(23);
  start(24);
  EXPECT_EQ(ear.text[24], "Back.");
  EXPECT_EQ(ear.done.size(), 24U);
}

TEST_F(FallbackChatTest, RetryAfterIsHonoured) {
  retry_after = seconds(30);
  second.on_start = [&](RequestId id) { second.say(id, "Yes."), second.finish(id); };
  start(1);
  first.fail(first.newest, broken(ErrorCode::resource_exhausted));
  timer.advance(seconds(29));
  start(2);
  EXPECT_EQ(first.starts, 1);
  timer.advance(seconds(1));
  start(3);
  EXPECT_EQ(first.starts, 2);
}

TEST_F(FallbackChatTest, WithEveryCircuitOpenARequestFailsAtOnce) {
  first.on_start = [&](RequestId id) { first.fail(id); };
  second.on_start = [&](RequestId id) { second.fail(id); };
  for (RequestId id = 1; id <= 4; ++id) start(id);
  EXPECT_EQ(ear.failed.size(), 4U);
  EXPECT_EQ(first.starts, 3);
  EXPECT_EQ(ear.last_error.code, ErrorCode::unavailable);
}

TEST_F(FallbackChatTest, WithoutRoomForADeadlineARequestFails) {
  timer.capacity = 0;
  start(1);
  EXPECT_THAT(ear.failed, ElementsAre(1));
  EXPECT_EQ(ear.last_error.code, ErrorCode::resource_exhausted);
  EXPECT_EQ(first.starts, 0);
}

TEST_F(FallbackChatTest, ItsEndEndsWhatIsOpen) {
  {
    FallbackChat other({{first, "first", {}}}, options());
    ChatRequest request;
    request.id = 77;
    other.start(request, ear);
    EXPECT_EQ(first.sinks.size(), 1U);
  }
  EXPECT_THAT(first.sinks, IsEmpty());
  timer.advance(seconds(60));
  EXPECT_THAT(ear.failed, IsEmpty());
}

// --- random faults

constexpr fallback::Patience kHalf{milliseconds(700), milliseconds(300), milliseconds(900)};
constexpr Duration kBound = milliseconds(2000);  // two providers, each at most 1 s

/// Answers at random, in virtual time.
struct RandomModel {
  RandomModel(ManualTimer& t, base::Random& r, std::string w) : timer(t), random(r), word(std::move(w)) {
    model.on_start = [this](RequestId id) { script(id); };
  }
  void later(Duration after, std::function<void()> task) {
    if (after == Duration{0}) return task();
    (void)timer.at(timer.now() + after, std::move(task));
  }
  Duration wait() {
    if (random.chance(0.2)) return Duration{0};
    return milliseconds(random.chance(0.15) ? random.between(700, 3000) : random.between(1, 400));
  }
  void script(RequestId id) {
    Duration at = wait();
    if (random.chance(0.1)) return;  // hangs
    for (auto left = random.between(0, 6); left > 0; --left, at += wait()) {
      const auto text = random.chance(0.05)  ? std::string("\xFF")
                        : random.chance(0.1) ? std::string(" ")
                        : random.chance(0.1) ? std::string("#")
                                             : word + (random.chance(0.4) ? ". " : " ");
      later(at, [this, id, text] { model.say(id, text); });
    }
    if (random.chance(0.1)) return;  // stops in the middle
    const bool fails = random.chance(0.25);
    later(at, [this, id, fails] { fails ? model.fail(id) : model.finish(id); });
  }

  ManualTimer& timer;
  base::Random& random;
  std::string word;
  FakeModel model;
};

struct Watched {
  base::Instant started{};
  std::optional<base::Instant> first_event;
  int ends = 0;
  bool cancelled = false;
};

/// One sequence of requests. Empty, or what went wrong.
std::string run_sequence(std::uint64_t seed) {
  base::Random random(seed);
  ManualTimer timer;
  RandomModel first(timer, random, "one");
  RandomModel second(timer, random, "two");
  std::map<RequestId, Watched> watched;
  std::string wrong;
  Ear ear;
  RequestId next_id = 1000;
  fallback::ChainOptions options;
  options.timer = &timer;
  options.new_id = [&] { return next_id++; };
  FallbackChat chat({{first.model, "first", kHalf}, {second.model, "second", kHalf}}, std::move(options));
  ear.on_event = [&](RequestId id) {
    auto& request = watched[id];
    if (request.cancelled) wrong = "an event after cancel";
    if (request.ends > 0) wrong = "an event after the end";
    if (!request.first_event) request.first_event = timer.now();
    request.ends = static_cast<int>(std::count(ear.done.begin(), ear.done.end(), id) +
                                    std::count(ear.failed.begin(), ear.failed.end(), id));
  };
  for (RequestId id = 1; id <= 12; ++id) {
    (void)timer.at(timer.now() + milliseconds(random.between(0, 8000)), [&, id] {
      watched[id].started = timer.now();
      ChatRequest request;
      request.id = id;
      chat.start(request, ear);
    });
    if (random.chance(0.3))
      (void)timer.at(timer.now() + milliseconds(random.between(0, 10000)), [&, id] {
        if (watched[id].started == base::Instant{}) return;
        watched[id].cancelled = true;
        chat.cancel(id);
      });
  }
  while (timer.run_first()) {
  }
  for (const auto& [id, request] : watched) {
    if (request.ends != 1 && !request.cancelled) wrong = "not exactly one end";
    if (!request.cancelled && (!request.first_event || *request.first_event - request.started > kBound))
      wrong = "the first event came too late";
    const auto& text = ear.text[id];
    if (text.find("one") != std::string::npos && text.find("two") != std::string::npos) wrong = "two answers in one";
  }
  if (!first.model.sinks.empty() || !second.model.sinks.empty()) wrong = "a try was left open";
  return wrong;
}

TEST(FallbackChatFaults, AThousandRandomSequences) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) ASSERT_EQ(run_sequence(seed), "") << "seed " << seed;
}

}  // namespace
}  // namespace frontdesk::llm
