// The engine with its real model on real speech: the prompts of Debian's asterisk-core-sounds-en-wav.
#include "providers/local_stt/moonshine_stt.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "audio/g711.hpp"
#include "audio/wav.hpp"
#include "base/clock.hpp"
#include "meter/word_error_rate.hpp"

namespace frontdesk::local_stt {
namespace {

using base::ErrorCode;
using base::RequestId;
using speech::StreamId;
using speech::Transcript;
using std::chrono::seconds;

constexpr auto kPatience = seconds(20);
constexpr const char* kPrompts = "/usr/share/asterisk/sounds/en_US_f_Allison/";

struct Prompt {
  const char* file;
  const char* words;
};

constexpr Prompt kReference[] = {
    {"agent-alreadyon", "That agent is already logged on. Please enter your agent number followed by the pound key."},
    {"conf-getpin", "Please enter the conference pin number."},
    {"conf-onlyperson", "You are currently the only person in this conference."},
    {"conf-waitforleader", "The conference will begin when the leader arrives."},
    {"followme/status", "The person you are calling is not at their desk. I will try to locate them for you."},
    {"pbx-invalidpark", "I am sorry, there is no call parked on that extension. Please try again."},
    {"privacy-prompt", "Please enter your phone number, starting with the area code."},
    {"privacy-unident", "The party you are trying to reach does not accept unidentified calls."},
    {"queue-periodic-announce",
     "All of our representatives are currently busy. Please stay on the line and your call "
     "will be answered by the next available representative."},
    {"queue-youarenext", "Your call is now first in line and will be answered by the next available representative."},
    {"ss-noservice", "The number you have dialed is not in service. Please check the number and try again."},
    {"tt-weasels", "Weasels have eaten our phone system."},
    {"vm-forward-multiple", "Press one to send this message, or two to add another recipient."},
    {"vm-helpexit", "Press star for help or pound to exit."},
    {"vm-intro", "Please leave your message after the tone. When done, hang up or press the pound key."},
    {"vm-nobodyavail", "Nobody is available to take your call at the moment."},
};

class Collector final : public speech::SttSink {
 public:
  void on_partial(const Transcript& transcript) override { add(partials_, transcript); }
  void on_final(const Transcript& transcript) override { add(finals_, transcript); }
  void on_stt_failed(StreamId, RequestId request, const base::Error& error) override {
    add(failures_, std::pair{request, error});
  }

  std::vector<Transcript> wait_for_finals(std::size_t count) { return wait_for(finals_, count); }
  std::vector<Transcript> wait_for_partials(std::size_t count) { return wait_for(partials_, count); }
  std::vector<std::pair<RequestId, base::Error>> wait_for_failures(std::size_t count) {
    return wait_for(failures_, count);
  }

 private:
  template <class T>
  void add(std::vector<T>& list, const T& value) {
    const std::lock_guard lock(mutex_);
    list.push_back(value);
    changed_.notify_all();
  }
  template <class T>
  std::vector<T> wait_for(std::vector<T>& list, std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return list.size() >= count; });
    return list;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Transcript> partials_;
  std::vector<Transcript> finals_;
  std::vector<std::pair<RequestId, base::Error>> failures_;
};

class MoonshineSttTest : public testing::Test {
 protected:
  // The model is loaded once for all tests.
  static void SetUpTestSuite() {
    auto made = MoonshineStt::create(inference::ModelFiles::locate(), pool_);
    ASSERT_TRUE(made) << made.error().message;
    stt_ = std::move(*made);
  }
  static void TearDownTestSuite() { stt_.reset(); }
  void SetUp() override { ASSERT_TRUE(stt_) << "the model could not be loaded"; }
  void TearDown() override {
    stt_->close(1);
    wait_until_idle();
  }

  /// As it arrives over the telephone network.
  static audio::Pcm telephone(const std::string& file) {
    const auto wav = audio::read_wav(kPrompts + file + ".wav");
    if (!wav) {
      ADD_FAILURE() << wav.error().message;
      return {};
    }
    auto pcm = wav->samples;
    for (auto& sample : pcm)
      sample = audio::decode_g711(audio::G711Law::mu, audio::encode_g711(audio::G711Law::mu, sample));
    return pcm;
  }

  Transcript transcribe(const audio::Pcm& pcm) {
    Collector own;
    EXPECT_TRUE(stt_->open(1, {}, own));
    stt_->push(1, pcm);
    stt_->begin_utterance(1, 0);
    stt_->finalize(1, 5, pcm.size());
    const auto finals = own.wait_for_finals(1);
    stt_->close(1);
    EXPECT_EQ(finals.size(), 1U);
    return finals.empty() ? Transcript{} : finals[0];
  }

  /// A task that keeps the only worker occupied until release() is called.
  void occupy_worker() {
    std::promise<void> entered;
    ASSERT_TRUE(pool_.submit(base::Instant{}, [this, &entered] {
      entered.set_value();
      released_.get_future().wait_for(kPatience);
    }));
    ASSERT_EQ(entered.get_future().wait_for(kPatience), std::future_status::ready);
  }
  void release_worker() { released_.set_value(); }

