#include "load/load_call.hpp"

#include <gtest/gtest.h>

#include <array>

namespace frontdesk::load {
namespace {

using base::Instant;
using base::milliseconds;
using base::seconds;

const base::Endpoint kPeer = *base::parse_endpoint("192.0.2.1:4000");

struct Fixture {
  SoundLoop sound{sip::Codec::pcmu, warbling_tone()};
  LoadReport report;
  Instant now{seconds(100)};
  LoadCall call{1, now, seconds(15)};
  std::array<std::uint8_t, 1500> packet{};

  void answer() {
    sip::NegotiatedMedia media;
    media.remote = kPeer;
    call.on_media(media, sound, 42);
    now = now + milliseconds(12);
    call.on_established(now, seconds(60), report);
  }
  /// Sends and hears itself for so long.
  void talk(base::Duration length) {
    for (const auto end = now + length; now < end; now = now + milliseconds(20)) {
      const auto size = call.send(packet, report);
      call.receive({std::span(packet).first(size), kPeer, now}, report);
    }
  }
  void leave() {
    now = now + seconds(60);
    EXPECT_TRUE(call.must_leave(now, report));
    EXPECT_FALSE(call.must_leave(now, report));
    call.on_ended({sip::EndCause::local_hangup}, report);
  }
};

TEST(LoadCall, GoesAsPlanned) {
  Fixture f;
  EXPECT_EQ(f.call.send(f.packet, f.report), 0U) << "nothing before the answer";
  EXPECT_FALSE(f.call.must_leave(f.now, f.report));
  f.answer();
  f.talk(seconds(60));
  EXPECT_TRUE(f.call.must_leave(f.now, f.report));
  f.call.on_ended({sip::EndCause::local_hangup}, f.report);
  EXPECT_EQ(f.report.calls.completed, 1U);
  EXPECT_EQ(f.report.calls.failed(), 0U);
  EXPECT_EQ(f.report.calls.without_audio + f.report.calls.silent + f.report.calls.cut_short, 0U);
  EXPECT_EQ(f.report.packets.sent, 3000U);
  EXPECT_EQ(f.report.packets.received, 3000U);
  EXPECT_EQ(f.report.setup, std::vector<double>{12});
  EXPECT_EQ(f.call.send(f.packet, f.report), 0U) << "nothing after the end";
}

TEST(LoadCall, WithoutAPacket) {
  Fixture f;
  f.answer();
  f.leave();
  EXPECT_EQ(f.report.calls.without_audio, 1U);
  EXPECT_EQ(f.report.calls.completed, 1U);
}

TEST(LoadCall, WhosePacketsStop) {
  Fixture f;
  f.answer();
  f.talk(seconds(2));
  f.leave();
  EXPECT_EQ(f.report.calls.cut_short, 1U);
}

TEST(LoadCall, ThatIsSilent) {
  Fixture f;
  f.sound = SoundLoop(sip::Codec::pcmu, {});
  f.answer();
  f.talk(seconds(60));
  f.call.must_leave(f.now, f.report);
  EXPECT_EQ(f.report.calls.silent, 1U);
}

TEST(LoadCall, RefusedSaysWhy) {
  Fixture f;
  f.call.on_ended({sip::EndCause::rejected, 503, "Service Unavailable"}, f.report);
  EXPECT_EQ(f.report.calls.failures.at("503 Service Unavailable"), 1U);
}

TEST(LoadCall, NobodyAnswers) {
  Fixture f;
  EXPECT_TRUE(f.call.must_leave(f.now + seconds(15), f.report));
  EXPECT_FALSE(f.call.given_up(f.now + seconds(15)));
  EXPECT_TRUE(f.call.given_up(f.now + seconds(15) + kLeaveLimit));
  f.call.on_ended({sip::EndCause::cancelled, 487, "Request Terminated"}, f.report);
  EXPECT_EQ(f.report.calls.failed(), 1U) << "one call, one failure";
  EXPECT_EQ(f.report.calls.failures.count("no answer within 15 s"), 1U);
}

TEST(LoadCall, EndedByTheOtherSide) {
  Fixture f;
  f.answer();
  f.call.on_ended({sip::EndCause::remote_hangup}, f.report);
  EXPECT_EQ(f.report.calls.failures.count("the other side ended the call"), 1U);
  EXPECT_EQ(f.report.calls.completed, 0U);
}

TEST(LoadCall, AnswerWithoutAudio) {
  Fixture f;
  f.call.on_established(f.now, seconds(60), f.report);
  EXPECT_EQ(f.report.calls.failed(), 1U);
  EXPECT_TRUE(f.call.must_leave(f.now, f.report));
}

}  // namespace
}  // namespace frontdesk::load
