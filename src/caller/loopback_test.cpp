// Whole calls on the loopback interface, against the peer of answering_party_test.hpp.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>

#include "audio/levels.hpp"
#include "audio/wav.hpp"
#include "base/clock.hpp"
#include "caller/answering_party_test.hpp"
#include "caller/caller.hpp"
#include "udp/rtp_ports.hpp"

namespace frontdesk::caller {
namespace {

using base::milliseconds;

class Loopback : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "frontdesk-caller-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    // A "line": 800 ms of tone, at 16 kHz to be resampled.
    audio::Wav wav{.rate = 16000};
    for (int i = 0; i < 12800; ++i)
      wav.samples.push_back(static_cast<audio::Sample>(9000 * std::sin(6.2831853 * 610 * i / 16000)));
    ASSERT_TRUE(audio::write_wav(line(), wav));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string line() const { return (folder_ / "line.wav").string(); }
  Step play() const { return {.kind = StepKind::play, .text = line()}; }
  static CallOptions options_for(const AnsweringParty& party) {
    CallOptions options;
    options.uri = party.uri();
    options.reply_timeout = base::seconds(2);
    options.greeting_timeout = base::seconds(2);
    options.reply_end_silence = milliseconds(400);
    return options;
  }
  std::filesystem::path folder_;
};

TEST_F(Loopback, MeasuresTheTrueGapsAndStops) {
  AnsweringParty party({.answers_ms = {500, 3000, 500}});
  Step interruption = play();
  interruption.barge_in_after = milliseconds(800);
  const CallPlan plan{.name = "beeps", .steps = {play(), play(), interruption}};
  CallOptions options = options_for(party);
  options.record = folder_ / "call.wav";
  std::vector<std::string> told;
  const auto run_report = run(plan, options, {.narrate = [&](std::string_view text) { told.emplace_back(text); }});
  ASSERT_TRUE(run_report.has_value()) << run_report.error().message;
  const CallReport& report = run_report->calls.at(0);
  EXPECT_TRUE(report.ok) << render_text(*run_report);

  const TrueTimes truth = party.times();
  ASSERT_EQ(truth.gaps.size(), 3U);
  ASSERT_EQ(report.turns.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(report.turns[i].gap.has_value()) << render_text(*run_report);
    const base::Duration expected = truth.gaps[i] + report.packets.playout_delay;
    EXPECT_NEAR(base::to_seconds(*report.turns[i].gap) * 1000, base::to_seconds(expected) * 1000, 40) << "turn " << i;
  }
  const TurnReport& interrupted = report.turns[2];
  ASSERT_EQ(truth.yields.size(), 1U);
  EXPECT_TRUE(interrupted.yielded);
  ASSERT_TRUE(interrupted.barge_in_at.has_value());
  EXPECT_NEAR(base::to_seconds(*interrupted.barge_in_at) * 1000, 800, 40);
  EXPECT_NEAR(base::to_seconds(*interrupted.stopped_after) * 1000,
              base::to_seconds(truth.yields[0] + report.packets.playout_delay) * 1000, 40);

  EXPECT_EQ(report.packets.lost, 0);
  EXPECT_NEAR(report.intervals_ms.p50, 20, 1);
  EXPECT_TRUE(report.greeting_after.has_value());
  EXPECT_EQ(told.size(), 7U);  // a greeting, three lines, three answers
  const auto recording = audio::read_wav(options.record);
  ASSERT_TRUE(recording.has_value());
  EXPECT_EQ(recording->channels, 2);
  EXPECT_EQ(recording->frames(), static_cast<std::size_t>(base::to_ms(report.length)) * 8);
}

TEST_F(Loopback, ATurnWithoutAnAnswerFailsTheCall) {
  AnsweringParty party({.answers_ms = {300}});
  CallOptions options = options_for(party);
  options.reply_timeout = base::seconds(1);
  const auto report = run({.steps = {play(), play()}}, options, {});
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(exit_code(*report), 1);
  ASSERT_EQ(report->calls[0].problems.size(), 1U) << render_text(*report);
  EXPECT_TRUE(report->calls[0].problems[0].starts_with("step 2 (")) << report->calls[0].problems[0];
}

TEST_F(Loopback, TellsWhenTheReceptionistHangsUpEarly) {
  AnsweringParty party({.greets = false, .answers_ms = {300}, .hang_up_after = 1});
  const auto report = run({.greeting = false, .steps = {play(), play()}}, options_for(party), {});
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(report->calls[0].failure, "the receptionist hung up after 1 of 2 steps");
}

TEST_F(Loopback, PressesDigits) {
  AnsweringParty party({.greets = false});
  const CallPlan plan{.greeting = false,
                      .steps = {{.kind = StepKind::digits, .text = "12#", .wait_answer = false},
                                {.kind = StepKind::pause, .wait_answer = false, .pause = milliseconds(200)}}};
  const auto report = run(plan, options_for(party), {});
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(exit_code(*report), 0) << render_text(*report);
  EXPECT_EQ(party.times().digits, "12#");
}

TEST_F(Loopback, ARefusalNamesTheStatus) {
  AnsweringParty party({.reject_with = 486});
  const auto report = run({.steps = {play()}}, options_for(party), {});
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_NE(report->calls[0].failure.find("refused the call: 486 Busy Here"), std::string::npos)
      << report->calls[0].failure;
}

TEST_F(Loopback, NobodyThereIsToldAtOnce) {
  const auto free_port = udp::open_on_any_even_port(*base::parse_address("127.0.0.1"));
  ASSERT_TRUE(free_port.has_value());
  base::Endpoint nobody = free_port->local();
  {
    const udp::Socket closed = udp::open_on_any_even_port(*base::parse_address("127.0.0.1")).value();
    nobody = closed.local();
  }
  CallOptions options;
  options.uri = base::to_string(nobody);
  const base::Instant before = base::monotonic_now();
  const auto report = run({.steps = {play()}}, options, {});
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(report->calls[0].failure, "no answer from " + base::to_string(nobody) + ": is ./dev run running?");
  EXPECT_LT(base::monotonic_now() - before, base::seconds(2));
}

TEST_F(Loopback, AMuteSipPortEndsByTheDeadline) {
  const auto mute = udp::open_on_any_even_port(*base::parse_address("127.0.0.1"));
  ASSERT_TRUE(mute.has_value());
  CallOptions options;
  options.uri = base::to_string(mute->local());
  options.answer_timeout = milliseconds(300);
  const auto report = run({.steps = {play()}}, options, {});
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_NE(report->calls[0].failure.find("no answer from"), std::string::npos);
}

TEST_F(Loopback, SeveralCallsListenAtOnce) {
  AnsweringParty party({});
  CallOptions options = options_for(party);
  options.calls = 6;
  options.listen_only = ListenOnly{.length = milliseconds(1000), .sound = ListenSound::tone};
  const auto report = run({}, options, {});
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(exit_code(*report), 0) << render_text(*report);
  const Totals totals = add_up(*report);
  EXPECT_EQ(totals.ok, 6U);
  EXPECT_EQ(totals.lost, 0);
  EXPECT_GT(totals.received, 6 * 45U);
  EXPECT_NEAR(totals.intervals_ms.p50, 20, 1);
}

struct MediaCase {
  sip::Codec codec;
  sip::SrtpPolicy srtp;
  int packet_ms;
};
class EveryMedia : public Loopback, public testing::WithParamInterface<MediaCase> {};
INSTANTIATE_TEST_SUITE_P(Loopback, EveryMedia,
                         testing::Values(MediaCase{sip::Codec::pcma, sip::SrtpPolicy::required, 20},
                                         MediaCase{sip::Codec::pcmu, sip::SrtpPolicy::optional, 10},
                                         MediaCase{sip::Codec::g722, sip::SrtpPolicy::off, 30},
                                         MediaCase{sip::Codec::g722, sip::SrtpPolicy::optional, 20},
                                         MediaCase{sip::Codec::opus, sip::SrtpPolicy::off, 60},
                                         MediaCase{sip::Codec::opus, sip::SrtpPolicy::required, 20}),
                         [](const auto& each) {
                           return std::string(codec::traits(each.param.codec).encoding) + "_" +
                                  std::to_string(each.param.packet_ms) +
                                  (each.param.srtp == sip::SrtpPolicy::off ? "" : "_srtp");
                         });

TEST_P(EveryMedia, AWholeCallIsHeard) {
  const auto [codec, srtp, packet_ms] = GetParam();
  AnsweringParty party({.codecs = {codec}, .srtp = srtp});
  CallOptions options = options_for(party);
  options.codecs = {codec};
  options.srtp = srtp;
  options.packet_ms = packet_ms;
  options.record = folder_ / "call.wav";
  options.listen_only = ListenOnly{.length = milliseconds(1200), .sound = ListenSound::tone};
  const auto report = run({}, options, {});
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(exit_code(*report), 0) << render_text(*report);
  const Totals totals = add_up(*report);
  EXPECT_EQ(totals.lost, 0);
  EXPECT_NEAR(static_cast<double>(totals.received), 1200.0 / packet_ms, 200.0 / packet_ms);
  const auto recorded = audio::read_wav(options.record.string());
  ASSERT_TRUE(recorded);
  audio::Pcm heard;
  for (std::size_t i = 1; i < recorded->samples.size(); i += 2) heard.push_back(recorded->samples[i]);
  EXPECT_GT(audio::peak(heard), 6000);  // the tone of the greeting, at its level of 8000
  EXPECT_LT(audio::peak(heard), 10'000);
}

TEST_F(Loopback, EncryptionThatOneSideRequiresIsNotLeftOut) {
  AnsweringParty party({.srtp = sip::SrtpPolicy::required});
  CallOptions options = options_for(party);
  options.listen_only = ListenOnly{.length = milliseconds(500)};
  const auto report = run({}, options, {});
  ASSERT_TRUE(report.has_value());
  EXPECT_NE(report->calls.at(0).failure.find("488"), std::string::npos) << report->calls.at(0).failure;
}

TEST_F(Loopback, SeveralCallsFollowThePlan) {
  AnsweringParty party({.answers_ms = {300}});
  CallOptions options = options_for(party);
  options.calls = 3;
  options.record = folder_ / "call.wav";
  const auto report = run({.steps = {play()}}, options, {});
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(exit_code(*report), 0) << render_text(*report);
  EXPECT_EQ(add_up(*report).gaps_ms.count, 3U);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "call-3.wav"));
}

