// The caller's use of the speech ports, with engines that do as they are told.
#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "audio/levels.hpp"
#include "caller/answering_party_test.hpp"
#include "caller/caller.hpp"
#include "caller/lines.hpp"
#include "caller/transcriber.hpp"

namespace frontdesk::caller {
namespace {

using base::milliseconds;

/// Says a tone of 700 ms in two pieces, from a thread of its own; refuses "fail".
class FakeVoice final : public speech::TextToSpeech {
 public:
  ~FakeVoice() override { join(); }
  void start(const speech::SynthesisRequest& request, speech::TtsSink& sink) override {
    join();
    thread_ = std::thread([request, &sink] {
      if (request.text == "fail")
        return sink.on_synthesis_failed(request.id, {base::ErrorCode::internal, "fake", "it broke"});
      for (int piece = 0; piece < 2; ++piece) {
        audio::Pcm pcm(2800);
        for (std::size_t i = 0; i < pcm.size(); ++i)
          pcm[i] = static_cast<audio::Sample>(1500 * std::sin(0.31 * static_cast<double>(i)));
        sink.on_audio(request.id, std::move(pcm));
      }
      sink.on_synthesis_done(request.id, milliseconds(1));
    });
  }
  void cancel(base::RequestId) override { join(); }

 private:
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  std::thread thread_;
};

/// "recognises" how long the utterance was; fails the first, if told to.
class FakeRecogniser final : public speech::SpeechToText {
 public:
  explicit FakeRecogniser(bool fails_first = false) : fail_next_(fails_first) {}
  base::Status open(speech::StreamId, const speech::SttOptions&, speech::SttSink& sink) override {
    sink_ = &sink;
    samples_ = 0;
    ++open_;
    return {};
  }
  void push(speech::StreamId, audio::PcmView pcm) override { samples_ += pcm.size(); }
  void begin_utterance(speech::StreamId, std::uint64_t) override {}
  void finalize(speech::StreamId stream, base::RequestId request, std::uint64_t to_sample) override {
    if (std::exchange(fail_next_, false)) {
      sink_->on_stt_failed(stream, request, {base::ErrorCode::unavailable, "fake", "no model"});
      return;
    }
    const bool whole = to_sample == samples_ && samples_ > 8000 * 3 / 10;
    sink_->on_final({.stream = stream, .request = request, .text = base::Pii<std::string>(whole ? "we open" : "")});
  }
  void end_utterance(speech::StreamId) override {}
  void close(speech::StreamId) override { --open_; }
  int open_streams() const { return open_; }

 private:
  speech::SttSink* sink_ = nullptr;
  std::size_t samples_ = 0;
  bool fail_next_;
  int open_ = 0;
};

TEST(SpokenLines, AreSynthesisedAtOneLevel) {
  FakeVoice voice;
  const CallPlan plan{
      .steps = {{.text = "Hello."}, {.kind = StepKind::pause, .wait_answer = false, .pause = milliseconds(5)}}};
  const auto lines = prepare_lines(plan, {}, &voice);
  ASSERT_TRUE(lines.has_value()) << lines.error().message;
  ASSERT_EQ(lines->size(), 2U);
  EXPECT_EQ(lines->at(0).size(), 5600U);
  EXPECT_NEAR(audio::rms_dbfs(lines->at(0)), kLineLevelDbfs, 0.2);
  EXPECT_TRUE(lines->at(1).empty());
}

TEST(SpokenLines, AFailedSynthesisStopsTheRun) {
  FakeVoice voice;
  const auto lines = prepare_lines({.steps = {{.text = "fail"}}}, {}, &voice);
  ASSERT_FALSE(lines.has_value());
  EXPECT_EQ(lines.error().message, "it broke");
}

TEST(SpokenCall, TellsTheConversationAndScoresTheAnswers) {
  AnsweringParty party({.answers_ms = {400, 400}});
  FakeVoice voice;
  FakeRecogniser recogniser(true);
  CallOptions options;
  options.uri = party.uri();
  options.reply_end_silence = milliseconds(400);
  std::vector<std::string> told;
  const CallPlan plan{.steps = {{.text = "When do you open?", .expect = "we close"}, {.text = "Bye."}}};
  const auto report =
      run(plan, options,
          {.tts = &voice, .stt = &recogniser, .narrate = [&](std::string_view line) { told.emplace_back(line); }});
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(exit_code(*report), 0) << render_text(*report);
  ASSERT_EQ(told.size(), 5U);
  EXPECT_TRUE(told[0].starts_with("receptionist: (not transcribed: no model) (")) << told[0];
  EXPECT_EQ(told[1], "caller:       When do you open?");
  EXPECT_TRUE(told[2].starts_with("receptionist: we open (")) << told[2];
  EXPECT_EQ(told[3], "caller:       Bye.");
  const CallReport& call = report->calls[0];
  EXPECT_EQ(call.turns[0].reply, "we open");
  ASSERT_TRUE(call.turns[0].word_errors.has_value());
  EXPECT_DOUBLE_EQ(call.turns[0].word_errors->rate(), 0.5);
  EXPECT_EQ(call.greeting, "");
  EXPECT_EQ(recogniser.open_streams(), 0);
}

}  // namespace
}  // namespace frontdesk::caller
