#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "store/call_writer.hpp"
#include "store/ledger/usage.hpp"
#include "store/test_databases/two_organisations.hpp"
#include "vault/key_ring.hpp"
#include "webhooks/outbox/call_news.hpp"
#include "webhooks/outbox/stored_deliveries.hpp"

namespace frontdesk::outbox {
namespace {

namespace bj = boost::json;
using test_databases::Kind;
using testing::HasSubstr;
using testing::Not;
using webhooks::Fate;

class Outbox : public test_databases::TwoOrganisations {
 protected:
  secrets::SecretBox make_box() {
    auto ring = vault::open_key_ring(database.location().folder, "");
    EXPECT_TRUE(ring) << ring.error().message;
    return secrets::SecretBox(secrets::DataKeys(std::make_shared<const vault::KeyRing>(std::move(*ring))));
  }
  work::Webhook hook(const std::string& id, std::vector<std::string> events, const std::string& organisation) {
    work::Webhook hook;
    hook.id = id;
    hook.organisation = organisation;
    hook.url = "https://crm.example/" + id;
    hook.events = std::move(events);
    hook.secret = *seal_secret(*connection, box, hook, base::Secret("whsec_" + id), kNow);
    hook.created_at = hook.updated_at = kNow;
    EXPECT_TRUE(work::Webhooks(*connection).add(hook));
    return hook;
  }
  webhooks::Event ended(const std::string& call) {
    return {webhooks::of_call(call) + "call.ended", webhooks::event::kCallEnded, kNow, {{"caller", "+443335550100"}}};
  }
  std::vector<sending::Delivery> claim(std::int64_t seconds, const std::set<std::string>& busy = {}) {
    auto taken = rows.claim(later(kNow, seconds), later(kNow, seconds + 80), 10, busy);
    EXPECT_TRUE(taken) << taken.error().message;
    return taken ? std::move(*taken) : std::vector<sending::Delivery>();
  }
  work::Delivery row(const std::string& id) { return *work::Deliveries(*connection).find(kOurs, id); }

  store::Pool pool{[this] { return store::open_connection(database.location(), store::OpenMode::read_write); }};
  secrets::SecretBox box = make_box();
  StoredDeliveries rows{pool, box, "here"};
};

INSTANTIATE_TEST_SUITE_P(On, Outbox, ::testing::Values(Kind::sqlite, Kind::postgres), test_databases::KindName());

store::CallRow call_row(const std::string& id, base::UtcTime at) {
  store::CallRow call;
  call.id = id;
  call.caller = base::Pii<std::string>("+443335550100");
  call.started_at = at;
  return call;
}

}  // namespace

TEST_P(Outbox, AnEventGoesToWhoWantsItOfItsOrganisationOnce) {
  hook("hook_all", {"*"}, kOurs);
  hook("hook_calls", {"call.ended"}, kOurs);
  hook("hook_lines", {"line.down"}, kOurs);
  hook("hook_theirs", {"*"}, kOther);
  EXPECT_EQ(*queue(*connection, box, kOurs, ended("call_1"), kNow), 2);
  EXPECT_EQ(*queue(*connection, box, kOurs, ended("call_1"), kNow), 0);
  const auto taken = claim(0);
  ASSERT_EQ(taken.size(), 2U);
  for (const auto& each : taken) {
    const auto body = bj::parse(each.body).as_object();
    EXPECT_EQ(body.at("event"), "call.ended");
    EXPECT_EQ(body.at("id"), "call_1/call.ended");
    EXPECT_EQ(body.at("data").at("caller"), "+443335550100");
    EXPECT_EQ(each.secrets.front().expose(), "whsec_" + each.endpoint);
    EXPECT_EQ(each.first_attempt.unix_ms, 0);
    EXPECT_THAT(row(each.id).body, Not(HasSubstr("3335550100"))) << "sealed";
  }
}

TEST_P(Outbox, NothingIsQueuedIfTheTransactionIsRolledBack) {
  hook("hook_1", {"*"}, kOurs);
  const auto done = connection->transaction([&]() -> base::Status {
    EXPECT_EQ(*queue(*connection, box, kOurs, ended("call_1"), kNow), 1);
    return base::fail(base::ErrorCode::unavailable, "test", "no");
  });
  EXPECT_FALSE(done);
  EXPECT_TRUE(claim(0).empty());
}

TEST_P(Outbox, AReceiverThatIsDownIsTriedAgainAndThenMarkedWell) {
  hook("hook_1", {"*"}, kOurs);
  ASSERT_TRUE(queue(*connection, box, kOurs, ended("call_1"), kNow));
  auto first = claim(0);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_TRUE(claim(1).empty()) << "leased";
  ASSERT_TRUE(rows.record(first[0], {.status = 503}, {Fate::again, base::seconds(5), "HTTP 503"}, later(kNow, 1),
                          later(kNow, 6)));
  EXPECT_TRUE(work::Webhooks(*connection).find(kOurs, "hook_1")->failing_since);
  EXPECT_EQ(row(first[0].id).last_error, "HTTP 503");
  EXPECT_TRUE(claim(5).empty());
  auto second = claim(7);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].attempts, 1);
  EXPECT_EQ(second[0].id, first[0].id);
  ASSERT_TRUE(rows.record(second[0], {.status = 204}, {Fate::delivered, {}, ""}, later(kNow, 8), {}));
  EXPECT_FALSE(work::Webhooks(*connection).find(kOurs, "hook_1")->failing_since);
  EXPECT_EQ(row(first[0].id).state, work::State::done);
}

