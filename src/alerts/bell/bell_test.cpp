#include "alerts/bell/bell.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/ledger/alerts.hpp"
#include "store/test_databases/two_organisations.hpp"
#include "vault/key_ring.hpp"
#include "webhooks/outbox/outbox.hpp"

namespace frontdesk::bell {
namespace {

using test_databases::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class KeptMails final : public notify::Mailer {
 public:
  base::Status send(notify::Mail mail) override {
    mails.push_back(std::move(mail));
    return {};
  }
  std::vector<notify::Mail> mails;
};

class BellTest : public test_databases::TwoOrganisations {
 protected:
  BellTest() {
    work::Webhook hook;
    hook.id = "hook_1";
    hook.organisation = kOurs;
    hook.url = "https://crm.example/";
    hook.events = {"*"};
    hook.secret = *outbox::seal_secret(*connection, box, hook, base::Secret("whsec_1"), kNow);
    EXPECT_TRUE(work::Webhooks(*connection).add(hook));
  }
  secrets::SecretBox make_box() {
    auto ring = vault::open_key_ring(database.location().folder, "");
    return secrets::SecretBox(secrets::DataKeys(std::make_shared<const vault::KeyRing>(std::move(*ring))));
  }
  Options options() {
    Options made;
    made.organisation = kOurs;
    made.recipients = [](store::Connection&) -> base::Result<std::vector<std::string>> {
      return std::vector<std::string>{"owner@hillside.example"};
    };
    return made;
  }
  static alerts::Change change(std::string_view kind, bool over) {
    return {{std::string(kind), "main", alerts::Severity::critical, "The line main is down", "why"}, over};
  }
  std::vector<std::string> events() {
    std::vector<std::string> names;
    const auto page = work::Deliveries(*connection).of_webhook(kOurs, "hook_1", 100);
    for (auto row = page->rows.rbegin(); row != page->rows.rend(); ++row) names.push_back(row->event);
    return names;
  }

  std::atomic<bool> away{false};
  store::Pool pool{[this]() -> base::Result<std::unique_ptr<store::Connection>> {
    if (away) return base::fail(base::ErrorCode::unavailable, "store", "away", base::Retry::later);
    return store::open_connection(database.location(), store::OpenMode::read_write);
  }};
  secrets::SecretBox box = make_box();
  KeptMails mailer;
};

INSTANTIATE_TEST_SUITE_P(On, BellTest, ::testing::Values(Kind::sqlite, Kind::postgres), test_databases::KindName());

}  // namespace

TEST_P(BellTest, AnAlertIsWrittenMailedAndToldToWebhooksOnceAndSoIsItsEnd) {
  Bell bell(pool, box, mailer, options());
  bell.ring({change(alerts::kind::kLineDown, false)}, kNow);
  EXPECT_THAT(events(), UnorderedElementsAre("alert.raised", "line.down"));
  ASSERT_THAT(mailer.mails, SizeIs(1));
  EXPECT_EQ(mailer.mails[0].to, "owner@hillside.example");
  EXPECT_THAT(mailer.mails[0].subject, HasSubstr("The line main is down"));
  bell.ring({change(alerts::kind::kLineDown, false)}, later(kNow, 1));  // another machine sees it too
  EXPECT_THAT(mailer.mails, SizeIs(1));
  bell.ring({change(alerts::kind::kLineDown, true)}, later(kNow, 60));
  EXPECT_THAT(events(), UnorderedElementsAre("alert.raised", "line.down", "alert.resolved", "line.up"));
  EXPECT_THAT(mailer.mails, SizeIs(2));
  EXPECT_THAT(ledger::Alerts(*connection).unresolved(kOurs, 10)->rows, IsEmpty());
  bell.ring({change(alerts::kind::kLineDown, true)}, later(kNow, 61));
  EXPECT_THAT(mailer.mails, SizeIs(2));
}

TEST_P(BellTest, WhatHappensWhileTheDatabaseIsAwayIsMailedAtOnceAndWrittenLater) {
  Bell bell(pool, box, mailer, options());
  bell.ring({}, kNow);  // learns who gets mail
  // The pool keeps a connection: hold it, as an outage would.
  const auto held = pool.take();
  away = true;
  const auto before = mailer.mails.size();
  store::Pool nothing([]() -> base::Result<std::unique_ptr<store::Connection>> {
    return base::fail(base::ErrorCode::unavailable, "store", "away", base::Retry::later);
  });
  Bell cut_off(nothing, box, mailer, options());
  cut_off.ring({change(alerts::kind::kDatabaseAway, false)}, kNow);
  EXPECT_EQ(cut_off.pending(), 1U);
  EXPECT_EQ(mailer.mails.size(), before) << "it never learnt who gets mail";
  bell.ring({change(alerts::kind::kDatabaseAway, false)}, kNow);
  EXPECT_EQ(bell.pending(), 1U);
  EXPECT_EQ(mailer.mails.size(), before + 1);
  away = false;
  bell.ring({change(alerts::kind::kDatabaseAway, true)}, later(kNow, 100));
  EXPECT_EQ(bell.pending(), 0U);
  EXPECT_THAT(events(), UnorderedElementsAre("alert.raised", "alert.resolved"));
  EXPECT_EQ(mailer.mails.size(), before + 2) << "its beginning is not mailed twice";
}

TEST_P(BellTest, WhatWasOpenBeforeTheStartIsKnown) {
  Bell(pool, box, mailer, options()).ring({change(alerts::kind::kLineDown, false)}, kNow);
  Bell after(pool, box, mailer, options());
  const auto open = after.unresolved();
  ASSERT_TRUE(open);
  ASSERT_THAT(*open, SizeIs(1));
  EXPECT_EQ(open->front().subject, "main");
}

}  // namespace frontdesk::bell