  /// Until what was pushed has been worked on: live audio is never far ahead of the engine.
  void wait_until_idle() {
    const auto deadline = base::monotonic_now() + kPatience;
    while (pool_.stats().busy + pool_.stats().queued > 0 && base::monotonic_now() < deadline) std::this_thread::yield();
  }

  Collector sink;
  std::promise<void> released_;
  static inline inference::WorkerPool pool_{{.threads = 1, .queue_capacity = 32, .clock = {}}};
  static inline std::unique_ptr<MoonshineStt> stt_;
};

TEST_F(MoonshineSttTest, UnderstandsTelephoneSpeech) {
  meter::WordErrors errors;
  for (const auto& prompt : kReference) {
    const auto transcript = transcribe(telephone(prompt.file));
    const auto& text = transcript.text.expose();
    const auto found = meter::word_errors(prompt.words, text);
    if (found.rate() > 0) std::cout << prompt.file << ": " << text << "\n";
    errors += found;
    EXPECT_EQ(transcript.request, 5U);
    EXPECT_GT(transcript.confidence, 0.5F) << prompt.file;
    EXPECT_LE(transcript.confidence, 1.0F);
    EXPECT_GT(transcript.engine_time.count(), 0);
  }
  std::cout << "word error rate " << 100 * errors.rate() << " % of " << errors.reference_words << " words\n";
  EXPECT_LE(errors.rate(), 0.10);
}

TEST_F(MoonshineSttTest, SilenceGivesAnEmptyTranscript) {
  const auto transcript = transcribe(audio::Pcm(16000, 3));
  EXPECT_EQ(transcript.text.expose(), "");
  EXPECT_EQ(transcript.confidence, 0.0F);
  EXPECT_EQ(transcribe({}).text.expose(), "");
}

TEST_F(MoonshineSttTest, HearsFromBeforeTheReportedStart) {
  const auto words = telephone("vm-nobodyavail");
  audio::Pcm pcm(16000, 0);
  pcm.insert(pcm.end(), words.begin(), words.end());
  ASSERT_TRUE(stt_->open(1, {}, sink));
  stt_->push(1, pcm);
  stt_->begin_utterance(1, 16000 + 800);  // the detector was 100 ms late
  stt_->finalize(1, 1, pcm.size());
  const auto finals = sink.wait_for_finals(1);
  ASSERT_EQ(finals.size(), 1U);
  EXPECT_LE(meter::word_errors("Nobody is available to take your call at the moment.", finals[0].text.expose()).rate(),
            0.1)
      << finals[0].text.expose();
  EXPECT_EQ(finals[0].end_sample, pcm.size());
}

TEST_F(MoonshineSttTest, ALongUtteranceIsCutAndJoinedWithoutLoss) {
  audio::Pcm pcm;
  std::string words;
  for (const auto& prompt : kReference) {
    if (pcm.size() > 33 * 8000) break;
    const auto more = telephone(prompt.file);
    pcm.insert(pcm.end(), more.begin(), more.end());
    words += prompt.words + std::string(" ");
  }
  ASSERT_GT(pcm.size(), 33U * 8000);
  ASSERT_LT(pcm.size(), 40U * 8000);
  const auto transcript = transcribe(pcm);
  const auto errors = meter::word_errors(words, transcript.text.expose());
  EXPECT_LE(errors.rate(), 0.12) << transcript.text.expose();
}

// This outlasts the history of 40 s: partial passes must settle it on the way.
TEST_F(MoonshineSttTest, AnUtteranceLongerThanTheHistoryKeepsItsBeginning) {
  ASSERT_TRUE(stt_->open(1, {}, sink));
  auto pcm = telephone("tt-weasels");
  for (std::size_t i = 0; pcm.size() < 46 * 8000; ++i) {
    const auto more = telephone(kReference[i % 10].file);
    pcm.insert(pcm.end(), more.begin(), more.end());
  }
  stt_->begin_utterance(1, 0);
  constexpr std::size_t kStep = 12 * 8000;
  std::size_t pushed = 0;
  for (; pushed + kStep <= pcm.size(); pushed += kStep) {
    stt_->push(1, audio::PcmView(pcm).subspan(pushed, kStep));
    wait_until_idle();
  }
  stt_->finalize(1, 2, pushed);
  const auto finals = sink.wait_for_finals(1);
  ASSERT_EQ(finals.size(), 1U);
  EXPECT_THAT(finals[0].text.expose(), testing::StartsWith("Weasels"));
  EXPECT_EQ(finals[0].end_sample, pushed);
}

TEST_F(MoonshineSttTest, PartialsGrowWhileTheCallerSpeaks) {
  const auto pcm = telephone("ss-noservice");
  ASSERT_TRUE(stt_->open(1, {}, sink));
  stt_->begin_utterance(1, 0);
  for (std::size_t at = 0; at + 4000 <= pcm.size(); at += 4000) {
    stt_->push(1, audio::PcmView(pcm).subspan(at, 4000));
    wait_until_idle();
  }
  const auto partials = sink.wait_for_partials(3);
  ASSERT_GE(partials.size(), 3U);
  for (std::size_t i = 1; i < partials.size(); ++i) EXPECT_GT(partials[i].end_sample, partials[i - 1].end_sample);
  EXPECT_EQ(partials[0].request, 0U);
  stt_->end_utterance(1);
}

TEST_F(MoonshineSttTest, PartialsAreSkippedWhenNoWorkerIsFree) {
  occupy_worker();
  const auto before = stt_->stats().partials_skipped;
  ASSERT_TRUE(stt_->open(1, {}, sink));
  stt_->begin_utterance(1, 0);
  stt_->push(1, telephone("vm-intro"));
  EXPECT_EQ(stt_->stats().partials_skipped, before + 1);
  EXPECT_EQ(pool_.stats().queued, 0U);
  release_worker();
}

TEST_F(MoonshineSttTest, OnlyTheNewestFinalIsAnswered) {
  const auto pcm = telephone("vm-intro");
  ASSERT_TRUE(stt_->open(1, {}, sink));
  stt_->push(1, pcm);
  stt_->begin_utterance(1, 0);
  occupy_worker();
  const auto stale_before = stt_->stats().finals_stale;
  stt_->finalize(1, 11, pcm.size() / 2);
  stt_->finalize(1, 12, pcm.size() / 2);
  stt_->finalize(1, 13, pcm.size());
  release_worker();
  wait_until_idle();
  const auto finals = sink.wait_for_finals(1);
  ASSERT_EQ(finals.size(), 1U);
  EXPECT_EQ(finals[0].request, 13U);
  EXPECT_EQ(stt_->stats().finals_stale, stale_before + 2);
}

TEST_F(MoonshineSttTest, AFinalAskedForBeforeTheEndOfTheUtteranceIsStillAnswered) {
  const auto pcm = telephone("conf-getpin");
  ASSERT_TRUE(stt_->open(1, {}, sink));
  stt_->push(1, pcm);
  stt_->begin_utterance(1, 0);
  stt_->finalize(1, 1, pcm.size());
  stt_->end_utterance(1);
  EXPECT_EQ(sink.wait_for_finals(1).size(), 1U);
}

TEST_F(MoonshineSttTest, AFullQueueAndAMissingUtteranceAreFailuresNotSilence) {
  ASSERT_TRUE(stt_->open(1, {}, sink));
  stt_->finalize(1, 1, 100);
  auto failures = sink.wait_for_failures(1);
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].second.code, ErrorCode::failed_precondition);
  occupy_worker();
  while (pool_.submit(base::kNever, [] {})) {
  }
  stt_->begin_utterance(1, 0);
  stt_->finalize(1, 2, 100);
  failures = sink.wait_for_failures(2);
  ASSERT_EQ(failures.size(), 2U);
  EXPECT_EQ(failures[1].first, 2U);
  EXPECT_EQ(failures[1].second.code, ErrorCode::resource_exhausted);
  release_worker();
}

