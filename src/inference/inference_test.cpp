#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "inference/guarded_sink.hpp"
#include "inference/model_files.hpp"
#include "inference/onnx_session.hpp"
#include "inference/worker_pool.hpp"

namespace frontdesk::inference {
namespace {

using base::Instant;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

Instant at(int ms) {
  return Instant{milliseconds(ms)};
}

/// Keeps one worker occupied until opened. The worker may look at it after the test is done with it.
class Gate {
 public:
  Task task() {
    return [state = state_] {
      state->entered.set_value();
      state->opened.get_future().wait_for(seconds(10));
    };
  }
  void wait_until_entered() {
    ASSERT_EQ(state_->entered.get_future().wait_for(seconds(10)), std::future_status::ready);
  }
  void open() { state_->opened.set_value(); }

 private:
  struct State {
    std::promise<void> entered;
    std::promise<void> opened;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

TEST(Task, HoldsWhatCannotBeCopied) {
  auto value = std::make_unique<int>(7);
  int seen = 0;
  Task task = [value = std::move(value), &seen] { seen = *value; };
  Task moved = std::move(task);
  EXPECT_FALSE(static_cast<bool>(task));
  moved();
  EXPECT_EQ(seen, 7);
}

TEST(WorkerPool, RunsEarliestDeadlineFirstAndEqualDeadlinesInOrder) {
  WorkerPool pool({.threads = 1, .queue_capacity = 16, .clock = {}});
  Gate gate;
  ASSERT_TRUE(pool.submit(at(0), gate.task()));
  gate.wait_until_entered();
  std::vector<int> order;
  std::promise<void> done;
  for (const auto& [deadline, name] : {std::pair{300, 4}, {100, 1}, {200, 2}, {200, 3}}) {
    ASSERT_TRUE(pool.submit(at(deadline), [&order, name = name] { order.push_back(name); }));
  }
  ASSERT_TRUE(pool.submit(base::kNever, [&done] { done.set_value(); }));
  EXPECT_EQ(pool.stats().queued, 5U);
  EXPECT_TRUE(pool.more_urgent_waiting(at(101)));
  EXPECT_FALSE(pool.more_urgent_waiting(at(100)));
  gate.open();
  ASSERT_EQ(done.get_future().wait_for(seconds(10)), std::future_status::ready);
  EXPECT_THAT(order, testing::ElementsAre(1, 2, 3, 4));
}

TEST(WorkerPool, RefusesWhenFullAndCounts) {
  WorkerPool pool({.threads = 1, .queue_capacity = 2, .clock = {}});
  Gate gate;
  ASSERT_TRUE(pool.submit(at(0), gate.task()));
  gate.wait_until_entered();
  EXPECT_FALSE(pool.has_idle_worker());
  EXPECT_TRUE(pool.submit(at(1), [] {}));
  EXPECT_TRUE(pool.submit(at(1), [] {}));
  bool ran = false;
  EXPECT_FALSE(pool.submit(at(0), [&ran] { ran = true; }));
  EXPECT_EQ(pool.stats().rejected, 1U);
  gate.open();
  pool.stop();
  EXPECT_FALSE(ran);
}

TEST(WorkerPool, StopFinishesTheRunningTaskAndDropsTheRest) {
  WorkerPool pool({.threads = 2, .queue_capacity = 8, .clock = {}});
  Gate first;
  Gate second;
  ASSERT_TRUE(pool.submit(at(0), first.task()));
  ASSERT_TRUE(pool.submit(at(0), second.task()));
  first.wait_until_entered();
  second.wait_until_entered();
  auto witness = std::make_shared<int>(0);
  ASSERT_TRUE(pool.submit(at(1), [witness] { ++*witness; }));
  std::thread opener([&] {
    first.open();
    second.open();
  });
  pool.stop();
  opener.join();
  // A worker may have taken the task before stop() was called; either way it is gone now.
  EXPECT_EQ(witness.use_count(), 1);
  EXPECT_FALSE(pool.submit(at(2), [] {}));
}

TEST(WorkerPool, MeasuresWaitAndRun) {
  std::mutex mutex;
  Instant now = at(1000);
  const auto clock = [&] {
    const std::lock_guard lock(mutex);
    return now;
  };
  const auto advance = [&](int ms) {
    const std::lock_guard lock(mutex);
    now = now + milliseconds(ms);
  };
  WorkerPool pool({.threads = 1, .queue_capacity = 8, .clock = clock});
  Gate gate;
  ASSERT_TRUE(pool.submit(at(0), gate.task()));
  gate.wait_until_entered();
  std::promise<void> done;
  ASSERT_TRUE(pool.submit(at(1050), [&] {
    advance(30);
    done.set_value();
  }));
  advance(100);
  EXPECT_EQ(pool.stats().oldest_wait, milliseconds(100));
  gate.open();
  done.get_future().wait_for(seconds(10));
  pool.stop();
  const auto stats = pool.stats();
  EXPECT_EQ(stats.completed, 2U);
  EXPECT_EQ(stats.longest_wait, milliseconds(100));
  EXPECT_EQ(stats.longest_run, milliseconds(100));  // the gate held the worker that long
  EXPECT_EQ(stats.late, 2U);
}

TEST(WorkerPool, ExpectedWaitCountsOnlyWhatIsAhead) {
  std::mutex mutex;
  Instant now = at(0);
  const auto clock = [&] {
    const std::lock_guard lock(mutex);
    return now;
  };
  WorkerPool pool({.threads = 1, .queue_capacity = 8, .clock = clock});
  EXPECT_EQ(pool.expected_wait(at(0)), base::Duration{0});
  std::promise<void> done;
  ASSERT_TRUE(pool.submit(at(0), [&] {
    const std::lock_guard lock(mutex);
    now = now + milliseconds(40);
  }));
  Gate gate;
  ASSERT_TRUE(pool.submit(at(1), gate.task()));
  gate.wait_until_entered();
  ASSERT_TRUE(pool.submit(at(500), [] {}));
  EXPECT_EQ(pool.expected_wait(at(100)), milliseconds(20));
  EXPECT_EQ(pool.expected_wait(at(600)), milliseconds(60));
  gate.open();
}

TEST(WorkerPool, AThrowingTaskIsCountedAndHarmsNoOther) {
  WorkerPool pool({.threads = 1, .queue_capacity = 8, .clock = {}});
  std::promise<void> done;
  ASSERT_TRUE(pool.submit(at(0), [] { throw std::runtime_error("broken"); }));
  ASSERT_TRUE(pool.submit(at(1), [&done] { done.set_value(); }));
  ASSERT_EQ(done.get_future().wait_for(seconds(10)), std::future_status::ready);
  pool.stop();
  EXPECT_EQ(pool.stats().failed, 1U);
}

TEST(WorkerPool, ManyProducersLoseNothing) {
  WorkerPool pool({.threads = 3, .queue_capacity = 10000, .clock = {}});
  std::atomic<int> ran{0};
  std::vector<std::thread> producers;
  for (int p = 0; p < 4; ++p) {
    producers.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        if (!pool.submit(at(i), [&ran] { ++ran; })) ADD_FAILURE() << "refused";
      }
    });
  }
  for (auto& producer : producers) producer.join();
  std::promise<void> last;
  ASSERT_TRUE(pool.submit(base::kNever, [&last] { last.set_value(); }));
  ASSERT_EQ(last.get_future().wait_for(seconds(20)), std::future_status::ready);
  pool.stop();
  EXPECT_EQ(ran, 2000);
}

TEST(GuardedSink, NothingIsDeliveredAfterClose) {
  int value = 0;
  GuardedSink<int> sink(value);
  std::atomic<bool> stop{false};
  std::thread deliverer([&] {
    while (!stop) sink.with([](int& v) { ++v; });
  });
  sink.close();
  const int after_close = value;
  stop = true;
  deliverer.join();
  EXPECT_EQ(value, after_close);
  EXPECT_TRUE(sink.closed());
}

TEST(GuardedSink, MayBeClosedFromInsideADelivery) {
  int value = 0;
  GuardedSink<int> sink(value);
  EXPECT_TRUE(sink.with([&](int&) { sink.close(); }));
  EXPECT_FALSE(sink.with([](int& v) { ++v; }));
  EXPECT_EQ(value, 0);
}

class ModelFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("frontdesk-models-" + std::to_string(base::monotonic_now().since_start.count()));
    std::filesystem::create_directories(folder_ / "silero-vad");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(std::uintmax_t bytes) {
    std::ofstream(folder_ / kVad).put('x');
    std::filesystem::resize_file(folder_ / kVad, bytes);
  }
  static constexpr const char* kVad = "silero-vad/silero_vad_v5.onnx";
  std::filesystem::path folder_;
};

