#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "fallback/chain_fixture_test.hpp"
#include "speech/fallback_stt.hpp"
#include "speech/fallback_voice.hpp"

namespace frontdesk::speech {
namespace {

using base::ErrorCode;
using base::milliseconds;
using base::RequestId;
using base::seconds;
using fallback::broken;
using fallback::Failure;
using testing::ElementsAre;
using testing::IsEmpty;

class FakeVoice final : public TextToSpeech {
 public:
  void start(const SynthesisRequest& request, TtsSink& sink) override {
    requests.push_back(request);
    sinks[request.id] = &sink;
  }
  void cancel(RequestId id) override { sinks.erase(id); }
  RequestId newest() const { return requests.back().id; }
  void say(RequestId id, std::size_t samples) { sinks.at(id)->on_audio(id, audio::Pcm(samples, 1)); }
  void finish(RequestId id) { take(id)->on_synthesis_done(id, milliseconds(1)); }
  void fail(RequestId id, ErrorCode code = ErrorCode::unavailable) { take(id)->on_synthesis_failed(id, broken(code)); }

  std::vector<SynthesisRequest> requests;
  std::map<RequestId, TtsSink*> sinks;

 private:
  TtsSink* take(RequestId id) { return sinks.extract(id).mapped(); }
};

struct Listener final : TtsSink, SttSink {
  void on_audio(RequestId id, audio::Pcm pcm) override { samples[id] += pcm.size(); }
  void on_synthesis_done(RequestId id, base::Duration) override { done.push_back(id); }
  void on_synthesis_failed(RequestId id, const base::Error& error) override {
    failed.push_back(id);
    last_error = error;
  }
  void on_partial(const Transcript& transcript) override { partials.push_back(transcript.text.expose()); }
  void on_final(const Transcript& transcript) override {
    done.push_back(transcript.request);
    texts.push_back(transcript.text.expose());
  }
  void on_stt_failed(StreamId, RequestId id, const base::Error& error) override { on_synthesis_failed(id, error); }

