#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "fallback/answer_text.hpp"
#include "fallback/attempts.hpp"
#include "fallback/ladder.hpp"
#include "fallback/timer_thread.hpp"

namespace frontdesk::fallback {
namespace {

using base::Duration;
using base::Instant;
using base::milliseconds;
using base::seconds;
using testing::ElementsAre;

const Instant kStart{seconds(1000)};
constexpr BreakerSettings kBreaker{3, seconds(2), seconds(10), seconds(10)};

base::Error error(base::ErrorCode code = base::ErrorCode::unavailable) {
  return {code, "test", "broken", base::Retry::later, 0};
}

TEST(CircuitBreaker, OpensAfterFailuresInARowOnly) {
  CircuitBreaker breaker(kBreaker);
  for (int i = 0; i < 2; ++i) breaker.failed(kStart, breaker.begin(kStart), false, Duration{0});
  breaker.worked();
  for (int i = 0; i < 2; ++i) breaker.failed(kStart, breaker.begin(kStart), false, Duration{0});
  EXPECT_TRUE(breaker.allows(kStart));
  breaker.failed(kStart, breaker.begin(kStart), false, Duration{0});
  EXPECT_EQ(breaker.circuit(), Circuit::open);
  EXPECT_FALSE(breaker.allows(kStart + milliseconds(1999)));
  EXPECT_TRUE(breaker.allows(kStart + seconds(2)));
}

TEST(CircuitBreaker, OneProbeAtATimeAndEachFailureDoublesThePause) {
  CircuitBreaker breaker(kBreaker);
  auto now = kStart;
  breaker.failed(now, false, true, Duration{0});  // hopeless: at once
  for (const auto pause : {seconds(2), seconds(4), seconds(8), seconds(10), seconds(10)}) {
    EXPECT_FALSE(breaker.allows(now + pause - milliseconds(1)));
    now = now + pause;
    ASSERT_TRUE(breaker.allows(now));
    EXPECT_TRUE(breaker.begin(now));
    EXPECT_FALSE(breaker.allows(now + seconds(1))) << "a probe is out";
    breaker.failed(now, true, false, Duration{0});
  }
  now = now + seconds(10);
  EXPECT_TRUE(breaker.begin(now));
  breaker.worked();
  EXPECT_TRUE(breaker.allows(now));
  breaker.failed(now, false, true, Duration{0});
  EXPECT_EQ(breaker.reopens(), now + seconds(2)) << "the pause starts over once it has worked";
}

TEST(CircuitBreaker, WaitsAsLongAsTheProviderAsks) {
  CircuitBreaker breaker(kBreaker);
  breaker.failed(kStart, false, false, seconds(30));
  EXPECT_FALSE(breaker.allows(kStart + seconds(29)));
  breaker.failed(kStart + seconds(10), false, false, seconds(40));  // of a request sent before
  EXPECT_FALSE(breaker.allows(kStart + seconds(49)));
  EXPECT_TRUE(breaker.allows(kStart + seconds(50)));
  breaker.begin(kStart + seconds(50));
  breaker.failed(kStart + seconds(50), true, false, seconds(1'000'000));
  EXPECT_TRUE(breaker.allows(kStart + seconds(50) + kLongestRetryAfter));
}

TEST(CircuitBreaker, AnAbandonedOrSilentProbeBlocksNobody) {
  CircuitBreaker breaker(kBreaker);
  breaker.failed(kStart, false, true, Duration{0});
  const auto later = kStart + seconds(2);
  EXPECT_TRUE(breaker.begin(later));
  breaker.abandoned(true);
  EXPECT_TRUE(breaker.allows(later));
  EXPECT_TRUE(breaker.begin(later));
  EXPECT_FALSE(breaker.allows(later + seconds(9)));
  EXPECT_TRUE(breaker.allows(later + seconds(10)));
}

struct AttemptsTest : testing::Test {
  Board board{{"first", "second"}, kBreaker};
  Patience patience{milliseconds(1500), milliseconds(500), milliseconds(2000)};
  Attempts attempts{{patience, patience}, false};
};

TEST_F(AttemptsTest, HeldPartsAreBoundedInAll) {
  attempts.start(board, kStart);
  auto now = kStart + milliseconds(1400);
  attempts.held(now);
  EXPECT_EQ(attempts.deadline(), kStart + milliseconds(1900));
  attempts.held(kStart + milliseconds(1800));
  EXPECT_EQ(attempts.deadline(), kStart + patience.longest()) << "dribbling does not put it off for ever";
}

TEST_F(AttemptsTest, OnceDeliveredNobodyElseAnswers) {
  attempts.start(board, kStart);
  attempts.delivered(kStart);
  const auto verdict = attempts.expired(board, kStart + seconds(2));
  EXPECT_EQ(verdict.kind, Verdict::Kind::give_up);
  EXPECT_EQ(verdict.error.code, base::ErrorCode::deadline_exceeded);
  EXPECT_EQ(board.stats()[1].tries, 0U);
}

TEST_F(AttemptsTest, TheLastErrorIsReported) {
  attempts.start(board, kStart);
  EXPECT_EQ(attempts.failed(board, Failure::refused, error(), kStart, Duration{0}).provider, 1U);
  const auto verdict =
      attempts.failed(board, Failure::limited, error(base::ErrorCode::resource_exhausted), kStart, Duration{0});
  EXPECT_EQ(verdict.kind, Verdict::Kind::give_up);
  EXPECT_EQ(verdict.error.code, base::ErrorCode::resource_exhausted);
  EXPECT_TRUE(attempts.over());
  EXPECT_EQ(attempts.deadline(), base::kNever);
}

TEST_F(AttemptsTest, WhoWasDoubtedIsToBlameOnlyIfAnotherFoundSomething) {
  attempts.start(board, kStart);
  EXPECT_EQ(attempts.doubted(board, kStart).kind, Verdict::Kind::ask);
  attempts.finished(board, kStart, true);
  EXPECT_EQ(board.stats()[0].failures[static_cast<std::size_t>(Failure::empty)], 1U);

  Attempts agreed({patience, patience}, false);
  agreed.start(board, kStart);
  agreed.doubted(board, kStart);
  EXPECT_EQ(agreed.doubted(board, kStart).kind, Verdict::Kind::nothing);
  EXPECT_TRUE(agreed.over());
  EXPECT_EQ(board.stats()[0].worked, 1U);
}

TEST_F(AttemptsTest, ARequestThatIsWrongTellsNothingAboutTheProvider) {
  for (int i = 0; i < 10; ++i) {
    Attempts each({patience, patience}, true);
    each.start(board, kStart);
    const auto verdict =
        each.failed(board, Failure::rejected, error(base::ErrorCode::invalid_argument), kStart, Duration{0});
    EXPECT_EQ(verdict.kind, Verdict::Kind::give_up);
  }
  EXPECT_EQ(board.stats()[0].circuit, Circuit::closed);
  EXPECT_EQ(board.stats()[1].tries, 0U);
}

TEST_F(AttemptsTest, AWrongKeyOpensTheCircuitAtOnce) {
  attempts.start(board, kStart);
  attempts.failed(board, Failure::refused, error(base::ErrorCode::unauthenticated), kStart, Duration{0});
  EXPECT_EQ(board.stats()[0].circuit, Circuit::open);
  Attempts next({patience, patience}, false);
  EXPECT_EQ(next.start(board, kStart).provider, 1U);
  EXPECT_EQ(board.stats()[0].skipped, 1U);
}

TEST(FailureOf, KnowsWhatTheErrorMeans) {
  EXPECT_EQ(failure_of(error(base::ErrorCode::invalid_argument)), Failure::rejected);
  EXPECT_EQ(failure_of(error(base::ErrorCode::deadline_exceeded)), Failure::timed_out);
  EXPECT_EQ(failure_of(error(base::ErrorCode::resource_exhausted)), Failure::limited);
  EXPECT_EQ(failure_of({base::ErrorCode::unavailable, "x", "", base::Retry::later, 429}), Failure::limited);
  EXPECT_EQ(failure_of(error()), Failure::refused);
}

TEST(AnswerText, TellsWordsFromGarbage) {
  EXPECT_EQ(kind_of(""), TextKind::blank);
  EXPECT_EQ(kind_of(" \n\t"), TextKind::blank);
  EXPECT_EQ(kind_of("We open at nine."), TextKind::words);
  EXPECT_EQ(kind_of("\xC2\xA3"), TextKind::words);
  EXPECT_EQ(kind_of("caf\xC3"), TextKind::words) << "cut in the middle of a character";
  EXPECT_EQ(kind_of("### ..."), TextKind::signs);
  EXPECT_EQ(kind_of("ok \xFF"), TextKind::garbled);
  EXPECT_EQ(kind_of("\xC3("), TextKind::garbled);
  EXPECT_EQ(kind_of("\x80"), TextKind::garbled);
  EXPECT_EQ(kind_of("\xC0\xAF"), TextKind::garbled) << "overlong";
  EXPECT_EQ(kind_of(std::string_view("a\0b", 3)), TextKind::garbled);
  EXPECT_EQ(kind_of("a\x7F"), TextKind::garbled);
}

struct Waiter {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<int> order;
  void add(int value) {
    const std::lock_guard lock(mutex);
    order.push_back(value);
    changed.notify_all();
  }
  bool await(std::size_t count) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, seconds(20), [&] { return order.size() >= count; });
  }
};

TEST(TimerThread, RunsInTheOrderOfTimeAndNotWhatWasCancelled) {
  Waiter waiter;
  TimerThread timer;
  const auto now = timer.now();
  ASSERT_NE(timer.at(now + milliseconds(20), [&] { waiter.add(2); }), 0U);
  const auto gone = timer.at(now + milliseconds(10), [&] { waiter.add(9); });
  ASSERT_NE(timer.at(now + milliseconds(1), [&] { waiter.add(1); }), 0U);
  timer.cancel(gone);
  timer.cancel(gone);
  timer.cancel(12345);
  ASSERT_TRUE(waiter.await(2));
  EXPECT_THAT(waiter.order, ElementsAre(1, 2));
  EXPECT_GE(timer.now(), now + milliseconds(20));
}

TEST(TimerThread, RefusesTooManyAndDropsThemAtItsEnd) {
  bool ran = false;
  {
    TimerThread timer;
    const auto far = timer.now() + seconds(3600);
    for (std::size_t i = 0; i < kMaxTimers; ++i) ASSERT_NE(timer.at(far, [&] { ran = true; }), 0U);
    EXPECT_EQ(timer.at(far, [] {}), 0U);
  }
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace frontdesk::fallback
