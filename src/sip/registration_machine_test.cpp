#include "sip/registration_machine.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace frontdesk::sip {
namespace {

using base::seconds;

class RegistrationMachine : public ::testing::Test {
 protected:
  static RegistrarAddress address(std::uint8_t last) {
    auto out = *base::parse_address("192.0.2.0", 5060);
    out.address[3] = last;
    return {{out, Transport::udp}};
  }
  static DigestChallenge challenge(const std::string& nonce, bool stale = false) {
    DigestChallenge out;
    out.realm = "r";
    out.nonce = nonce;
    out.stale = stale;
    return out;
  }
  static RegisterAnswer answer(int status) {
    RegisterAnswer out;
    out.status = status;
    return out;
  }
  static RegisterAnswer challenged(const std::string& nonce, bool stale = false) {
    RegisterAnswer out = answer(401);
    out.challenges = {challenge(nonce, stale)};
    return out;
  }

  template <class T>
  std::optional<T> take() {
    for (auto at = commands.begin(); at != commands.end(); ++at) {
      if (auto* found = std::get_if<T>(&*at)) {
        T out = *found;
        commands.erase(at);
        return out;
      }
    }
    return std::nullopt;
  }
  /// Starts (or wakes up) and resolves; the REGISTER that follows.
  std::optional<Registration::Send> sent_first(std::vector<RegistrarAddress> addresses = {address(1)}) {
    machine.start(now, 0, commands);
    take<Registration::Report>();
    return sent_after_resolving(std::move(addresses));
  }
  std::optional<Registration::Send> sent_after_resolving(std::vector<RegistrarAddress> addresses = {address(1)}) {
    const auto resolve = take<Registration::Resolve>();
    if (!resolve) return std::nullopt;
    machine.on_resolved(resolve->id, std::move(addresses), now, 0, commands);
    return take<Registration::Send>();
  }
  std::optional<Registration::Send> sent_after(const Registration::Send& sent, const RegisterAnswer& a) {
    machine.on_answer(sent.id, a, now, 0, commands);
    return take<Registration::Send>();
  }
  RegistrationStatus reported() {
    const auto report = take<Registration::Report>();
    EXPECT_TRUE(report);
    return report ? report->status : RegistrationStatus{};
  }
  void wake() {
    now = machine.next_wakeup();
    machine.on_wakeup(now, 0, commands);
  }

  Registration machine{300};
  Registration::Commands commands;
  base::Instant now{seconds(1000)};
};

TEST_F(RegistrationMachine, RegistersThroughAChallengeAndRefreshes) {
  auto sent = sent_first();
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->to, address(1));
  EXPECT_EQ(sent->expires_s, 300U);
  EXPECT_FALSE(sent->challenge);
  sent = sent_after(*sent, challenged("n1"));
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->challenge->nonce, "n1");
  EXPECT_EQ(sent->nonce_count, 1U);
  machine.on_answer(sent->id, answer(200), now, 0, commands);
  EXPECT_EQ(reported().state, RegistrationState::registered);
  EXPECT_EQ(machine.next_wakeup(), now + seconds(240));
  EXPECT_TRUE(machine.registered());
  wake();
  sent = sent_after_resolving();
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->challenge->nonce, "n1");
  EXPECT_EQ(sent->nonce_count, 2U);
  // The nonce has aged; a server need not say "stale".
  sent = sent_after(*sent, challenged("n2"));
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->challenge->nonce, "n2");
  EXPECT_EQ(sent->nonce_count, 1U);
}

