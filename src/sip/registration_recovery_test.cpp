// One registrar fault a row, in virtual time: how long from the moment the provider is well again to the
// registration, what the owner is told meanwhile, and how often the registrar was asked.
#include <gtest/gtest.h>

#include "sip/registration_machine.hpp"

namespace frontdesk::sip {
namespace {

using base::seconds;

constexpr base::Duration kDown = seconds(600);

struct Fault {
  const char* name;
  RegisterAnswer answer;
  bool resolves = true;
  base::Duration answer_after = base::milliseconds(20);
  base::Duration recovery;  ///< at most, once the fault is over
  int requests;             ///< at most, while it lasts
  const char* explanation;
};

void PrintTo(const Fault& fault, std::ostream* out) {
  *out << fault.name;
}

RegisterAnswer status(int code, std::optional<std::uint32_t> retry_after = {},
                      std::optional<std::uint32_t> least = {}) {
  RegisterAnswer answer;
  answer.status = code;
  answer.retry_after_s = retry_after;
  answer.min_expires_s = least;
  return answer;
}
RegisterAnswer challenge(bool stale) {
  RegisterAnswer answer = status(401);
  DigestChallenge one;
  one.realm = "r";
  one.nonce = "n";
  one.stale = stale;
  answer.challenges = {one};
  return answer;
}
RegisterAnswer redirected() {
  RegisterAnswer answer = status(302);
  answer.redirection = Redirection{"elsewhere", 5060, std::nullopt};
  return answer;
}
RegisterAnswer certificate() {
  RegisterAnswer answer;
  answer.fault = "The certificate of sip.example.com has expired: the provider must renew it.";
  return answer;
}

class RegistrationRecovery : public ::testing::TestWithParam<Fault> {};

TEST_P(RegistrationRecovery, IsInTime) {
  const Fault& fault = GetParam();
  for (const double jitter : {0.0, 0.5, 0.999}) {
    Registration machine(300);
    Registration::Commands out;
    const base::Instant begun{seconds(1000)}, well = begun + kDown;
    base::Instant now = begun;
    int requests = 0;
    std::string told;
    machine.start(now, jitter, out);
    while (!machine.registered() && now < well + seconds(4000)) {
      Registration::Commands batch;
      batch.swap(out);
      for (const auto& command : batch) {
        if (const auto* resolve = std::get_if<Registration::Resolve>(&command)) {
          std::vector<RegistrarAddress> found;
          if (fault.resolves || now >= well) found = {{{*base::parse_address("192.0.2.1", 5060), Transport::tcp}}};
          machine.on_resolved(resolve->id, found, now, jitter, out);
        } else if (const auto* send = std::get_if<Registration::Send>(&command)) {
          if (now < well) ++requests;
          now = now + (now >= well ? base::milliseconds(20) : fault.answer_after);
          if (now >= machine.next_wakeup()) {
            now = machine.next_wakeup();
            machine.on_wakeup(now, jitter, out);
          } else {
            machine.on_answer(send->id, now >= well ? status(200) : fault.answer, now, jitter, out);
          }
        } else if (const auto* report = std::get_if<Registration::Report>(&command)) {
          if (report->status.state == RegistrationState::failed) told = report->status.explanation;
        }
      }
      if (out.empty() && !machine.registered()) {
        ASSERT_NE(machine.next_wakeup(), base::kNever);
        now = std::max(now, machine.next_wakeup());
        machine.on_wakeup(now, jitter, out);
      }
    }
    ASSERT_TRUE(machine.registered());
    EXPECT_LE(base::to_seconds(now - well), base::to_seconds(fault.recovery)) << jitter;
    EXPECT_LE(requests, fault.requests) << jitter;
    EXPECT_NE(told.find(fault.explanation), std::string::npos) << told;
  }
}

INSTANTIATE_TEST_SUITE_P(All, RegistrationRecovery,
                         ::testing::Values(Fault{.name = "WrongPassword",
                                                 .answer = challenge(false),
                                                 .recovery = seconds(331),
                                                 .requests = 12,
                                                 .explanation = "password"},
                                           Fault{.name = "EndlessStale",
                                                 .answer = challenge(true),
                                                 .recovery = seconds(331),
                                                 .requests = 20,
                                                 .explanation = "password"},
                                           Fault{.name = "Forbidden",
                                                 .answer = status(403),
                                                 .recovery = seconds(331),
                                                 .requests = 5,
                                                 .explanation = "account is active"},
                                           Fault{.name = "NotFound",
                                                 .answer = status(404),
                                                 .recovery = seconds(331),
                                                 .requests = 5,
                                                 .explanation = "user name and the host"},
                                           Fault{.name = "TooBrief",
                                                 .answer = status(423, {}, 100),
                                                 .recovery = seconds(331),
                                                 .requests = 5,
                                                 .explanation = "too brief"},
                                           Fault{.name = "Unavailable",
                                                 .answer = status(503),
                                                 .recovery = seconds(30),
                                                 .requests = 40,
                                                 .explanation = "unavailable (503"},
                                           Fault{.name = "RetryAfter",
                                                 .answer = status(503, 100),
                                                 .recovery = seconds(101),
                                                 .requests = 7,
                                                 .explanation = "unavailable (503"},
                                           Fault{.name = "ServerFault",
                                                 .answer = status(500),
                                                 .recovery = seconds(30),
                                                 .requests = 40,
                                                 .explanation = "has a fault"},
                                           Fault{.name = "RedirectLoop",
                                                 .answer = redirected(),
                                                 .recovery = seconds(331),
                                                 .requests = 20,
                                                 .explanation = "elsewhere"},
                                           Fault{.name = "Refused",
                                                 .answer = status(0),
                                                 .recovery = seconds(30),
                                                 .requests = 40,
                                                 .explanation = "does not answer"},
                                           Fault{.name = "Timeout",
                                                 .answer_after = seconds(100),
                                                 .recovery = seconds(30),
                                                 .requests = 40,
                                                 .explanation = "does not answer"},
                                           Fault{.name = "NoName",
                                                 .resolves = false,
                                                 .recovery = seconds(30),
                                                 .requests = 0,
                                                 .explanation = "could not be resolved"},
                                           Fault{.name = "Certificate",
                                                 .answer = certificate(),
                                                 .recovery = seconds(30),
                                                 .requests = 40,
                                                 .explanation = "has expired"}),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace frontdesk::sip