TEST_F(ModelFilesTest, AMissingFileNamesItselfAndTheRepair) {
  const auto found = ModelFiles(folder_).find(kVad);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, base::ErrorCode::not_found);
  EXPECT_THAT(found.error().message, HasSubstr((folder_ / kVad).string()));
  EXPECT_THAT(found.error().message, HasSubstr("./dev setup"));
}

TEST_F(ModelFilesTest, AFileOfTheWrongSizeIsRefused) {
  write(2327523);
  const auto found = ModelFiles(folder_).find(kVad);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, base::ErrorCode::data_loss);
  EXPECT_THAT(found.error().message, HasSubstr("2327523 bytes instead of 2327524"));
}

TEST_F(ModelFilesTest, DamageThatKeepsTheSizeIsFoundByVerify) {
  write(2327524);
  EXPECT_TRUE(ModelFiles(folder_).find(kVad));
  const auto status = ModelFiles(folder_).verify(kVad);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("SHA-256"));
}

TEST_F(ModelFilesTest, AFileThatIsNoModelIsAnErrorNotACrash) {
  write(100);
  const auto session = OnnxSession::open(folder_ / kVad, "vad.silero");
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code, base::ErrorCode::data_loss);
  EXPECT_EQ(session.error().domain, "vad.silero");
}

