#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "speech/overload_voice.hpp"
#include "speech/phrase_cache.hpp"

namespace frontdesk::speech {
namespace {

using base::ErrorCode;
using base::RequestId;
using testing::ElementsAre;
using testing::IsEmpty;

/// Answers when told to, or at once.
class FakeEngine final : public TextToSpeech {
 public:
  void start(const SynthesisRequest& request, TtsSink& sink) override {
    started.push_back(request);
    sinks[request.id] = &sink;
    if (immediate) finish(request.id);
  }
  void cancel(RequestId request) override {
    cancelled.push_back(request);
    sinks.erase(request);
  }
  void finish(RequestId id) {
    auto* sink = sinks.at(id);
    sinks.erase(id);
    sink->on_audio(id, audio::Pcm(samples, 1));
    sink->on_audio(id, audio::Pcm(samples, 2));
    sink->on_synthesis_done(id, std::chrono::milliseconds(5));
  }
  void fail(RequestId id, ErrorCode code) {
    auto* sink = sinks.at(id);
    sinks.erase(id);
    sink->on_synthesis_failed(id, {code, "fake", "broken", base::Retry::never, 0});
  }

  std::size_t samples = 100;
  bool immediate = false;
  std::vector<SynthesisRequest> started;
  std::vector<RequestId> cancelled;
  std::map<RequestId, TtsSink*> sinks;
};

class Collector final : public TtsSink {
 public:
  void on_audio(RequestId, audio::Pcm pcm) override { audio.insert(audio.end(), pcm.begin(), pcm.end()); }
  void on_synthesis_done(RequestId request, base::Duration) override { done.push_back(request); }
  void on_synthesis_failed(RequestId request, const base::Error&) override { failed.push_back(request); }

