#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <condition_variable>
#include <future>
#include <mutex>
#include <numbers>
#include <thread>

#include "audio/g711.hpp"
#include "audio/levels.hpp"
#include "meter/word_error_rate.hpp"
#include "providers/local_stt/moonshine_stt.hpp"
#include "providers/local_tts/flite_tts.hpp"
#include "providers/local_tts/pronunciation.hpp"
#include "providers/local_tts/synthesis_jobs.hpp"
#include "providers/local_tts/vits_tts.hpp"
#include "providers/local_tts/voice_shape.hpp"

namespace frontdesk::local_tts {
namespace {

using base::ErrorCode;
using base::RequestId;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr auto kPatience = seconds(60);

class Collector final : public speech::TtsSink {
 public:
  void on_audio(RequestId, audio::Pcm pcm) override {
    const std::lock_guard lock(mutex_);
    audio_.insert(audio_.end(), pcm.begin(), pcm.end());
  }
  void on_synthesis_done(RequestId request, base::Duration) override { end(request, {}); }
  void on_synthesis_failed(RequestId request, const base::Error& error) override { end(request, error); }

  /// True if `count` requests have ended.
  bool wait(std::size_t count = 1) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return ends_.size() >= count; });
  }
  audio::Pcm audio() {
    const std::lock_guard lock(mutex_);
    return audio_;
  }
  std::vector<std::pair<RequestId, base::Error>> ends() {
    const std::lock_guard lock(mutex_);
    return ends_;
  }

 private:
  void end(RequestId request, const base::Error& error) {
    const std::lock_guard lock(mutex_);
    ends_.emplace_back(request, error);
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  audio::Pcm audio_;
  std::vector<std::pair<RequestId, base::Error>> ends_;
};

audio::Pcm tone(int ms, double amplitude, int rate = 8000) {
  audio::Pcm pcm(audio::samples_for(ms, rate));
  for (std::size_t i = 0; i < pcm.size(); ++i) {
    pcm[i] =
        static_cast<audio::Sample>(amplitude * std::sin(2 * std::numbers::pi * 300 * static_cast<double>(i) / rate));
  }
  return pcm;
}

speech::SynthesisRequest say(RequestId id, std::string text, std::string voice = "", int rate = 8000) {
  speech::SynthesisRequest request;
  request.id = id;
  request.text = std::move(text);
  request.voice = {std::move(voice)};
  request.sample_rate = rate;
  return request;
}

TEST(VoiceShape, TrimsToALittleSilence) {
  audio::Pcm pcm(8000, 2);
  const auto sound = tone(500, 8000);
  pcm.insert(pcm.end(), sound.begin(), sound.end());
  pcm.resize(pcm.size() + 8000, 0);
  const auto cut = trimmed(pcm, 8000);
  EXPECT_NEAR(static_cast<double>(cut.size()), 8 * (20 + 500 + 60), 80);
  EXPECT_TRUE(trimmed(audio::Pcm(8000, 0), 8000).empty());
  EXPECT_TRUE(trimmed({}, 8000).empty());
  EXPECT_EQ(trimmed(sound, 8000).size(), sound.size());
}

TEST(VoiceShape, LoudnessIsTheSameWhateverCameIn) {
  for (const double amplitude : {300.0, 3000.0, 30000.0}) {
    auto pcm = tone(1000, amplitude);
    pcm.resize(pcm.size() + 16000, 0);  // pauses do not count
    normalise_level(pcm, 8000);
    EXPECT_NEAR(active_level_dbfs(pcm, 8000), kActiveLevelDbfs, 0.5);
  }
  audio::Pcm clicks(8000, 100);
  clicks[100] = 20000;
  normalise_level(clicks, 8000);
  EXPECT_LE(audio::peak(clicks), 30000);
  audio::Pcm silence(800, 0);
  normalise_level(silence, 8000);
  EXPECT_EQ(audio::peak(silence), 0);
}