TEST(ModelFiles, TheInstalledFilesAreTheRightOnes) {
  EXPECT_GE(model_catalogue().size(), 9U);
  const auto status = ModelFiles::locate().verify_all();
  EXPECT_TRUE(status) << status.error().message;
}

TEST(OnnxSession, AnAbortedRunIsCancelled) {
  const auto path = ModelFiles::locate().find("silero-vad/silero_vad_v5.onnx");
  ASSERT_TRUE(path) << path.error().message;
  const auto session = OnnxSession::open(*path, "vad.silero");
  ASSERT_TRUE(session) << session.error().message;
  std::vector<float> audio(288);
  std::vector<float> state(256);
  std::int64_t rate = 8000;
  std::vector<Ort::Value> inputs;
  inputs.push_back(tensor_view<float>(audio, std::array<std::int64_t, 2>{1, 288}));
  inputs.push_back(tensor_view<float>(state, std::array<std::int64_t, 3>{2, 1, 128}));
  inputs.push_back(tensor_view<std::int64_t>({&rate, 1}, {}));
  const char* const in[] = {"input", "state", "sr"};
  const char* const out[] = {"output", "stateN"};
  EXPECT_TRUE(session->run(in, inputs, out));
  RunAbort abort;
  abort.abort();
  const auto result = session->run(in, inputs, out, &abort);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, base::ErrorCode::cancelled);
  const char* const wrong[] = {"input", "state", "rate"};
  EXPECT_EQ(session->run(wrong, inputs, out).error().code, base::ErrorCode::internal);
}

}  // namespace
}  // namespace frontdesk::inference