  std::map<RequestId, std::size_t> samples;
  std::vector<RequestId> done;
  std::vector<RequestId> failed;
  std::vector<std::string> texts;
  std::vector<std::string> partials;
  base::Error last_error;
};

struct VoiceChainTest : fallback::ChainFixture {
  void start(RequestId id, std::string text = "Hello there.") {
    SynthesisRequest request;
    request.id = id;
    request.text = std::move(text);
    request.voice = {"good"};
    chain.start(request, listener);
  }
  bool remembered = false;
  FakeVoice first;
  FakeVoice second;
  Listener listener;
  FallbackVoice chain{{{first, "first", {}, kVoicePatience, [this](const SynthesisRequest&) { return remembered; }},
                       {second, "second", {"plain"}}},
                      options()};
};

TEST_F(VoiceChainTest, TheSecondSpeaksWithItsOwnVoiceWhenTheFirstIsLate) {
  start(1);
  EXPECT_EQ(first.requests[0].voice.name, "good");
  timer.advance(milliseconds(799));
  EXPECT_THAT(second.requests, IsEmpty());
  timer.advance(milliseconds(1));
  ASSERT_EQ(second.requests.size(), 1U);
  EXPECT_EQ(second.requests[0].voice.name, "plain");
  EXPECT_THAT(first.sinks, IsEmpty());
  second.say(second.newest(), 80);
  second.finish(second.newest());
  EXPECT_EQ(listener.samples[1], 80U);
  EXPECT_THAT(listener.done, ElementsAre(1));
}

TEST_F(VoiceChainTest, NoSoundIsAFailureUnlessThereIsNothingToSay) {
  start(1);
  first.say(first.newest(), 0);
  first.finish(first.newest());
  EXPECT_EQ(second.requests.size(), 1U);
  EXPECT_EQ(failures(chain, 0, Failure::empty), 1U);
  start(2, "...");
  first.finish(first.newest());
  EXPECT_THAT(listener.done, ElementsAre(2));
}

TEST_F(VoiceChainTest, HalfASentenceIsNotBegunAgain) {
  start(1);
  first.say(first.newest(), 80);
  first.fail(first.newest());
  start(2);
  first.say(first.newest(), 80);
  timer.advance(seconds(2));  // stops in the middle
  EXPECT_THAT(listener.failed, ElementsAre(1, 2));
  EXPECT_THAT(second.requests, IsEmpty());
}

TEST_F(VoiceChainTest, ATextThatIsWrongIsWrongForAll) {
  start(1);
  first.fail(first.newest(), ErrorCode::invalid_argument);
  EXPECT_THAT(listener.failed, ElementsAre(1));
  EXPECT_THAT(second.requests, IsEmpty());
}

TEST_F(VoiceChainTest, WhatIsInMemoryIsSaidEvenWhileTheVoiceIsLeftAlone) {
  for (RequestId id = 1; id <= 3; ++id) {
    start(id);
    first.fail(first.newest());
    second.fail(second.newest());
  }
  start(4);
  EXPECT_THAT(listener.failed, ElementsAre(1, 2, 3, 4));
  remembered = true;
  start(5);
  EXPECT_EQ(first.newest(), 5U);
  first.say(5, 80);
  first.finish(5);
  EXPECT_THAT(listener.done, ElementsAre(5));
  start(6);
  chain.cancel(6);
  EXPECT_THAT(first.sinks, IsEmpty());
}

TEST_F(VoiceChainTest, NothingAfterCancel) {
  start(1);
  chain.cancel(1);
  start(2);
  first.fail(first.newest());
  chain.cancel(2);
  start(3);
  first.say(first.newest(), 80);
  chain.cancel(3);
  EXPECT_THAT(first.sinks, IsEmpty());
  EXPECT_THAT(second.sinks, IsEmpty());
  timer.advance(seconds(60));
  EXPECT_THAT(listener.failed, IsEmpty());
  EXPECT_TRUE(timer.waiting.empty());
}

class FakeRecogniser final : public SpeechToText {
 public:
  base::Status open(StreamId stream, const SttOptions&, SttSink& sink) override {
    if (full) return base::fail(ErrorCode::resource_exhausted, "fake", "full");
    sinks[stream] = &sink;
    return {};
  }
  void push(StreamId, audio::PcmView pcm) override { samples += pcm.size(); }
  void begin_utterance(StreamId, std::uint64_t) override { ++begun; }
  void finalize(StreamId, RequestId request, std::uint64_t) override { requests.push_back(request); }
  void end_utterance(StreamId) override { ++ended; }
  void close(StreamId stream) override { sinks.erase(stream); }

  void answer(StreamId stream, RequestId request, const std::string& text, float confidence = 0.9F) {
    Transcript transcript;
    transcript.stream = stream;
    transcript.request = request;
    transcript.text = base::Pii<std::string>(text);
    transcript.confidence = confidence;
    request == 0 ? sinks.at(stream)->on_partial(transcript) : sinks.at(stream)->on_final(transcript);
  }
  void fail(StreamId stream, RequestId request) { sinks.at(stream)->on_stt_failed(stream, request, broken()); }