TEST_F(Loopback, StopsWhenTold) {
  AnsweringParty party({});
  CallOptions options = options_for(party);
  options.listen_only = ListenOnly{.length = base::seconds(60)};
  const std::atomic<bool> stop{true};
  const auto report = run({}, options, {.stop = &stop});
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(report->calls[0].failure, "stopped");
}

TEST(Arguments, AreRefusedWithARemedy) {
  EXPECT_EQ(complete_uri("127.0.0.1:5060").value(), "sip:reception@127.0.0.1:5060");
  EXPECT_EQ(complete_uri("echo@[::1]").value(), "sip:echo@[::1]");
  EXPECT_EQ(complete_uri("sip:a@b;transport=tcp").value(), "sip:a@b;transport=tcp");
  EXPECT_FALSE(complete_uri("").has_value());
  EXPECT_FALSE(complete_uri("https://example.org").has_value());
  const CallPlan spoken{.steps = {{.kind = StepKind::say, .text = "Hello."}}};
  CallOptions options;
  options.uri = "127.0.0.1:1";
  options.calls = 0;
  EXPECT_EQ(run(spoken, options, {}).error().code, base::ErrorCode::invalid_argument);
  options.calls = 1;
  EXPECT_EQ(run({}, options, {}).error().code, base::ErrorCode::invalid_argument);
  const auto bound = udp::open_on_any_even_port(*base::parse_address("127.0.0.1"));
  options.uri = base::to_string(bound->local());
  EXPECT_EQ(run(spoken, options, {}).error().code, base::ErrorCode::failed_precondition);  // no voice
  options.uri = "127.0.0.1:5060";
  const CallPlan missing{.steps = {{.kind = StepKind::play, .text = "/nowhere/x.wav"}}};
  options.uri = base::to_string(bound->local());
  EXPECT_FALSE(run(missing, options, {}).has_value());
}

}  // namespace
}  // namespace frontdesk::caller