TEST(VoiceShape, ConvertsAndClips) {
  EXPECT_THAT(to_pcm(std::vector<float>{0, 0.5F, 2, -2, NAN, INFINITY}),
              testing::ElementsAre(0, 16383, 32767, -32768, 0, 32767));
}

TEST(Phonemes, WordsStressAndPauses) {
  EXPECT_EQ(phonemes("water, please."), "wˈɔːɾɚ, plˈiːz.");
  EXPECT_THAT(phonemes("we'll see"), HasSubstr("wiːl sˈiː"));
  EXPECT_THAT(phonemes("nine A M"), HasSubstr("ˈeɪ ˈɛm"));
  EXPECT_EQ(phonemes(""), "");
  EXPECT_EQ(phonemes("?!"), "");
}

TEST(Phonemes, ManyThreadsMayAsk) {
  const auto expected = phonemes("Thank you for calling, how can I help?");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) EXPECT_EQ(phonemes("Thank you for calling, how can I help?"), expected);
    });
  }
  for (auto& thread : threads) thread.join();
}

/// Jobs on an engine that waits until it is told to go on.
class JobsTest : public testing::Test {
 protected:
  struct Flag final : Cancellation {
    void cancel() override { cancelled = true; }
    std::atomic<bool> cancelled{false};
  };
  SynthesisJobs::Engine engine() {
    return {.domain = "test",
            .longest_text = 10,
            .new_cancellation = [] { return std::make_shared<Flag>(); },
            .synthesise = [this](const auto& request, const auto&) -> base::Result<audio::Pcm> {
              if (request.text == "wait") {
                entered.set_value();
                go.get_future().wait_for(kPatience);
              }
              if (request.text == "fail") return base::fail(ErrorCode::internal, "test", "broken");
              return request.text == "none" ? audio::Pcm{} : audio::Pcm(10, 5);
            }};
  }
  std::promise<void> entered;
  std::promise<void> go;
  inference::WorkerPool pool{{.threads = 1, .queue_capacity = 2, .clock = {}}};
  std::shared_ptr<SynthesisJobs> jobs = std::make_shared<SynthesisJobs>(engine(), pool);
  Collector sink;
};

TEST_F(JobsTest, EachRequestEndsOnce) {
  jobs->start(say(1, "hello"), sink);
  ASSERT_TRUE(sink.wait(1));
  jobs->start(say(2, "fail"), sink);
  jobs->start(say(3, "none"), sink);
  ASSERT_TRUE(sink.wait(3));
  const auto ends = sink.ends();
  EXPECT_EQ(ends[1].second.code, ErrorCode::internal);
  EXPECT_EQ(sink.audio().size(), 10U);
}

TEST_F(JobsTest, RefusesTextThatIsTooLongOddRatesAndMoreThanTheQueueHolds) {
  jobs->start(say(1, "12345678901"), sink);
  jobs->start(say(2, "hello", "", 4000), sink);
  jobs->start(say(3, "wait"), sink);
  entered.get_future().wait_for(kPatience);
  for (RequestId id = 4; id <= 6; ++id) jobs->start(say(id, "hello"), sink);
  const auto ends = sink.ends();
  ASSERT_EQ(ends.size(), 3U);
  EXPECT_EQ(ends[0].second.code, ErrorCode::invalid_argument);
  EXPECT_EQ(ends[1].second.code, ErrorCode::invalid_argument);
  EXPECT_EQ(ends[2].first, 6U);
  EXPECT_EQ(ends[2].second.code, ErrorCode::resource_exhausted);
  go.set_value();
  EXPECT_TRUE(sink.wait(6));
}

TEST_F(JobsTest, NothingComesAfterCancelWhetherQueuedOrRunning) {
  auto gone = std::make_unique<Collector>();
  jobs->start(say(1, "wait"), *gone);
  entered.get_future().wait_for(kPatience);
  jobs->start(say(2, "hello"), *gone);
  jobs->cancel(1);
  jobs->cancel(2);
  jobs->cancel(2);
  jobs->cancel(99);
  EXPECT_TRUE(gone->ends().empty());
  gone.reset();  // a late event would touch freed memory (the sanitizer builds see it)
  go.set_value();
  jobs->start(say(3, "hello"), sink);
  EXPECT_TRUE(sink.wait(1));
}

