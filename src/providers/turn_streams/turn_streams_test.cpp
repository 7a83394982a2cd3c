#include "providers/turn_streams/turn_streams.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>
#include <numeric>
#include <thread>

#include "base/clock.hpp"

namespace frontdesk::turn_streams {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;

audio::Pcm counting(int from, std::size_t size) {
  audio::Pcm pcm(size);
  for (std::size_t i = 0; i < size; ++i) pcm[i] = static_cast<audio::Sample>((from + static_cast<int>(i)) % 30000);
  return pcm;
}

class Answers final : public speech::TurnDetectorSink {
 public:
  void on_turn_end(speech::StreamId stream, base::RequestId request, float probability) override {
    const std::lock_guard lock(mutex_);
    got_.push_back({stream, request, probability});
    changed_.notify_all();
  }
  std::vector<std::tuple<speech::StreamId, base::RequestId, float>> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, seconds(20), [&] { return got_.size() >= count; });
    return got_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::tuple<speech::StreamId, base::RequestId, float>> got_;
};

/// The share of samples, in thousands.
std::optional<float> by_length(audio::PcmView pcm) {
  if (pcm.empty()) return std::nullopt;
  return static_cast<float>(pcm.size()) / 1000;
}

TEST(TurnStreams, WithoutAPoolTheAnswerIsThereWhenJudgeReturns) {
  TurnStreams engine("turns.test", by_length, nullptr);
  Answers answers;
  ASSERT_TRUE(engine.open(3, answers));
  engine.push(3, counting(0, 900));
  engine.judge(3, 11, 100, 600);
  engine.judge(3, 12, 100, 5000);  // no further than what was pushed
  EXPECT_THAT(answers.wait_for(2), ElementsAre(std::tuple(3U, 11U, 0.5F), std::tuple(3U, 12U, 0.8F)));
}

TEST(TurnStreams, WhatCannotBeJudgedIsNotAnswered) {
  TurnStreams engine("turns.test", by_length, nullptr);
  Answers answers;
  ASSERT_TRUE(engine.open(3, answers));
  engine.judge(3, 11, 0, 600);
  engine.judge(4, 12, 0, 600);  // no such stream
  EXPECT_TRUE(answers.wait_for(0).empty());
  EXPECT_EQ(engine.stats().unjudged, 1U);
}

TEST(TurnStreams, RefusesASecondStreamOfTheSameNameAndTooMany) {
  TurnStreams engine("turns.test", by_length, nullptr);
  Answers answers;
  for (speech::StreamId i = 0; i < kMaxStreams; ++i) ASSERT_TRUE(engine.open(i, answers));
  EXPECT_EQ(engine.open(3, answers).error().code, base::ErrorCode::already_exists);
  EXPECT_EQ(engine.open(kMaxStreams, answers).error().code, base::ErrorCode::resource_exhausted);
  engine.close(3);
  EXPECT_TRUE(engine.open(kMaxStreams, answers));
}

/// A pool whose only worker is held up until it is opened.
class HeldPool {
 public:
  HeldPool() {
    EXPECT_TRUE(pool.submit(base::Instant{}, [this] {
      entered_.set_value();
      gate_.wait_for(seconds(10));
    }));
    EXPECT_EQ(entered_.get_future().wait_for(seconds(10)), std::future_status::ready);
  }
  ~HeldPool() {
    if (!is_open_) opened_.set_value();
  }
  void open_and_finish() {
    std::promise<void> done;
    EXPECT_TRUE(pool.submit(base::kNever, [&done] { done.set_value(); }));
    opened_.set_value();
    is_open_ = true;
    EXPECT_EQ(done.get_future().wait_for(seconds(10)), std::future_status::ready);
  }

 private:
  std::promise<void> entered_;
  std::promise<void> opened_;
  std::future<void> gate_ = opened_.get_future();
  bool is_open_ = false;

 public:
  inference::WorkerPool pool{{.threads = 1, .queue_capacity = 4, .clock = {}}};  // goes first: its worker uses the rest
};

TEST(TurnStreams, ANewerRequestMakesAnOlderOneStale) {
  HeldPool held;
  TurnStreams engine("turns.test", by_length, &held.pool);
  Answers answers;
  ASSERT_TRUE(engine.open(1, answers));
  engine.push(1, counting(0, 800));
  engine.judge(1, 5, 0, 200);
  engine.judge(1, 6, 0, 400);
  held.open_and_finish();
  EXPECT_THAT(answers.wait_for(1), ElementsAre(std::tuple(1U, 6U, 0.4F)));
  EXPECT_EQ(engine.stats().stale, 1U);
}

TEST(TurnStreams, NothingIsDeliveredAfterCloseNorByAnEngineThatIsGone) {
  HeldPool held;
  auto answers = std::make_unique<Answers>();
  {
    TurnStreams engine("turns.test", by_length, &held.pool);
    ASSERT_TRUE(engine.open(1, *answers));
    ASSERT_TRUE(engine.open(2, *answers));
    engine.push(1, counting(0, 800));
    engine.push(2, counting(0, 800));
    engine.judge(1, 5, 0, 200);
    engine.judge(2, 6, 0, 200);
    engine.close(1);
  }
  answers.reset();  // a late answer would touch freed memory (the sanitizer builds see it)
  held.open_and_finish();
}

TEST(TurnStreams, AFullPoolAnswersNothing) {
  HeldPool held;
  TurnStreams engine("turns.test", by_length, &held.pool);
  Answers answers;
  ASSERT_TRUE(engine.open(1, answers));
  engine.push(1, counting(0, 800));
  for (base::RequestId request = 1; request <= 6; ++request) engine.judge(1, request, 0, 200);
  EXPECT_EQ(engine.stats().refused, 2U);  // the queue holds four
}

TEST(TurnStreams, ClosingWaitsForADeliveryInProgress) {
  for (int round = 0; round < 50; ++round) {
    inference::WorkerPool pool({.threads = 2, .queue_capacity = 64, .clock = {}});
    TurnStreams engine("turns.test", by_length, &pool);
    auto answers = std::make_unique<Answers>();
    ASSERT_TRUE(engine.open(1, *answers));
    engine.push(1, counting(0, 800));
    std::thread asker([&] {
      for (base::RequestId request = 1; request <= 20; ++request) engine.judge(1, request, 0, 200);
    });
    engine.close(1);
    answers.reset();
    asker.join();
  }
}

}  // namespace
}  // namespace frontdesk::turn_streams
