#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "audio/wav.hpp"
#include "providers/local_vad/silero_vad.hpp"
#include "providers/local_vad/window_queue.hpp"

namespace frontdesk::local_vad {
namespace {

using speech::kVadWindowSamples;
using std::chrono::seconds;

constexpr const char* kPrompts = "/usr/share/asterisk/sounds/en_US_f_Allison/";

class Collector final : public speech::VadSink {
 public:
  void on_vad(const speech::VadWindow& window) override {
    const std::lock_guard lock(mutex_);
    windows_.push_back(window);
    changed_.notify_all();
  }
  std::vector<speech::VadWindow> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, seconds(20), [&] { return windows_.size() >= count; });
    return windows_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<speech::VadWindow> windows_;
};

std::unique_ptr<SileroVad> make_vad() {
  auto vad = SileroVad::create(inference::ModelFiles::locate());
  if (!vad) {
    ADD_FAILURE() << vad.error().message;
    return nullptr;
  }
  return std::move(*vad);
}

audio::Pcm prompt(const std::string& name) {
  const auto wav = audio::read_wav(kPrompts + name + ".wav");
  if (!wav) ADD_FAILURE() << wav.error().message;
  return wav ? wav->samples : audio::Pcm{};
}

/// As the media path does: 20 ms at a time, in time with the engine so that nothing is lost.
std::vector<speech::VadWindow> detect(SileroVad& vad, speech::StreamId stream, audio::PcmView pcm) {
  Collector sink;
  EXPECT_TRUE(vad.open(stream, sink));
  std::size_t pushed = 0;
  while (pushed < pcm.size()) {
    const auto frame = pcm.subspan(pushed, std::min(audio::kFrameSamples, pcm.size() - pushed));
    vad.push(stream, frame);
    pushed += frame.size();
    if (pushed > 8000) sink.wait_for((pushed - 8000) / kVadWindowSamples);
  }
  auto windows = sink.wait_for(pcm.size() / kVadWindowSamples);
  vad.close(stream);
  return windows;
}

std::array<float, kVadWindowSamples> take(WindowQueue& queue, std::uint64_t expected_index) {
  std::array<float, kVadWindowSamples> window;
  EXPECT_EQ(queue.take(window), expected_index);
  return window;
}

TEST(WindowQueue, CutsAnyAmountsIntoWindows) {
  WindowQueue queue(1024);
  const audio::Pcm frame(160, 16384);
  queue.push(frame);
  EXPECT_FALSE(queue.has_window());
  queue.push(frame);
  ASSERT_TRUE(queue.has_window());
  EXPECT_FLOAT_EQ(take(queue, 0)[255], 0.5F);
  EXPECT_FALSE(queue.has_window());
}

TEST(WindowQueue, WhatDoesNotFitBecomesSilenceInItsPlace) {
  WindowQueue queue(512);
  queue.push(audio::Pcm(512, 100));
  queue.push(audio::Pcm(300, 200));  // lost
  EXPECT_EQ(queue.samples_lost(), 300U);
  EXPECT_GT(take(queue, 0)[0], 0.0F);
  EXPECT_GT(take(queue, 1)[255], 0.0F);
  const auto silence = take(queue, 2);
  EXPECT_EQ(silence[0], 0.0F);
  EXPECT_EQ(silence[255], 0.0F);
  queue.push(audio::Pcm(212, 300));  // samples 812 to 1024
  const auto window = take(queue, 3);
  EXPECT_EQ(window[43], 0.0F);
  EXPECT_GT(window[44], 0.0F);
}

TEST(WindowQueue, AudioPushedWhileSilenceIsOwedStaysBehindIt) {
  WindowQueue queue(256);
  queue.push(audio::Pcm(256, 1));
  queue.push(audio::Pcm(256, 2));
  queue.push(audio::Pcm(256, 3));
  EXPECT_EQ(queue.samples_lost(), 512U);
  EXPECT_GT(take(queue, 0)[0], 0.0F);
  EXPECT_EQ(take(queue, 1)[0], 0.0F);
  EXPECT_EQ(take(queue, 2)[0], 0.0F);
  EXPECT_FALSE(queue.has_window());
}

TEST(SileroVad, TellsSpeechFromSilence) {
  const auto vad = make_vad();
  ASSERT_TRUE(vad);
  audio::Pcm pcm(8000, 0);
  const auto words = prompt("vm-intro");
  pcm.insert(pcm.end(), words.begin(), words.end());
  pcm.resize(pcm.size() + 8000, 0);
  const auto windows = detect(*vad, 1, pcm);
  ASSERT_EQ(windows.size(), pcm.size() / kVadWindowSamples);
  const auto speechy = [&](std::size_t from, std::size_t to) {
    std::size_t count = 0;
    for (auto i = from / kVadWindowSamples; i < to / kVadWindowSamples; ++i)
      count += windows[i].speech_probability > 0.5F;
    return static_cast<double>(count) / static_cast<double>((to - from) / kVadWindowSamples);
  };
  EXPECT_EQ(speechy(0, 8000), 0.0);
  EXPECT_GT(speechy(8000, 8000 + words.size()), 0.7);
  EXPECT_LT(speechy(pcm.size() - 4096, pcm.size()), 0.05);
}

TEST(SileroVad, WindowsComeInOrderWithTheirNumbers) {
  const auto vad = make_vad();
  ASSERT_TRUE(vad);
  const auto windows = detect(*vad, 7, prompt("vm-goodbye"));
  for (std::size_t i = 0; i < windows.size(); ++i) {
    EXPECT_EQ(windows[i].index, i);
    EXPECT_EQ(windows[i].stream, 7U);
  }
}

// The state of a stream must not leak into its neighbours in the batch.
TEST(SileroVad, ABatchGivesEachStreamWhatItWouldGetAlone) {
  const auto vad = make_vad();
  ASSERT_TRUE(vad);
  const std::vector<std::string> names{"vm-intro", "vm-goodbye", "vm-instructions"};
  std::vector<std::vector<speech::VadWindow>> alone;
  std::vector<audio::Pcm> clips;
  for (const auto& name : names) {
    clips.push_back(prompt(name));
    clips.back().resize(2 * 8000);
    alone.push_back(detect(*vad, 1, clips.back()));
  }
  std::vector<Collector> sinks(clips.size());
  for (std::size_t i = 0; i < clips.size(); ++i) ASSERT_TRUE(vad->open(10 + i, sinks[i]));
  const auto runs_before = vad->stats().runs;
  for (std::size_t at = 0; at + 160 <= clips[0].size(); at += 160) {
    for (std::size_t i = 0; i < clips.size(); ++i) vad->push(10 + i, audio::PcmView(clips[i]).subspan(at, 160));
  }
  for (std::size_t i = 0; i < clips.size(); ++i) {
    const auto windows = sinks[i].wait_for(alone[i].size());
    ASSERT_EQ(windows.size(), alone[i].size());
    for (std::size_t w = 0; w < windows.size(); ++w) {
      EXPECT_NEAR(windows[w].speech_probability, alone[i][w].speech_probability, 1e-3) << names[i] << " " << w;
    }
  }
  EXPECT_LE(vad->stats().runs - runs_before, 2 * alone[0].size());  // it did share runs
}

TEST(SileroVad, RefusesASecondStreamOfTheSameNameAndTooMany) {
  const auto vad = make_vad();
  ASSERT_TRUE(vad);
  Collector sink;
  for (speech::StreamId i = 0; i < kMaxStreams; ++i) ASSERT_TRUE(vad->open(i, sink));
  EXPECT_EQ(vad->open(3, sink).error().code, base::ErrorCode::already_exists);
  EXPECT_EQ(vad->open(kMaxStreams, sink).error().code, base::ErrorCode::resource_exhausted);
  vad->close(3);
  EXPECT_TRUE(vad->open(kMaxStreams, sink));
}

TEST(SileroVad, NothingArrivesAfterCloseAndUnknownStreamsAreIgnored) {
  const auto vad = make_vad();
  ASSERT_TRUE(vad);
  for (int round = 0; round < 50; ++round) {
    auto sink = std::make_unique<Collector>();
    ASSERT_TRUE(vad->open(1, *sink));
    vad->push(1, audio::Pcm(1024, 500));
    vad->close(1);
    sink.reset();  // a late event would touch freed memory (the sanitizer builds see it)
  }
  vad->push(99, audio::Pcm(512, 0));
  vad->close(99);
}

TEST(SileroVad, AMissingModelIsAClearError) {
  const auto vad = SileroVad::create(inference::ModelFiles("/nonexistent"));
  ASSERT_FALSE(vad);
  EXPECT_THAT(vad.error().message, testing::HasSubstr("./dev setup"));
}

}  // namespace
}  // namespace frontdesk::local_vad