class VitsTest : public testing::Test {
 protected:
  // The model is loaded once for all tests.
  static void SetUpTestSuite() {
    auto made = VitsTts::create(inference::ModelFiles::locate(), pool_);
    ASSERT_TRUE(made) << made.error().message;
    tts_ = std::move(*made);
  }
  static void TearDownTestSuite() { tts_.reset(); }
  void SetUp() override { ASSERT_TRUE(tts_) << "the model could not be loaded"; }

  static inline inference::WorkerPool pool_{{.threads = 1, .queue_capacity = 32, .clock = {}}};
  static inline std::unique_ptr<VitsTts> tts_;
};

/// What is said and what the recogniser hears over a telephone line.
meter::WordErrors round_trip(speech::TextToSpeech& tts, inference::WorkerPool& pool, const std::string& voice) {
  constexpr const char* kLines[] = {
      "Good morning, thank you for calling Riverside Dental.",
      "Nobody is available right now, but I can take a message for you.",
      "May I have your name and the best number to reach you on, please?",
      "Let me put you through to the reception desk. One moment.",
      "There is free parking behind the building.",
      "Would you like to book an appointment for a cleaning?",
      "We open at 8:30 in the morning on Monday.",
      "I have passed your message on, and somebody will call you back this afternoon.",
      "A cleaning costs $65.",
      "You can reach us on 555 010 0199.",
  };
  auto stt = local_stt::MoonshineStt::create(inference::ModelFiles::locate(), pool);
  EXPECT_TRUE(stt) << stt.error().message;
  struct Heard final : speech::SttSink {
    void on_partial(const speech::Transcript&) override {}
    void on_final(const speech::Transcript& transcript) override { text.set_value(transcript.text.expose()); }
    void on_stt_failed(speech::StreamId, RequestId, const base::Error& error) override {
      text.set_value(error.message);
    }
    std::promise<std::string> text;
  };
  meter::WordErrors errors;
  RequestId id = 0;
  for (const auto* line : kLines) {
    Collector sink;
    tts.start(say(++id, line, voice), sink);
    EXPECT_TRUE(sink.wait());
    auto pcm = sink.audio();
    for (auto& sample : pcm)
      sample = audio::decode_g711(audio::G711Law::mu, audio::encode_g711(audio::G711Law::mu, sample));
    Heard heard;
    EXPECT_TRUE((*stt)->open(id, {}, heard));
    (*stt)->push(id, pcm);
    (*stt)->begin_utterance(id, 0);
    (*stt)->finalize(id, id, pcm.size());
    auto future = heard.text.get_future();
    if (future.wait_for(kPatience) != std::future_status::ready) ADD_FAILURE() << "no transcript";
    (*stt)->close(id);
    const auto text = future.get();
    const auto found = meter::word_errors(line, text);
    if (found.rate() > 0) std::cout << line << " -> " << text << "\n";
    errors += found;
  }
  std::cout << voice << " word error rate " << 100 * errors.rate() << " %\n";
  return errors;
}

TEST_F(VitsTest, IsUnderstoodOverTheTelephone) {
  EXPECT_LE(round_trip(*tts_, pool_, std::string(kDefaultVoice)).rate(), 0.10);
}

TEST_F(VitsTest, SoundStartsAtOnceAndIsLoudEnough) {
  for (const int rate : {8000, 16000, 24000}) {
    Collector sink;
    tts_->start(say(static_cast<RequestId>(rate), "Thank you for calling.", "", rate), sink);
    ASSERT_TRUE(sink.wait());
    const auto pcm = sink.audio();
    const auto second = static_cast<double>(pcm.size()) / rate;
    EXPECT_GT(second, 0.6);
    EXPECT_LT(second, 2.5);
    EXPECT_NEAR(active_level_dbfs(pcm, rate), kActiveLevelDbfs, 1.5);
    const audio::PcmView begin = audio::PcmView(pcm).first(audio::samples_for(60, rate));
    EXPECT_GT(audio::rms_dbfs(begin), -55);
    EXPECT_LT(audio::peak(pcm), 32767);
  }
}