TEST_F(RegistrationMachine, GrantedTimeDecidesTheRefreshAndJitterOnlyShortensIt) {
  for (const auto& [granted, expected] : {std::pair{3600U, 3540}, {300U, 240}, {100U, 50}, {60U, 30}, {2U, 1}}) {
    for (const double jitter : {0.0, 0.5, 0.999}) {
      Registration fresh(300);
      Registration::Commands out;
      fresh.start(now, 0, out);
      fresh.on_resolved(1, {address(1)}, now, 0, out);
      auto ok = answer(200);
      ok.granted_expires_s = granted;
      fresh.on_answer(2, ok, now, jitter, out);
      EXPECT_LE(fresh.next_wakeup(), now + seconds(expected));
      EXPECT_GE(fresh.next_wakeup() - now, base::Duration(seconds(expected)) * 9 / 10 - base::milliseconds(1));
    }
  }
}

TEST_F(RegistrationMachine, WrongPasswordBacksOffToFiveMinutes) {
  auto sent = sent_first();
  std::vector<std::int64_t> delays;
  int requests = 1;
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(sent);
    sent = sent_after(*sent, challenged("n" + std::to_string(round)));
    ++requests;
    ASSERT_TRUE(sent);
    EXPECT_FALSE(sent_after(*sent, challenged("m" + std::to_string(round))));
    const auto status = reported();
    EXPECT_EQ(status.state, RegistrationState::failed);
    EXPECT_EQ(status.status, 401);
    delays.push_back(base::to_ms(status.next_attempt) / 1000);
    wake();
    sent = sent_after_resolving();
    ++requests;
  }
  EXPECT_EQ(delays, (std::vector<std::int64_t>{60, 120, 240, 300, 300}));
  EXPECT_EQ(requests, 11);
}

TEST_F(RegistrationMachine, EndlessStaleStopsAtThree) {
  auto sent = sent_first();
  int tries = 0;
  while (sent && tries < 20) {
    sent = sent_after(*sent, challenged("n" + std::to_string(tries), true));
    ++tries;
  }
  EXPECT_EQ(tries, 1 + Registration::kMaxStale);
  EXPECT_EQ(reported().state, RegistrationState::failed);
}

TEST_F(RegistrationMachine, AnUnknownKindOfChallengeIsARefusal) {
  auto sent = sent_first();
  ASSERT_TRUE(sent);
  EXPECT_FALSE(sent_after(*sent, answer(401)));
  EXPECT_NE(reported().explanation.find("authentication"), std::string::npos);
}

TEST_F(RegistrationMachine, IntervalTooBriefIsRaisedOnce) {
  auto sent = sent_first();
  ASSERT_TRUE(sent);
  auto brief = answer(423);
  brief.min_expires_s = 900;
  sent = sent_after(*sent, brief);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->expires_s, 900U);
  brief.min_expires_s = 1800;
  EXPECT_FALSE(sent_after(*sent, brief));
  EXPECT_EQ(reported().state, RegistrationState::failed);
}

TEST_F(RegistrationMachine, AnAbsurdMinimumIsRefused) {
  for (const std::uint32_t least : {0U, 300U, Registration::kMaxExpires + 1}) {
    Registration fresh(300);
    Registration::Commands out;
    fresh.start(now, 0, out);
    fresh.on_resolved(1, {address(1)}, now, 0, out);
    auto brief = answer(423);
    brief.min_expires_s = least;
    out.clear();
    fresh.on_answer(2, brief, now, 0, out);
    ASSERT_EQ(out.size(), 1U);
    EXPECT_EQ(std::get<Registration::Report>(out[0]).status.state, RegistrationState::failed);
  }
}