  audio::Pcm audio;
  std::vector<RequestId> done;
  std::vector<RequestId> failed;
};

SynthesisRequest say(RequestId id, std::string text, std::string voice = "v") {
  SynthesisRequest request;
  request.id = id;
  request.text = std::move(text);
  request.voice = {std::move(voice)};
  return request;
}

struct CacheTest : testing::Test {
  PhraseCacheOptions options(std::size_t max_bytes = 1 << 20) {
    return {.max_bytes = max_bytes, .longest_text = 40, .new_id = [this] { return next_id++; }};
  }
  RequestId next_id = 1000;
  FakeEngine engine;
  Collector sink;
};

TEST_F(CacheTest, TheSecondTimeIsAnsweredAtOnceWithTheSameSound) {
  PhraseCache cache(engine, options());
  cache.start(say(1, "hello"), sink);
  EXPECT_THAT(sink.done, IsEmpty());
  engine.finish(1);
  const auto first = sink.audio;
  sink.audio.clear();
  cache.start(say(2, "hello"), sink);
  EXPECT_THAT(sink.done, ElementsAre(1, 2));
  EXPECT_EQ(sink.audio, first);
  EXPECT_EQ(engine.started.size(), 1U);
  EXPECT_EQ(cache.stats().hits, 1U);
  EXPECT_EQ(cache.stats().misses, 1U);
}

TEST_F(CacheTest, VoiceAndRateAreDifferentPhrases) {
  engine.immediate = true;
  PhraseCache cache(engine, options());
  cache.start(say(1, "hello", "a"), sink);
  cache.start(say(2, "hello", "b"), sink);
  auto wide = say(3, "hello", "a");
  wide.sample_rate = 16000;
  cache.start(wide, sink);
  EXPECT_EQ(engine.started.size(), 3U);
}

TEST_F(CacheTest, TheLeastRecentlyUsedGoesFirst) {
  engine.immediate = true;
  PhraseCache cache(engine, options(2 * 400));  // room for two
  cache.start(say(1, "a"), sink);
  cache.start(say(2, "b"), sink);
  cache.start(say(3, "a"), sink);
  cache.start(say(4, "c"), sink);  // evicts b
  cache.start(say(5, "a"), sink);
  EXPECT_EQ(engine.started.size(), 3U);
  cache.start(say(6, "b"), sink);
  EXPECT_EQ(engine.started.size(), 4U);
  EXPECT_LE(cache.stats().bytes, 800U);
  EXPECT_EQ(cache.stats().evicted, 2U);
}

TEST_F(CacheTest, WhatIsTooLongOrTooBigIsPassedThrough) {
  engine.immediate = true;
  PhraseCache cache(engine, options(300));
  cache.start(say(1, std::string(41, 'x')), sink);
  cache.start(say(2, "big"), sink);  // 400 bytes of sound
  EXPECT_THAT(sink.done, ElementsAre(1, 2));
  EXPECT_EQ(cache.stats().phrases, 0U);
  EXPECT_EQ(cache.stats().bytes, 0U);
}

TEST_F(CacheTest, FailuresAndCancelledRequestsAreNotKept) {
  PhraseCache cache(engine, options());
  cache.start(say(1, "a"), sink);
  engine.fail(1, ErrorCode::internal);
  cache.start(say(2, "a"), sink);
  cache.cancel(2);
  EXPECT_THAT(sink.failed, ElementsAre(1));
  EXPECT_THAT(engine.cancelled, ElementsAre(2));
  EXPECT_EQ(cache.stats().phrases, 0U);
}

TEST_F(CacheTest, PreparesOneAfterTheOtherAndSkipsWhatFails) {
  PhraseCache cache(engine, options());
  cache.prepare({"a", "b", "c"}, {"v"}, 8000);
  EXPECT_EQ(engine.started.size(), 1U);
  EXPECT_EQ(engine.started[0].deadline, base::kNever);
  EXPECT_EQ(cache.stats().preparing, 3U);
  engine.finish(1000);
  engine.fail(1001, ErrorCode::internal);
  engine.finish(1002);
  EXPECT_EQ(cache.stats().preparing, 0U);
  EXPECT_EQ(cache.stats().phrases, 2U);
  cache.start(say(1, "c"), sink);
  EXPECT_THAT(sink.done, ElementsAre(1));
  cache.prepare({"a", "c"}, {"v"}, 8000);  // already there
  EXPECT_EQ(engine.started.size(), 3U);
}

TEST_F(CacheTest, PreparingThousandsWithAnEngineThatAnswersAtOnceNeedsNoStack) {
  engine.immediate = true;
  PhraseCache cache(engine, options(100 << 20));
  std::vector<std::string> texts;
  for (int i = 0; i < 20000; ++i) texts.push_back(std::to_string(i));
  cache.prepare(texts, {"v"}, 8000);
  EXPECT_EQ(cache.stats().phrases, 20000U);
}

TEST_F(CacheTest, ItsEndCancelsWhatIsOpen) {
  {
    PhraseCache cache(engine, options());
    cache.prepare({"a", "b"}, {"v"}, 8000);
    cache.start(say(1, "x"), sink);
  }
  EXPECT_THAT(engine.cancelled, ElementsAre(1, 1000));
  EXPECT_THAT(engine.sinks, IsEmpty());
}

struct OverloadTest : testing::Test {
  FakeEngine primary;
  FakeEngine secondary;
  Collector sink;
  base::Duration wait{0};
  OverloadVoice voice{primary,
                      secondary,
                      {.expected_wait = [this](const SynthesisRequest&) { return wait; },
                       .longest_wait = std::chrono::milliseconds(400),
                       .secondary_voice = {"cheap"}}};
};

TEST_F(OverloadTest, ThePrimarySpeaksWhileItIsInTime) {
  wait = std::chrono::milliseconds(400);
  voice.start(say(1, "hello"), sink);
  primary.finish(1);
  EXPECT_THAT(sink.done, ElementsAre(1));
  EXPECT_THAT(secondary.started, IsEmpty());
  EXPECT_EQ(voice.stats().primary, 1U);
}

TEST_F(OverloadTest, TheSecondarySpeaksWithItsOwnVoiceWhenTheWaitIsLong) {
  wait = std::chrono::milliseconds(401);
  voice.start(say(1, "hello"), sink);
  EXPECT_THAT(primary.started, IsEmpty());
  ASSERT_EQ(secondary.started.size(), 1U);
  EXPECT_EQ(secondary.started[0].voice.name, "cheap");
  secondary.finish(1);
  EXPECT_THAT(sink.done, ElementsAre(1));
  EXPECT_EQ(voice.stats().overloaded, 1U);
}

TEST_F(OverloadTest, AFailureBeforeTheFirstSoundIsNotHeard) {
  voice.start(say(1, "hello"), sink);
  primary.fail(1, ErrorCode::resource_exhausted);
  EXPECT_THAT(sink.failed, IsEmpty());
  secondary.finish(1);
  EXPECT_THAT(sink.done, ElementsAre(1));
  EXPECT_EQ(voice.stats().failed, 1U);
}

TEST_F(OverloadTest, AFailureAfterTheFirstSoundOrOfTheTextIsReported) {
  voice.start(say(1, "hello"), sink);
  primary.sinks.at(1)->on_audio(1, audio::Pcm(10));
  primary.fail(1, ErrorCode::internal);
  voice.start(say(2, "hello"), sink);
  primary.fail(2, ErrorCode::invalid_argument);
  EXPECT_THAT(sink.failed, ElementsAre(1, 2));
  EXPECT_THAT(secondary.started, IsEmpty());
}

TEST_F(OverloadTest, BothFailing) {
  voice.start(say(1, "hello"), sink);
  primary.fail(1, ErrorCode::internal);
  secondary.fail(1, ErrorCode::internal);
  EXPECT_THAT(sink.failed, ElementsAre(1));
}

TEST_F(OverloadTest, CancelReachesWhoeverSpeaks) {
  voice.start(say(1, "hello"), sink);
  primary.fail(1, ErrorCode::internal);
  voice.cancel(1);
  EXPECT_THAT(secondary.sinks, IsEmpty());
  EXPECT_THAT(sink.done, IsEmpty());
}

}  // namespace
}  // namespace frontdesk::speech