TEST_F(MoonshineSttTest, NothingIsDeliveredAfterClose) {
  const auto pcm = telephone("conf-getpin");
  for (int round = 0; round < 5; ++round) {
    auto gone = std::make_unique<Collector>();
    ASSERT_TRUE(stt_->open(1, {}, *gone));
    stt_->begin_utterance(1, 0);
    stt_->push(1, pcm);
    stt_->finalize(1, static_cast<RequestId>(round), pcm.size());
    stt_->close(1);
    gone.reset();  // a late event would touch freed memory (the sanitizer builds see it)
  }
}

TEST_F(MoonshineSttTest, RefusesWhatItCannotDo) {
  EXPECT_EQ(stt_->open(1, {.language = "de", .sample_rate = 8000}, sink).error().code, ErrorCode::unimplemented);
  EXPECT_EQ(stt_->open(1, {.language = "en", .sample_rate = 100}, sink).error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(stt_->open(1, {.language = "en-GB", .sample_rate = 16000}, sink));
  EXPECT_EQ(stt_->open(1, {}, sink).error().code, ErrorCode::already_exists);
  stt_->push(77, audio::Pcm(100));
  stt_->finalize(77, 1, 0);
  stt_->close(77);
}

TEST(MoonshineStt, AMissingModelIsAClearError) {
  inference::WorkerPool pool({.threads = 1, .queue_capacity = 1, .clock = {}});
  const auto stt = MoonshineStt::create(inference::ModelFiles("/nonexistent"), pool);
  ASSERT_FALSE(stt);
  EXPECT_THAT(stt.error().message, testing::HasSubstr("moonshine-tiny/encoder_model.onnx"));
  EXPECT_THAT(stt.error().message, testing::HasSubstr("./dev setup"));
}

}  // namespace
}  // namespace frontdesk::local_stt