TEST_F(RegistrationMachine, SilenceTriesTheOtherAddressesThenBacksOffToThirtySecondsAtMost) {
  auto sent = sent_first({address(1), address(2)});
  ASSERT_TRUE(sent);
  sent = sent_after(*sent, answer(0));
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->to, address(2));
  EXPECT_FALSE(sent_after(*sent, answer(0)));
  std::vector<std::int64_t> delays{base::to_ms(reported().next_attempt)};
  for (int i = 0; i < 6; ++i) {
    wake();
    sent = sent_after_resolving();
    ASSERT_TRUE(sent);
    machine.on_answer(sent->id, answer(0), now, 0.999, commands);
    delays.push_back(base::to_ms(reported().next_attempt));
  }
  EXPECT_EQ(delays.front(), 2000);
  for (const auto delay : delays) EXPECT_LE(delay, 30'000);
  EXPECT_GT(delays.back(), 29'000);
}

TEST_F(RegistrationMachine, RetryAfterIsHonouredWithinReason) {
  auto sent = sent_first();
  auto busy = answer(503);
  busy.retry_after_s = 120;
  machine.on_answer(sent->id, busy, now, 0, commands);
  EXPECT_EQ(reported().next_attempt, seconds(120));
  wake();
  sent = sent_after_resolving();
  busy.retry_after_s = 4'000'000'000;
  machine.on_answer(sent->id, busy, now, 0, commands);
  EXPECT_EQ(reported().next_attempt, seconds(Registration::kMaxRetryAfter));
}

TEST_F(RegistrationMachine, AfterAFailureSuccessResetsTheBackOff) {
  auto sent = sent_first();
  for (int i = 0; i < 4; ++i) {
    machine.on_answer(sent->id, answer(500), now, 0, commands);
    reported();
    wake();
    sent = sent_after_resolving();
    ASSERT_TRUE(sent);
  }
  machine.on_answer(sent->id, answer(200), now, 0, commands);
  EXPECT_EQ(reported().state, RegistrationState::registered);
  machine.on_connection_lost(now, 0, commands);
  EXPECT_EQ(reported().next_attempt, seconds(2));
}

TEST_F(RegistrationMachine, StaleAnswersAreIgnored) {
  const auto sent = sent_first();
  machine.on_answer(sent->id + 7, answer(200), now, 0, commands);
  machine.on_resolved(99, {}, now, 0, commands);
  EXPECT_TRUE(commands.empty());
  EXPECT_FALSE(machine.registered());
}

TEST_F(RegistrationMachine, NoAnswerAtAllRunsIntoTheDeadline) {
  ASSERT_TRUE(sent_first());
  EXPECT_EQ(machine.next_wakeup(), now + Registration::kAnswerLimit);
  wake();
  EXPECT_EQ(reported().state, RegistrationState::failed);
}

TEST_F(RegistrationMachine, WhileDnsIsAwayTheOldAddressServes) {
  auto sent = sent_first();
  machine.on_answer(sent->id, answer(200), now, 0, commands);
  reported();
  wake();
  sent = sent_after_resolving({});
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->to, address(1));
}

TEST_F(RegistrationMachine, StopUnregistersWithCredentialsAndFinishes) {
  auto sent = sent_first();
  sent = sent_after(*sent, challenged("n1"));
  machine.on_answer(sent->id, answer(200), now, 0, commands);
  reported();
  machine.stop(now, commands);
  sent = take<Registration::Send>();
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->expires_s, 0U);
  EXPECT_TRUE(sent->challenge);
  sent = sent_after(*sent, challenged("n2"));
  ASSERT_TRUE(sent);
  machine.on_answer(sent->id, answer(200), now, 0, commands);
  EXPECT_EQ(reported().state, RegistrationState::unregistered);
  EXPECT_TRUE(take<Registration::Finished>());
  EXPECT_EQ(machine.next_wakeup(), base::kNever);
  machine.stop(now, commands);
  machine.start(now, 0, commands);
  EXPECT_TRUE(commands.empty());
}

TEST_F(RegistrationMachine, StopBeforeAnythingWasSentJustFinishes) {
  machine.start(now, 0, commands);
  commands.clear();
  machine.stop(now, commands);
  EXPECT_EQ(reported().state, RegistrationState::unregistered);
  EXPECT_TRUE(take<Registration::Finished>());
}

