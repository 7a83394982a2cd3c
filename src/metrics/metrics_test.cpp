#include <gtest/gtest.h>

#include <limits>
#include <thread>

#include "metrics/call_tally.hpp"
#include "metrics/process.hpp"

namespace frontdesk::metrics {
namespace {

using namespace std::chrono_literals;

bool has(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(ExpositionTest, LabelsAndHelpAreEscaped) {
  Exposition out;
  out.family("a_total", Exposition::Kind::counter, "One\\two\nthree \"four\".");
  out.sample(3, {{"line", "a\"b\\c\nd"}, {"state", "up"}});
  out.sample(0.25);
  EXPECT_EQ(out.text(),
            "# HELP a_total One\\\\two\\nthree \"four\".\n# TYPE a_total counter\n"
            "a_total{line=\"a\\\"b\\\\c\\nd\",state=\"up\"} 3\na_total 0.25\n");
}

TEST(ExpositionTest, NumbersAreWholeAndExtremesHaveNames) {
  Exposition out;
  out.gauge("big", "Big.", 123456789012.0);
  out.gauge("none", "None.", std::numeric_limits<double>::quiet_NaN());
  out.gauge("all", "All.", std::numeric_limits<double>::infinity());
  EXPECT_TRUE(has(out.text(), "big 123456789012"));
  EXPECT_TRUE(has(out.text(), "none NaN"));
  EXPECT_TRUE(has(out.text(), "all +Inf"));
}

TEST(CallTallyTest, GapsFallIntoBucketsThatAddUp) {
  CallTally tally;
  for (const auto gap : {-5ms, 150ms, 200ms, 201ms, 450ms, 9000ms}) tally.replied(gap);
  Exposition out;
  tally.write(out);
  EXPECT_TRUE(has(out.text(), "frontdesk_reply_gap_seconds_bucket{le=\"0.2\"} 3"));
  EXPECT_TRUE(has(out.text(), "frontdesk_reply_gap_seconds_bucket{le=\"0.3\"} 4"));
  EXPECT_TRUE(has(out.text(), "frontdesk_reply_gap_seconds_bucket{le=\"5\"} 5"));
  EXPECT_TRUE(has(out.text(), "frontdesk_reply_gap_seconds_bucket{le=\"+Inf\"} 6"));
  EXPECT_TRUE(has(out.text(), "frontdesk_reply_gap_seconds_count 6"));
  EXPECT_TRUE(has(out.text(), "frontdesk_reply_gap_seconds_sum 10.001"));
}

TEST(CallTallyTest, CallsAreCountedFromManyThreads) {
  CallTally tally;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        tally.begun();
        runtime::CallClosed closed;
        closed.end_class = i % 2 == 0 ? call::EndClass::completed : call::EndClass::operator_ended;
        closed.length = 2s;
        closed.figures.packets_in = 100;
        closed.figures.packets_lost = 3;
        closed.figures.jitter_ms = 4;
        tally.over(closed);
      }
    });
  for (auto& thread : threads) thread.join();
  Exposition out;
  tally.write(out);
  EXPECT_TRUE(has(out.text(), "frontdesk_calls_begun_total 4000"));
  EXPECT_TRUE(has(out.text(), "frontdesk_calls_ended_total{end_class=\"completed\"} 2000"));
  EXPECT_TRUE(has(out.text(), "frontdesk_calls_ended_total{end_class=\"operator_ended\"} 2000"));
  EXPECT_TRUE(has(out.text(), "frontdesk_calls_ended_total{end_class=\"failed\"} 0"));
  EXPECT_TRUE(has(out.text(), "frontdesk_rtp_packets_total{direction=\"in\"} 400000"));
  EXPECT_TRUE(has(out.text(), "frontdesk_rtp_packets_lost_total 12000"));
  EXPECT_TRUE(has(out.text(), "frontdesk_rtp_jitter_seconds_sum 16"));
  EXPECT_TRUE(has(out.text(), "frontdesk_call_seconds_total 8000"));
}

TEST(ProcessTest, TheProcessKnowsWhatItTakes) {
  Exposition out;
  write_process(out);
  for (const auto* name : {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds",
                           "process_max_fds", "process_threads"})
    EXPECT_NE(out.text().find(std::string("\n") + name + " "), std::string::npos) << name;
}

}  // namespace
}  // namespace frontdesk::metrics
