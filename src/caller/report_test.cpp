#include "caller/report.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cmath>

#include "audio/levels.hpp"
#include "caller/band_limit.hpp"
#include "caller/packet_intervals.hpp"

namespace frontdesk::caller {
namespace {

using base::Duration;
using base::milliseconds;

void tone(audio::Pcm& pcm, int start_ms, int end_ms, double hz = 437) {
  const std::size_t end = audio::samples_for(end_ms, audio::kTelephoneRate);
  if (pcm.size() < end) pcm.resize(end);
  for (std::size_t i = audio::samples_for(start_ms, audio::kTelephoneRate); i < end; ++i)
    pcm[i] = static_cast<audio::Sample>(8000 * std::sin(0.3 + 6.2831853 * hz * static_cast<double>(i) / 8000));
}

Span span(int start_ms, int end_ms) {
  return {milliseconds(start_ms), milliseconds(end_ms)};
}

StepLog answered(Span line, Span reply) {
  StepLog step{.done = true, .line = line, .answer_awaited = true};
  step.reply.heard = reply;
  return step;
}

/// Greeting 0.2-1.0 s; a line 2.0-3.0 answered at 3.34; a line 6.0-7.0 answered at 7.4 and
/// interrupted from 8.6, silent from 8.85; its line to 9.6 answered at 10.0.
struct Recorded {
  CallPlan plan{.name = "recorded",
                .steps = {{.text = "one", .expect = "we open at nine"},
                          {.text = "two"},
                          {.text = "three", .barge_in_after = milliseconds(1200)}}};
  CallLog log{.call = "1",
              .answered_after = milliseconds(12),
              .established_at = -milliseconds(15),
              .length = milliseconds(12000),
              .greeting_awaited = true};