/// Whatever the registrar does: a deadline in every state, at most 30 requests in 20 s, one Finished.
TEST_F(RegistrationMachine, AServerWeAreSentToMustNameTheTrunksRealm) {
  struct Case {
    const char *given, *named_before, *named_there;
    bool answered;
  };
  const Case cases[] = {
      {"", "", "example.test", true}, {"", "", "elsewhere", false},       {"", "r1", "r1", true},
      {"", "r1", "r2", false},        {"", "r1", "example.test", false},  {"own", "", "own", true},
      {"own", "", "OWN", true},       {"own", "", "example.test", false}, {"own", "r1", "r1", false},
  };
  for (const auto& test : cases) {
    machine = Registration(300, true, test.given, "example.test");
    commands.clear();
    auto sent = sent_first();
    ASSERT_TRUE(sent);
    const auto challenged_by = [](const std::string& realm) {
      auto out = challenged("n");
      out.challenges[0].realm = realm;
      return out;
    };
    if (*test.named_before) {
      sent = sent_after(*sent, challenged_by(test.named_before));
      ASSERT_TRUE(sent && sent->challenge);
    }
    auto moved = answer(302);
    moved.redirection = Redirection{"198.51.100.1", 5060, std::nullopt};
    EXPECT_FALSE(sent_after(*sent, moved));
    sent = sent_after_resolving({address(9)});
    ASSERT_TRUE(sent);
    EXPECT_TRUE(sent->to.redirected);
    EXPECT_FALSE(sent->challenge) << "credentials go nowhere unasked";
    const auto reply = sent_after(*sent, challenged_by(test.named_there));
    EXPECT_EQ(reply && reply->challenge, test.answered)
        << test.given << "/" << test.named_before << "/" << test.named_there;
    if (test.answered) continue;
    const auto status = reported();
    EXPECT_EQ(status.state, RegistrationState::failed);
    EXPECT_NE(status.explanation.find(test.named_there), std::string::npos) << status.explanation;
  }
}

TEST_F(RegistrationMachine, AnotherLocalAddressIsRegisteredAtOnceInEveryState) {
  // Registered.
  auto sent = sent_first();
  machine.on_answer(sent->id, answer(200), now, 0, commands);
  ASSERT_TRUE(machine.registered());
  commands.clear();
  now = now + seconds(7);
  machine.on_local_address_changed(now, commands);
  const auto again = sent_after_resolving();
  ASSERT_TRUE(again);
  EXPECT_TRUE(machine.registered()) << "nobody is told of a failure meanwhile";
  // Waiting for an answer: what comes to the old address counts no more.
  machine.on_local_address_changed(now, commands);
  const auto third = sent_after_resolving();
  ASSERT_TRUE(third);
  machine.on_answer(again->id, answer(403), now, 0, commands);
  EXPECT_TRUE(commands.empty());
  machine.on_answer(third->id, answer(200), now, 0, commands);
  EXPECT_EQ(reported().state, RegistrationState::registered);
  // Backing off.
  wake();
  sent = sent_after_resolving();
  machine.on_answer(sent->id, answer(403), now, 0, commands);
  EXPECT_EQ(reported().state, RegistrationState::failed);
  machine.on_local_address_changed(now, commands);
  EXPECT_TRUE(sent_after_resolving());
}

TEST_F(RegistrationMachine, ADoubtfulPathIsTriedWithAnEarlyRefresh) {
  auto sent = sent_first();
  sent = sent_after(*sent, challenged("n"));
  machine.on_answer(sent->id, answer(200), now, 0, commands);
  EXPECT_EQ(reported().state, RegistrationState::registered);
  now = now + seconds(5);
  machine.on_path_doubtful(now, commands);
  auto verifying = take<Registration::Send>();
  ASSERT_TRUE(verifying);
  EXPECT_TRUE(verifying->challenge) << "with the nonce there is";
  EXPECT_TRUE(machine.registered());
  machine.on_path_doubtful(now, commands);
  EXPECT_TRUE(commands.empty()) << "one at a time";
  machine.on_answer(verifying->id, answer(200), now, 0, commands);
  EXPECT_EQ(reported().state, RegistrationState::registered);
  // And if nobody is there.
  machine.on_path_doubtful(now, commands);
  ASSERT_TRUE(take<Registration::Send>());
  wake();
  EXPECT_EQ(reported().state, RegistrationState::failed);
  EXPECT_FALSE(machine.registered());
}