  bool full = false;
  std::map<StreamId, SttSink*> sinks;
  std::vector<RequestId> requests;
  std::size_t samples = 0;
  int begun = 0;
  int ended = 0;
};

struct RecogniserChainTest : fallback::ChainFixture {
  void open() { ASSERT_TRUE(chain.open(7, {}, listener)); }
  FakeRecogniser first;
  FakeRecogniser second;
  Listener listener;
  FallbackSpeechToText chain{{{first, "first"}, {second, "second"}}, options()};
};

TEST_F(RecogniserChainTest, AllHearAndTheFirstIsAsked) {
  open();
  chain.push(7, audio::Pcm(160));
  chain.begin_utterance(7, 0);
  chain.finalize(7, 1, 160);
  first.answer(7, 0, "part");
  second.answer(7, 0, "other part");
  first.answer(7, 1000, "Hello.");
  chain.end_utterance(7);
  EXPECT_THAT(listener.partials, ElementsAre("part"));
  EXPECT_THAT(listener.done, ElementsAre(1));
  EXPECT_THAT(listener.texts, ElementsAre("Hello."));
  EXPECT_EQ(second.samples, 160U);
  EXPECT_EQ(second.begun + second.ended, 2);
  EXPECT_THAT(second.requests, IsEmpty());
}

TEST_F(RecogniserChainTest, TheSecondIsAskedAfterTheDeadlineAFailureOrNonsense) {
  open();
  chain.finalize(7, 1, 160);
  timer.advance(milliseconds(800));
  second.answer(7, second.requests.back(), "One.");
  first.answer(7, 1000, "Late.");
  chain.finalize(7, 2, 160);
  first.fail(7, first.requests.back());
  second.answer(7, second.requests.back(), "Two.");
  chain.finalize(7, 3, 160);
  first.answer(7, first.requests.back(), "\xFF");
  second.answer(7, second.requests.back(), "Three.");
  timer.advance(seconds(10));
  chain.finalize(7, 4, 160);
  first.answer(7, first.requests.back(), "Not a number", std::numeric_limits<float>::quiet_NaN());
  second.answer(7, second.requests.back(), "Four.");
  EXPECT_THAT(listener.texts, ElementsAre("One.", "Two.", "Three.", "Four."));
  EXPECT_THAT(listener.done, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(listener.failed, IsEmpty());
}

TEST_F(RecogniserChainTest, AnEmptyTextNeedsASecondOpinion) {
  open();
  chain.finalize(7, 1, 160);
  first.answer(7, first.requests.back(), "");
  EXPECT_THAT(listener.done, IsEmpty());
  second.answer(7, second.requests.back(), "There was something.");
  chain.finalize(7, 2, 160);
  first.answer(7, first.requests.back(), "");
  second.answer(7, second.requests.back(), " ");
  chain.finalize(7, 3, 160);
  first.answer(7, first.requests.back(), "");
  second.fail(7, second.requests.back());
  EXPECT_THAT(listener.done, ElementsAre(1, 2, 3));
  EXPECT_EQ(listener.texts[0], "There was something.");
  EXPECT_EQ(listener.texts[2], "");
  EXPECT_THAT(listener.failed, IsEmpty());
  EXPECT_EQ(failures(chain, 0, Failure::empty), 1U);
}

TEST_F(RecogniserChainTest, ANewerRequestMakesTheOlderStale) {
  open();
  chain.finalize(7, 1, 160);
  const auto old = first.requests.back();
  chain.finalize(7, 2, 320);
  first.answer(7, old, "Old.");
  timer.advance(milliseconds(799));
  first.answer(7, first.requests.back(), "New.");
  EXPECT_THAT(listener.done, ElementsAre(2));
  EXPECT_TRUE(timer.waiting.empty());
}

TEST_F(RecogniserChainTest, NothingAfterClose) {
  open();
  chain.finalize(7, 1, 160);
  chain.close(7);
  chain.close(7);
  timer.advance(seconds(10));
  chain.push(7, audio::Pcm(160));
  chain.finalize(7, 2, 160);
  EXPECT_THAT(listener.done, IsEmpty());
  EXPECT_THAT(listener.failed, IsEmpty());
  EXPECT_THAT(first.sinks, IsEmpty());
  EXPECT_TRUE(timer.waiting.empty());
}

TEST_F(RecogniserChainTest, AStreamThatOneDoesNotTakeIsTheOthers) {
  first.full = true;
  open();
  second.answer(7, 0, "part");
  chain.finalize(7, 1, 160);
  second.answer(7, second.requests.back(), "Hello.");
  EXPECT_THAT(listener.partials, ElementsAre("part"));
  EXPECT_THAT(listener.done, ElementsAre(1));
  second.full = true;
  EXPECT_FALSE(chain.open(8, {}, listener));
}

TEST_F(RecogniserChainTest, BothFailing) {
  open();
  chain.finalize(7, 1, 160);
  timer.advance(milliseconds(1600));
  EXPECT_THAT(listener.failed, ElementsAre(1));
  EXPECT_EQ(listener.last_error.code, ErrorCode::deadline_exceeded);
}

}  // namespace
}  // namespace frontdesk::speech