  Recorded() {
    tone(log.receptionist, 200, 1000);
    tone(log.caller, 2000, 3000);
    tone(log.receptionist, 3340, 5000);
    tone(log.caller, 6000, 7000);
    tone(log.receptionist, 7400, 8850);
    tone(log.caller, 8600, 9600);
    tone(log.receptionist, 10000, 11000);
    log.receptionist.resize(96000);
    log.caller.resize(96000);
    log.greeting.heard = span(200, 1000);
    log.steps = {answered(span(2000, 3000), span(3340, 5000)), answered(span(6000, 7000), span(7400, 8850)),
                 answered(span(8600, 9600), span(10000, 11000))};
    log.steps[0].reply.transcript = "We open at five.";
    log.steps[1].reply.interrupted = true;
    log.packets = {.sent = 600, .received = 600, .expected = 600, .intervals_ms = {19.5F, 20.0F, 20.5F}};
  }
};

void expect_near(const std::optional<Duration>& actual, int expected_ms, int tolerance_ms) {
  ASSERT_TRUE(actual.has_value());
  EXPECT_NEAR(static_cast<double>(base::to_ms(*actual)), expected_ms, tolerance_ms);
}

TEST(CallReportTest, MeasuresGapsOnTheWaveform) {
  const Recorded recorded;
  const CallReport report = make_report(recorded.plan, recorded.log);
  EXPECT_TRUE(report.ok) << report.problems.front();
  ASSERT_EQ(report.turns.size(), 3U);
  expect_near(report.turns[0].gap, 340, 10);
  expect_near(report.turns[1].gap, 400, 10);
  expect_near(report.turns[2].gap, 400, 10);
  EXPECT_EQ(report.gaps_ms.count, 3U);
  EXPECT_NEAR(report.gaps_ms.max, 400, 10);
  expect_near(report.greeting_after, 215, 1);
  EXPECT_EQ(report.collisions, 0U);
  EXPECT_DOUBLE_EQ(report.intervals_ms.p50, 20.0);
}

TEST(CallReportTest, MeasuresInterruptions) {
  const Recorded recorded;
  const CallReport report = make_report(recorded.plan, recorded.log);
  EXPECT_FALSE(report.turns[1].barge_in);
  const TurnReport& turn = report.turns[2];
  EXPECT_TRUE(turn.barge_in);
  EXPECT_TRUE(turn.yielded);
  expect_near(turn.barge_in_at, 1200, 10);
  expect_near(turn.stopped_after, 250, 10);
  EXPECT_EQ(report.barge_in_stops_ms.count, 1U);
}

TEST(CallReportTest, TellsWhenTheReceptionistDoesNotYield) {
  Recorded recorded;
  tone(recorded.log.receptionist, 7400, 10900);
  recorded.log.steps[1].reply.heard = span(7400, 10900);
  recorded.log.steps[2].reply.heard.reset();
  const CallReport report = make_report(recorded.plan, recorded.log);
  EXPECT_FALSE(report.turns[2].yielded);
  EXPECT_EQ(report.barge_in_stops_ms.count, 0U);
  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_EQ(report.problems[0], "step 3 (\"three\") got no answer");
  ASSERT_EQ(report.remarks.size(), 1U);
  EXPECT_EQ(report.remarks[0], "step 3 (\"three\"): the receptionist went on speaking when interrupted");
}

TEST(CallReportTest, WordErrorsNeedAnExpectedText) {
  const Recorded recorded;
  const CallReport report = make_report(recorded.plan, recorded.log);
  ASSERT_TRUE(report.turns[0].word_errors.has_value());
  EXPECT_DOUBLE_EQ(report.turns[0].word_errors->rate(), 0.25);
  EXPECT_FALSE(report.turns[1].word_errors.has_value());
}

TEST(CallReportTest, AnAnswerThatCutsInIsCounted) {
  CallPlan plan{.steps = {{.text = "a long question, with a pause"}}};
  CallLog log{.call = "1", .answered_after = milliseconds(5), .length = milliseconds(8000)};
  tone(log.caller, 1000, 1800);
  tone(log.receptionist, 2100, 2500);  // took the pause for the end
  tone(log.caller, 2800, 4000);
  tone(log.receptionist, 4500, 6000);
  log.caller.resize(64000);
  log.receptionist.resize(64000);
  log.steps = {answered(span(1000, 4000), span(4500, 6000))};
  log.packets.received = 400;
  const CallReport report = make_report(plan, log);
  expect_near(report.turns[0].gap, 500, 10);
  EXPECT_EQ(report.turns[0].cut_ins, 1U);
  EXPECT_TRUE(report.ok);
}

TEST(CallReportTest, AnAnswerThatBeginsInAPauseAndGoesOnHasCutIn) {
  CallPlan plan{.steps = {{.text = "a long question, with a pause"}}};
  CallLog log{.call = "1", .answered_after = milliseconds(5), .length = milliseconds(8000)};
  tone(log.caller, 1000, 1800);
  tone(log.receptionist, 2100, 6000);
  tone(log.caller, 2800, 4000);
  log.caller.resize(64000);
  log.receptionist.resize(64000);
  log.steps = {answered(span(1000, 4000), span(2100, 6000))};
  log.packets.received = 400;
  const CallReport report = make_report(plan, log);
  EXPECT_EQ(report.turns[0].cut_ins, 1U);
  expect_near(report.talk_over, 1200, 10);
}

TEST(CallReportTest, CountsHolesInTheReceptionistsSound) {
  Recorded recorded;
  std::fill_n(recorded.log.receptionist.begin() + 4 * 8000, 320, audio::Sample{0});  // 40 ms at 4 s
  const CallReport report = make_report(recorded.plan, recorded.log);
  ASSERT_EQ(report.defects.dropouts.size(), 1U);
  EXPECT_NEAR(static_cast<double>(base::to_ms(report.defects.dropouts[0].at)), 4000, 2);
  EXPECT_NEAR(static_cast<double>(base::to_ms(report.defects.dropouts[0].length)), 40, 2);
}

TEST(CallReportTest, AFailedCallSaysWhyAndNothingElse) {
  CallLog log{.call = "1", .failure = "no answer from 127.0.0.1:5060: is ./dev run running?", .greeting_awaited = true};
  const RunReport run{.plan = "p", .uri = "sip:x@127.0.0.1", .calls = {make_report({.steps = {{.text = "a"}}}, log)}};
  EXPECT_EQ(run.calls[0].problems, std::vector<std::string>{log.failure});
  EXPECT_EQ(exit_code(run), 1);
  EXPECT_NE(render_text(run).find("is ./dev run running?"), std::string::npos);
  EXPECT_EQ(exit_code({}), 1);
}

TEST(CallReportTest, AMissingGreetingIsAProblem) {
  Recorded recorded;
  recorded.log.greeting.heard.reset();
  EXPECT_EQ(make_report(recorded.plan, recorded.log).problems, std::vector<std::string>{"no greeting was heard"});
  recorded.log.greeting_awaited = false;
  EXPECT_TRUE(make_report(recorded.plan, recorded.log).ok);
}

TEST(CallReportTest, AddsUpCalls) {
  const Recorded recorded;
  RunReport run;
  for (int i = 0; i < 4; ++i) run.calls.push_back(make_report(recorded.plan, recorded.log));
  run.calls[3].ok = false;
  run.calls[3].call = "4";
  run.calls[3].packets.lost = 7;
  const Totals totals = add_up(run);
  EXPECT_EQ(totals.calls, 4U);
  EXPECT_EQ(totals.ok, 3U);
  EXPECT_EQ(totals.lost, 7);
  EXPECT_EQ(totals.gaps_ms.count, 12U);
  EXPECT_EQ(totals.intervals_ms.count, 12U);
  EXPECT_EQ(exit_code(run), 1);
  const std::string text = render_text(run);
  EXPECT_NE(text.find("All calls: 3 of 4 ok"), std::string::npos);
  EXPECT_EQ(text.find("Call 1:"), std::string::npos);  // of many, only the failed one
  EXPECT_NE(text.find("Call 4: not ok"), std::string::npos);
}

TEST(CallReportTest, JsonHasAStableShape) {
  const Recorded recorded;
  const RunReport run{.plan = "p", .uri = "sip:x@127.0.0.1", .calls = {make_report(recorded.plan, recorded.log)}};
  const auto value = boost::json::parse(render_json(run));
  EXPECT_EQ(value.at("ok").as_bool(), true);
  const auto& call = value.at("calls").at(0);
  EXPECT_NEAR(call.at("turns").at(0).at("gap_ms").to_number<double>(), 340, 10);
  EXPECT_DOUBLE_EQ(call.at("turns").at(0).at("word_errors").at("rate").to_number<double>(), 0.25);
  EXPECT_TRUE(call.at("turns").at(1).at("word_errors").is_null());
  EXPECT_EQ(call.at("turns").at(1).as_object().count("barge_in"), 0U);
  EXPECT_NEAR(call.at("turns").at(2).at("barge_in").at("stopped_after_ms").to_number<double>(), 250, 10);
  EXPECT_EQ(call.at("packets").at("interval_ms").at("count").to_number<int>(), 3);
  EXPECT_TRUE(call.at("recording").is_null());
  EXPECT_EQ(value.at("totals").at("gap_ms").at("count").to_number<int>(), 3);
}

TEST(CallReportTest, TextHasARowForEachTurn) {
  const Recorded recorded;
  const RunReport run{.calls = {make_report(recorded.plan, recorded.log)}};
  const std::string text = render_text(run);
  EXPECT_NE(text.find("     1     340 ms               25 %  one\n"), std::string::npos) << text;
  EXPECT_NE(text.find("jitter buffer"), std::string::npos) << text;
  EXPECT_NE(text.find("as a caller hears it"), std::string::npos);
}

TEST(PacketIntervalsTest, OnlyNeighboursCount) {
  PacketIntervals intervals;
  rtp::Header header{.sequence = 65534, .timestamp = 0xffffff00, .ssrc = 9};
  base::Instant at{base::seconds(1)};
  const auto packet = [&](int sequence_step, int timestamp_step, int ms) {
    header.sequence = static_cast<std::uint16_t>(header.sequence + sequence_step);
    header.timestamp += static_cast<std::uint32_t>(timestamp_step);
    at = at + milliseconds(ms);
    intervals.on_packet(header, at);
  };
  packet(0, 0, 0);
  packet(1, 160, 21);
  packet(1, 160, 19);    // sequence and timestamp wrap
  packet(2, 320, 40);    // one lost
  packet(1, 1600, 200);  // paused
  packet(-1, -160, 1);   // reordered
  header.ssrc = 10;
  packet(1, 160, 20);
  EXPECT_EQ(intervals.intervals_ms(), (std::vector<float>{21.0F, 19.0F}));
  EXPECT_EQ(intervals.discontinuities(), 4U);
}

TEST(BandLimit, PassesTheTelephoneBandOnly) {
  const auto gain_db = [](double hz) {
    audio::Pcm pcm;
    tone(pcm, 0, 1000, hz);
    const double before = audio::rms_dbfs(pcm);
    limit_band(pcm);
    return audio::rms_dbfs(audio::PcmView(pcm).subspan(4000)) - before;
  };
  EXPECT_NEAR(gain_db(1000), 0, 0.3);
  EXPECT_NEAR(gain_db(300), -3, 0.5);
  EXPECT_NEAR(gain_db(3400), -3, 0.5);
  EXPECT_LT(gain_db(100), -30);
  EXPECT_LT(gain_db(3900), -20);
}

}  // namespace
}  // namespace frontdesk::caller