TEST_F(RegistrationMachine, ALostConnectionCountsDuringARefreshAsWell) {
  auto sent = sent_first();
  machine.on_connection_lost(now, 0, commands);
  EXPECT_TRUE(commands.empty()) << "nothing was registered yet";
  machine.on_answer(sent->id, answer(200), now, 0, commands);
  EXPECT_EQ(reported().state, RegistrationState::registered);
  wake();
  sent = sent_after_resolving();
  ASSERT_TRUE(sent);
  machine.on_connection_lost(now, 0, commands);
  EXPECT_EQ(reported().state, RegistrationState::failed);
  EXPECT_LE(machine.next_wakeup(), now + seconds(30));
}

TEST_F(RegistrationMachine, TheRouteBeginsWithWhoAnswered) {
  EXPECT_TRUE(machine.route().empty());
  auto sent = sent_first({address(1), address(2), address(3)});
  sent = sent_after(*sent, answer(503));
  ASSERT_EQ(sent->to, address(2));
  machine.on_answer(sent->id, answer(200), now, 0, commands);
  EXPECT_EQ(machine.route(), (std::vector{address(2), address(1), address(3)}));
}

TEST_F(RegistrationMachine, NeverHammersNorHangsUnderRandomAnswers) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    base::Random random(seed);
    Registration fresh(300);
    Registration::Commands out;
    base::Instant at{seconds(0)};
    std::vector<base::Instant> sent_at;
    int finished = 0;
    fresh.start(at, random.unit(), out);
    for (int step = 0; step < 300 && finished == 0; ++step) {
      Registration::Commands batch;
      batch.swap(out);
      for (const auto& command : batch) {
        if (const auto* resolve = std::get_if<Registration::Resolve>(&command)) {
          std::vector<RegistrarAddress> found;
          if (random.chance(0.9)) found = {address(1), address(2)};
          fresh.on_resolved(resolve->id, found, at, random.unit(), out);
        } else if (const auto* send = std::get_if<Registration::Send>(&command)) {
          sent_at.push_back(at);
          at = at + base::milliseconds(random.below(2000));
          static constexpr int kStatuses[] = {0, 200, 200, 401, 401, 407, 403, 404, 408, 423, 500, 503, 302};
          auto reply = answer(kStatuses[random.below(std::size(kStatuses))]);
          if (random.chance(0.8)) reply.challenges = {challenge(std::to_string(step), random.chance(0.3))};
          if (random.chance(0.2)) reply.min_expires_s = static_cast<std::uint32_t>(random.below(2000));
          if (random.chance(0.2)) reply.granted_expires_s = static_cast<std::uint32_t>(60 + random.below(2000));
          fresh.on_answer(send->id, reply, at, random.unit(), out);
        } else if (std::holds_alternative<Registration::Finished>(command)) {
          ++finished;
        }
      }
      if (!out.empty() || finished) continue;
      ASSERT_NE(fresh.next_wakeup(), base::kNever) << seed;
      if (step > 250) {
        fresh.stop(at, out);
      } else {
        at = std::max(at, fresh.next_wakeup());
        fresh.on_wakeup(at, random.unit(), out);
      }
    }
    EXPECT_EQ(finished, 1) << seed;
    for (std::size_t i = 30; i < sent_at.size(); ++i) {
      EXPECT_GE(sent_at[i] - sent_at[i - 30], seconds(20)) << seed;
    }
  }
}

}  // namespace
}  // namespace frontdesk::sip