TEST_F(VitsTest, VoicesAndTexts) {
  Collector sink;
  tts_->start(say(1, "Hello.", "libritts:904"), sink);
  tts_->start(say(2, "Hello.", "libritts:-1"), sink);
  tts_->start(say(3, "Hello.", "libritts:1x"), sink);
  tts_->start(say(4, "Hello.", "alloy"), sink);
  tts_->start(say(5, "...", ""), sink);
  tts_->start(say(6, "\xe2\x9c\x93", ""), sink);
  tts_->start(say(7, std::string(401, 'a'), ""), sink);
  ASSERT_TRUE(sink.wait(7));
  EXPECT_TRUE(sink.audio().empty());
  for (const auto& [id, error] : sink.ends()) {
    const auto expected = id <= 4 ? ErrorCode::not_found : id == 7 ? ErrorCode::invalid_argument : base::Error{}.code;
    EXPECT_EQ(error.code, expected) << id;
    EXPECT_EQ(error.message.empty(), id == 5 || id == 6) << id;
  }
  for (const auto& voice : curated_voices()) EXPECT_TRUE(voice.name.starts_with("libritts:"));
}

TEST_F(VitsTest, CancelEndsARunningSynthesisEarly) {
  std::string text;
  while (text.size() < kMaxTextCharacters) text += "and another very long word ";
  text.resize(kMaxTextCharacters);
  auto gone = std::make_unique<Collector>();
  tts_->start(say(1, text), *gone);
  while (pool_.stats().busy == 0 && gone->ends().empty()) std::this_thread::yield();
  tts_->cancel(1);
  EXPECT_TRUE(gone->ends().empty());
  gone.reset();
  Collector sink;
  tts_->start(say(2, "Yes."), sink);
  ASSERT_TRUE(sink.wait());
  EXPECT_FALSE(sink.audio().empty());
}

TEST(VitsTts, AMissingModelIsAClearError) {
  inference::WorkerPool pool({.threads = 1, .queue_capacity = 1, .clock = {}});
  const auto tts = VitsTts::create(inference::ModelFiles("/nonexistent"), pool);
  ASSERT_FALSE(tts);
  EXPECT_THAT(tts.error().message, HasSubstr("./dev setup"));
}

TEST(FliteTts, BothVoicesSpeakAndOthersAreRefused) {
  inference::WorkerPool pool({.threads = 2, .queue_capacity = 16, .clock = {}});
  auto tts = FliteTts::create(pool);
  ASSERT_TRUE(tts);
  for (const auto* voice : {"", "flite:slt", "flite:kal"}) {
    Collector sink;
    (*tts)->start(say(1, "Sorry, all lines are busy. Please hold.", voice), sink);
    ASSERT_TRUE(sink.wait());
    EXPECT_GT(sink.audio().size(), 8000U) << voice;
    EXPECT_NEAR(active_level_dbfs(sink.audio(), 8000), kActiveLevelDbfs, 1.5);
  }
  Collector sink;
  (*tts)->start(say(2, "Hello.", "flite:nobody"), sink);
  ASSERT_TRUE(sink.wait());
  EXPECT_EQ(sink.ends()[0].second.code, ErrorCode::not_found);
}

TEST(FliteTts, IsUnderstoodOverTheTelephone) {
  inference::WorkerPool pool({.threads = 1, .queue_capacity = 16, .clock = {}});
  auto tts = FliteTts::create(pool);
  ASSERT_TRUE(tts);
  EXPECT_LE(round_trip(**tts, pool, "flite:slt").rate(), 0.20);
}

}  // namespace
}  // namespace frontdesk::local_tts