TEST_P(Outbox, WhatAKilledProgramHadTakenIsTakenAgain) {
  hook("hook_1", {"*"}, kOurs);
  ASSERT_TRUE(queue(*connection, box, kOurs, ended("call_1"), kNow));
  const auto first = claim(0);
  EXPECT_TRUE(claim(79).empty());
  const auto again = claim(81);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].body, first[0].body);
  EXPECT_FALSE(rows.record(first[0], {.status = 200}, {Fate::delivered, {}, ""}, later(kNow, 82), {}))
      << "the first one's lease is over";
}

TEST_P(Outbox, DeadLettersCanBeSentAgainAndBusyOrDisabledWebhooksWait) {
  auto one = hook("hook_1", {"*"}, kOurs);
  ASSERT_TRUE(queue(*connection, box, kOurs, ended("call_1"), kNow));
  EXPECT_TRUE(claim(0, {"hook_1"}).empty());
  one.enabled = false;
  one = *work::Webhooks(*connection).replace(one);
  EXPECT_TRUE(claim(0).empty());
  one.enabled = true;
  ASSERT_TRUE(work::Webhooks(*connection).replace(one));
  const auto first = claim(0);
  ASSERT_EQ(first.size(), 1U);
  ASSERT_TRUE(rows.record(first[0], {.status = 410}, {Fate::dead, {}, "HTTP 410"}, kNow, {}));
  EXPECT_EQ(row(first[0].id).state, work::State::dead);
  const auto again = send_again(*connection, box, row(first[0].id), later(kNow, 100'000));
  ASSERT_TRUE(again) << again.error().message;
  const auto second = claim(100'000);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].body, first[0].body);
  EXPECT_NE(second[0].id, first[0].id);
  EXPECT_EQ(*forget_call(*connection, kOurs, "call_1"), 2) << "the one that was sent again too";
}

TEST_P(Outbox, WhatTellsOfACallIsForgottenWithItAndNothingElse) {
  hook("hook_1", {"*"}, kOurs);
  ASSERT_TRUE(queue(*connection, box, kOurs, ended("call_1"), kNow));
  ASSERT_TRUE(queue(*connection, box, kOurs, ended("call_12"), kNow));
  ASSERT_TRUE(queue(*connection, box, kOurs, ended("callX1"), kNow)) << "no wildcards";
  EXPECT_EQ(*forget_call(*connection, kOther, "call_1"), 0);
  EXPECT_EQ(*forget_call(*connection, kOurs, "call_1"), 1);
  EXPECT_EQ(claim(0).size(), 2U);
}

TEST_P(Outbox, WhileASecretIsReplacedBothSign) {
  auto one = hook("hook_1", {"*"}, kOurs);
  one.previous_secret = one.secret;
  one.previous_secret_until = later(kNow, 100);
  one.secret = *seal_secret(*connection, box, one, base::Secret("whsec_new"), kNow);
  EXPECT_EQ(secrets_of(*connection, box, one, later(kNow, 99))->size(), 2U);
  EXPECT_EQ(secrets_of(*connection, box, one, later(kNow, 100))->size(), 1U);
  EXPECT_EQ(secrets_of(*connection, box, one, kNow)->front().expose(), "whsec_new");
  EXPECT_NE(new_secret()->expose(), new_secret()->expose());
}

TEST_P(Outbox, ASecretOfAnotherWebhookDoesNotOpen) {
  auto one = hook("hook_1", {"*"}, kOurs);
  const auto two = hook("hook_2", {"none"}, kOurs);
  ASSERT_TRUE(queue(*connection, box, kOurs, ended("call_1"), kNow));
  one.secret = two.secret;
  ASSERT_TRUE(work::Webhooks(*connection).replace(one));
  EXPECT_TRUE(claim(0).empty());
  const auto page = work::Deliveries(*connection).of_webhook(kOurs, "hook_1", 10);
  EXPECT_EQ(page->rows.front().state, work::State::dead);
}

TEST_P(Outbox, ACallIsToldOfWithWhatWasSaidAndItsSecondsAreCounted) {
  hook("hook_1", {"call.ended"}, kOurs);
  int woken = 0;
  CallNews news(
      box, [this] { return kNow; }, [&] { ++woken; });
  auto call = call_row("call_1", kNow);
  store::CallWriter writer(*connection);
  ASSERT_TRUE(writer.begin(call));
  ASSERT_TRUE(news.call_begun(*connection, call));
  store::TurnRow turn;
  turn.call = call.id;
  turn.text = base::Pii<std::string>("What time do you open?");
  news.turn_taken(turn);
  turn.speaker = store::TurnSpeaker::receptionist;
  turn.text = base::Pii<std::string>("At eight, and on Saturdays");
  turn.heard = base::Pii<std::string>("At eight");
  news.turn_taken(turn);
  call.ended_at = later(kNow, 62);
  call.duration_ms = 61'001;
  ASSERT_TRUE(news.call_ended(*connection, call));
  news.written();
  EXPECT_EQ(woken, 1);
  const auto taken = claim(0);
  ASSERT_EQ(taken.size(), 1U);
  const auto data = bj::parse(taken[0].body).at("data").as_object();
  EXPECT_EQ(data.at("transcript_excerpt"), "Caller: What time do you open?\nReceptionist: At eight");
  EXPECT_EQ(data.at("duration_ms"), 61'001);
  const auto totals = ledger::Usage(*connection).totals(kOurs, kNow, later(kNow, 100));
  ASSERT_EQ(totals->size(), 1U);
  EXPECT_EQ(totals->front().quantity, 62);
}

TEST_P(Outbox, OldDeliveriesAreForgotten) {
  hook("hook_1", {"*"}, kOurs);
  ASSERT_TRUE(queue(*connection, box, kOurs, ended("call_1"), kNow));
  const auto taken = claim(0);
  ASSERT_TRUE(rows.record(taken[0], {.status = 200}, {Fate::delivered, {}, ""}, kNow, {}));
  EXPECT_EQ(*forget_old(*connection, later(kNow, 6 * 24 * 3600)), 0);
  EXPECT_EQ(*forget_old(*connection, later(kNow, 8 * 24 * 3600)), 1);
}

}  // namespace frontdesk::outbox
